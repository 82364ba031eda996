"""The command `twincard start`."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.pair.sheet import Holders, check_holders
from twincard.cli.start import asking, running
from twincard.cli.start.answers import Answers, Components, Management, Stage
from twincard.cli.start.asking import Asker
from twincard.cli.start.plan import Files, plan
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import SIMULATED
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import READER_HELP, Json
from twincard.cli.terminal.output import Printer
from twincard.flows.errors import ProtocolError
from twincard.ground.control_characters import visible
from twincard.ground.language import _, listed
from twincard.keys.component import LARGEST_GROUP
from twincard.results.start import Started

_OR_ASKED = " Default: prompt for it."
_STANDARD_INPUT = Path("-")


def start(
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Name of the pair: the names of cards and files begin with it." + _OR_ASKED,
        ),
    ] = None,
    original: Annotated[
        str | None,
        typer.Option("--original", metavar="READER", help="The original: " + READER_HELP),
    ] = None,
    backup: Annotated[
        str | None, typer.Option("--backup", metavar="READER", help="The backup: " + READER_HELP)
    ] = None,
    group_size: Annotated[
        int | None,
        typer.Option(
            "--group-size",
            min=1,
            max=LARGEST_GROUP,
            help="Number of components in the key group." + _OR_ASKED,
        ),
    ] = None,
    components: Annotated[
        Components | None,
        typer.Option(
            "--components",
            help="How the holders get their components: generated into files, generated and "
            "printed as mailers, or typed by holders who have them." + _OR_ASKED,
        ),
    ] = None,
    holder: Holders = None,
    cap: Annotated[
        Path | None,
        typer.Option(
            "--cap",
            metavar="FILE.cap",
            help="CAP file with the applet, for cards that do not have it yet.",
        ),
    ] = None,
    management_keys: Annotated[
        Path | None,
        typer.Option(
            "--management-keys",
            metavar="FILE",
            help="File with the management keys of such cards, if they are not the default keys.",
        ),
    ] = None,
    pin_file: Annotated[
        Path | None,
        typer.Option(
            "--pin-file", metavar="FILE", help="File with the PIN of both cards." + _OR_ASKED
        ),
    ] = None,
    puk_file: Annotated[
        Path | None,
        typer.Option(
            "--puk-file", metavar="FILE", help="File with the PUK of both cards." + _OR_ASKED
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help="Ask only for secrets, and use the default for everything that is not given.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Set up a pair of cards step by step. Begin here.

    The command asks a few questions, shows the commands that it will run, and runs them: it creates
    or loads both cards, issues them, gives them their key and tests them with a file. If
    interrupted, run it again to resume.
    """
    if not yes and (json or not prompts.has_terminal()):
        raise InputError(
            _(
                "`twincard start` asks its questions at a terminal. In a script, use --yes, "
                "--pin-file and --puk-file, and options for the answers."
            )
        )
    if (original is None) is not (backup is None):
        raise InputError(_("Give both --original and --backup, or neither."))
    if _STANDARD_INPUT in (pin_file, puk_file):
        raise InputError(
            _("Several commands read the PIN: use files for --pin-file and --puk-file, not '-'.")
        )
    asker = Asker(yes=yes)
    asker.tell(
        _(
            "This sets up two cards: an original for everyday use, and a backup with the same "
            "key.\nAnswer a few questions; Enter takes the answer in brackets. Each command is "
            "shown before it runs.\nPress Ctrl-C to stop at any time."
        )
    )
    pair = (original, backup) if original and backup else asking.readers(asker)
    given = asking.checked_name(name) if name is not None else asking.name(asker)
    readers = pair or (f"{SIMULATED}{given}", f"{SIMULATED}{given}-backup")
    answers = _answers(
        asker, given, readers, (group_size, components, holder), (cap, management_keys)
    )
    answers = replace(answers, pin_file=pin_file, puk_file=puk_file)
    out = Printer(json)
    steps, files = plan(answers), Files(given)
    _check_overwritten(answers, files, asked=not yes)
    lines = "\n".join(f"  {step.line}" for step in steps)
    asker.tell(_("These commands will run:") + f"\n\n{lines}")
    if files.overwritten:
        paths = ", ".join(map(str, files.overwritten))
        asker.tell(_("These files exist and will be overwritten: {files}").format(files=paths))
    if not asker.agreed(_("Run them now?")):
        raise InputError(
            _("Nothing was done. To use the same answers later: {command}").format(
                command=answers.command
            )
        )
    with _telling_how_to_continue(answers):
        running.run_all(steps, ask=not yes, as_json=json)
    _check_opened(files)
    started = Started(*readers, files.public_key, files.sheet, tuple(step.line for step in steps))
    out.result(started, _next(answers, files))


def _check_overwritten(answers: Answers, files: Files, *, asked: bool) -> None:
    """Raises InputError if files that no earlier run can have written would be lost unasked."""
    from_earlier_run = answers.stages == (Stage.ISSUED, Stage.ISSUED)
    if files.overwritten and not asked and not from_earlier_run:
        raise InputError(
            _("{files} would be overwritten. Move them away, or give another --name.").format(
                files=listed(files.overwritten)
            )
        )


def _answers(
    asker: Asker,
    name: str,
    readers: tuple[str, str],
    group: tuple[int | None, Components | None, list[str] | None],
    loading: tuple[Path | None, Path | None],
) -> Answers:
    size, components, holder = group
    check_holders(holder or ())
    simulated = all(reader.startswith(SIMULATED) for reader in readers)
    stages = asking.stage(readers[0]), asking.stage(readers[1])
    lacking = [
        reader
        for reader, stage in zip(readers, stages, strict=True)
        if stage is Stage.WITHOUT_APPLET
    ]
    management = _management(asker, lacking, *loading) if lacking else None
    size = size or asking.group_size(asker)
    components = components or asking.components(asker, simulated=simulated)
    named = tuple(holder) if holder else asking.holders(asker, size)
    if named and len(named) != size:
        raise InputError(
            _("{size} components need {size} holders; --holder was given {given} times.").format(
                given=len(named), size=size
            )
        )
    return Answers(name, *readers, size, components, named, management, stages=stages)


def _management(
    asker: Asker, lacking: list[str], cap: Path | None, keys: Path | None
) -> Management:
    asker.tell(
        _("There is no applet on {readers} yet. See docs/real-card.md about loading it.").format(
            readers=", ".join(lacking)
        )
    )
    cap = cap or asking.existing_file(
        asker, _("The applet's CAP file"), "build/twincard.cap", "--cap"
    )
    if keys is None and not asker.agreed(
        _("Do the cards have the default keys, which everybody knows?")
    ):
        keys = asking.existing_file(
            asker, _("File with their management keys"), "", "--management-keys"
        )
    return Management(cap, keys)


@contextlib.contextmanager
def _telling_how_to_continue(answers: Answers) -> Iterator[None]:
    """If the block fails, print the command that continues without asking again."""
    try:
        yield
    except BaseException:
        text = _("To continue later: {command}").format(command=answers.command)
        sys.stderr.write(f"\n{visible(text)}\n")
        raise


def _check_opened(files: Files) -> None:
    content = files.test.read_bytes()
    for role in ("original", "backup"):
        if files.opened(role).read_bytes() != content:
            raise ProtocolError(
                _("{file} differs from what was encrypted. Do not use these cards.").format(
                    file=files.opened(role)
                )
            )


def _next(answers: Answers, files: Files) -> str:
    # To be copied into a shell: the names of PC/SC readers contain spaces.
    key, original, backup = map(
        shlex.quote, (str(files.public_key), answers.original, answers.backup)
    )
    lines = [
        "",
        _("Both cards are ready: each of them decrypted the test file."),
        "",
        _("What to do next:"),
        _("- Print {sheet}, and put it into a safe with the backup.").format(sheet=files.sheet),
    ]
    if answers.components is Components.FILES:
        lines.append(
            _(
                "- Give each file in {folder} to its holder, or delete them if this was a trial."
            ).format(folder=files.components)
        )
    lines += [
        _("- Encrypt a file:  twincard encrypt --to {key} FILE").format(key=key),
        _("- Open it again:   twincard decrypt -r {reader} FILE.p7m").format(reader=original),
        _(
            "- Once a year, try the backup:  twincard card check -r {reader} --public-key {key}"
        ).format(reader=backup, key=key),
        _("- If a card is lost: docs/when-the-original-is-lost.md"),
    ]
    if answers.original.startswith(SIMULATED):
        lines.append(_("- With real cards: docs/real-card.md, then `twincard start` again"))
    return "\n".join(lines)
