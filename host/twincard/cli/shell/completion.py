"""`twincard completion`: a shell's completion of commands, options, readers and files."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from twincard.cli.shell.shells import SCRIPTS
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer, naming_standard_output
from twincard.results.completion import Completion, ShellName


def completion(
    shell: Annotated[ShellName, typer.Argument(help="The shell.")], json: Json = False
) -> None:
    """Print the script with which a shell completes commands, options, readers and files.

    bash: twincard completion bash > ~/.local/share/bash-completion/completions/twincard;
    zsh: into a file _twincard in a folder of $fpath;
    fish: into ~/.config/fish/completions/twincard.fish;
    PowerShell: twincard completion powershell | Out-String | Invoke-Expression, in the profile.
    """
    script = SCRIPTS[shell]
    if json:
        Printer(json).result(Completion(shell, script), "")
        return
    with naming_standard_output():
        sys.stdout.write(script)
