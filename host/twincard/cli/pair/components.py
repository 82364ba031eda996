"""Components given as NUMBER=FILE, or as NUMBER alone to be typed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from twincard.cli.terminal import ceremony
from twincard.cli.terminal.errors import InputError
from twincard.ground.language import _
from twincard.keys.component import Component, read_component


def read_components(arguments: Iterable[str] | None, size: int | None = None) -> list[Component]:
    """The components in the files of `--component NUMBER=FILE`.

    With the `size` of their group, NUMBER alone asks the component's holder at the terminal.
    Raises InputError, ComponentError, OSError.
    """
    return [_component(argument, size) for argument in arguments or ()]


def _component(argument: str, size: int | None) -> Component:
    number, equals, name = argument.partition("=")
    if not (number.isascii() and number.isdigit()) or bool(equals) != bool(name):
        raise InputError(_("A component is given as NUMBER=FILE, such as 2=component-2.txt."))
    if equals:
        return _read(int(number), Path(name))
    if size is None:
        raise InputError(
            _("Name the file of component {number}: {number}=FILE.").format(number=number)
        )
    if not 1 <= int(number) <= size:
        raise InputError(
            _("A group of {size} has no component {number}.").format(size=size, number=number)
        )
    return ceremony.component(int(number), size, None, f"--component {number}=FILE")


def _read(number: int, path: Path) -> Component:
    component = read_component(path)
    if component.number != number:
        raise InputError(
            _("{path} holds component {number}, not {expected}.").format(
                path=path, number=component.number, expected=number
            )
        )
    return component
