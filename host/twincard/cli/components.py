"""Components given as NUMBER=FILE."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from twincard.cli.errors import InputError
from twincard.keys.component import Component, read_component


def read_components(arguments: Iterable[str] | None) -> list[Component]:
    """The components in the files of `--component NUMBER=FILE`.

    Raises InputError, ComponentError, OSError.
    """
    return [_read(argument) for argument in arguments or ()]


def _read(argument: str) -> Component:
    number, equals, name = argument.partition("=")
    if not (number.isascii() and number.isdigit() and equals and name):
        raise InputError("A component is given as NUMBER=FILE, such as 2=component-2.txt.")
    component = read_component(Path(name))
    if component.number != int(number):
        raise InputError(f"{name} holds component {component.number}, not {number}.")
    return component
