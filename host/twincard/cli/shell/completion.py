"""`twincard completion`: prints the completion script of a shell."""

from __future__ import annotations

from typing import Annotated

import typer

from twincard.cli.shell.shells import SCRIPTS
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer, print_text
from twincard.results.completion import Completion, ShellName


def completion(
    shell: Annotated[ShellName, typer.Argument(help="Shell to print the script for.")],
    json: Json = False,
) -> None:
    """Print a shell completion script.

    bash: write it to ~/.local/share/bash-completion/completions/twincard.

    zsh: write it to a file _twincard in a folder of $fpath.

    fish: write it to ~/.config/fish/completions/twincard.fish.

    PowerShell: add `twincard completion powershell | Out-String | Invoke-Expression` to your
    profile.
    """
    script = SCRIPTS[shell]
    if json:
        Printer(json).result(Completion(shell, script), "")
        return
    print_text(script)
