"""Components given as NUMBER=FILE, or as NUMBER alone to be typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from twincard.cli.terminal import ceremony
from twincard.cli.terminal.errors import InputError
from twincard.flows.components import equal_to
from twincard.flows.errors import EqualComponentsError
from twincard.ground.language import _, told_by
from twincard.keys.component import Component, read_component


def read_components(arguments: Iterable[str] | None, size: int | None = None) -> list[Component]:
    """The components in the files of `--component NUMBER=FILE`.

    With the `size` of their group, NUMBER alone asks the component's holder at the terminal.
    Raises InputError, ComponentError, OSError.
    """
    found: list[Component] = []
    for argument in arguments or ():
        known = {component.number: component.kcv for component in found}
        component = _component(argument, size, known)
        other = equal_to(component, known)
        if other is not None:
            raise InputError(told_by(EqualComponentsError(other, component.number)))
        found.append(component)
    return found


def _component(argument: str, size: int | None, known: Mapping[int, bytes]) -> Component:
    number, equals, name = argument.partition("=")
    if not (number.isascii() and number.isdigit()) or bool(equals) != bool(name):
        raise InputError(_("Give a component as NUMBER=FILE, such as 2=component-2.txt."))
    if equals:
        return _read(int(number), Path(name))
    if size is None:
        raise InputError(
            _("Give the file of component {number} as {number}=FILE.").format(number=number)
        )
    if not 1 <= int(number) <= size:
        raise InputError(
            _("A key group of size {size} has no component {number}.").format(
                size=size, number=number
            )
        )
    return ceremony.component(int(number), size, known, f"--component {number}=FILE")


def _read(number: int, path: Path) -> Component:
    component = read_component(path)
    if component.number != number:
        raise InputError(
            _("{path} holds component {number}, not component {expected}.").format(
                path=path, number=component.number, expected=number
            )
        )
    return component
