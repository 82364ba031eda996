"""Components given as NUMBER=FILE, or as NUMBER alone for a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from twincard.cli.terminal import ceremony, scanned
from twincard.cli.terminal.component_files import component_in
from twincard.cli.terminal.errors import InputError
from twincard.flows.components import equal_to
from twincard.flows.errors import EqualComponentsError
from twincard.ground.language import _, told_by
from twincard.keys.component import LARGEST_GROUP, Component


def read_components(
    arguments: Iterable[str] | None, size: int | None = None, *, scan: bool = False
) -> list[Component]:
    """The components in the files of `--component NUMBER=FILE`.

    With the `size` of their group, NUMBER alone asks the component's holder at the terminal, who
    types it or, with `scan`, scans its QR code.
    Without it NUMBER alone adds nothing: the command asks for what no file gives anyway.
    Raises InputError, ComponentError, OSError.
    """
    found: list[Component] = []
    if scan and size is not None and all("=" in argument for argument in arguments or ()):
        raise InputError(
            _("--scan needs --component NUMBER, for each component that is to be scanned.")
        )
    for argument in arguments or ():
        known = {component.number: component.kcv for component in found}
        component = _component(argument, size, known, scan=scan)
        if component is None:
            continue
        other = equal_to(component, known)
        if other is not None:
            raise InputError(told_by(EqualComponentsError(other, component.number)))
        found.append(component)
    return found


def ask_component(number: int, size: int, known: Mapping[int, bytes], *, scan: bool) -> Component:
    """A component from its holder at the terminal, typed or scanned. Raises InputError."""
    ask = scanned.component if scan else ceremony.component
    return ask(number, size, known, f"--component {number}=FILE")


def _component(
    argument: str, size: int | None, known: Mapping[int, bytes], *, scan: bool
) -> Component | None:
    number, equals, name = argument.partition("=")
    if not (number.isascii() and number.isdigit()) or bool(equals) != bool(name):
        raise InputError(_("Give a component as NUMBER=FILE, such as 2=component-2.txt."))
    if equals:
        return _read(int(number), Path(name))
    if not 1 <= int(number) <= (size or LARGEST_GROUP):
        raise InputError(
            _("A key group of size {size} has no component {number}.").format(
                size=size or LARGEST_GROUP, number=number
            )
        )
    if size is None:
        return None
    return ask_component(int(number), size, known, scan=scan)


def _read(number: int, path: Path) -> Component:
    component = component_in(path)
    if component.number != number:
        raise InputError(
            _("{path} holds component {number}, not component {expected}.").format(
                path=path, number=component.number, expected=number
            )
        )
    return component
