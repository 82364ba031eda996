"""Components of a key group, in memory and as files for their holders."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.keys.derivation import KCV_BYTES, cmac_kcv
from twincard.keys.secret import Secret, check_secret
from twincard.keys.value_lines import format_lines, parse_hex, parse_lines

COMPONENT_BYTES = 32
LARGEST_GROUP = 8
_TITLE = "twincard component"
_FORMAT = "1"
_NAMES = (_TITLE, "number", "size", "component", "kcv")
_MOST_FILE_BYTES = 4096


class ComponentError(ValueError):
    """Not a component, or not readable; the message is one plain sentence."""


@dataclass(frozen=True)
class Component:
    """A component: its place `number` in a group of `size`, and 32 secret bytes."""

    number: int
    size: int
    value: Secret

    def __post_init__(self) -> None:
        if not 1 <= self.size <= LARGEST_GROUP:
            raise ComponentError(
                _("A key group must have 1 to {most} components.").format(most=LARGEST_GROUP)
            )
        if not 1 <= self.number <= self.size:
            raise ComponentError(
                _("A key group of size {size} has no component {number}.").format(
                    size=self.size, number=self.number
                )
            )
        check_secret(self.value, "the value of a component")
        if len(self.value) != COMPONENT_BYTES:
            raise ComponentError(
                _("A component must have {size} bytes.").format(size=COMPONENT_BYTES)
            )

    @property
    def kcv(self) -> bytes:
        """The key check value, 3 bytes."""
        return cmac_kcv(self.value.reveal())


def draw_component(number: int, size: int) -> Component:
    """A component from the operating system's random source."""
    return Component(number, size, Secret(secrets.token_bytes(COMPONENT_BYTES)))


def draw_group(size: int) -> list[Component]:
    """All components of a new group, in order."""
    return [draw_component(number, size) for number in range(1, size + 1)]


def parse_component(text: str) -> Component:
    """Read a component file: one `name: value` line each for format, number, size, value, KCV.

    Raises ComponentError, which never repeats the value.
    """
    fields = parse_lines(text, _NAMES, _("component"), ComponentError)
    if fields[_TITLE] != _FORMAT:
        raise ComponentError(_("This component file has an unsupported version."))
    value = _hex(fields["component"], COMPONENT_BYTES, _("The component is not 64 hex digits."))
    kcv = _hex(fields["kcv"], KCV_BYTES, _("The key check value is not 6 hex digits."))
    component = Component(_number(fields["number"]), _number(fields["size"]), Secret(value))
    if component.kcv != kcv:
        raise ComponentError(_("The component does not match its key check value."))
    return component


def format_component(component: Component) -> str:
    """The text of a component file."""
    values = (
        _FORMAT,
        str(component.number),
        str(component.size),
        component.value.reveal().hex(),
        component.kcv.hex(),
    )
    return format_lines(_NAMES, values)


def read_component(path: str | PathLike[str]) -> Component:
    """Read a component file. Raises ComponentError, OSError."""
    return component_of(read_bounded(Path(path), _MOST_FILE_BYTES), path)


def component_of(content: bytes | None, path: str | PathLike[str]) -> Component:
    """The component in the content of a file, None if it was too long. Raises ComponentError."""
    if content is not None and len(content) > _MOST_FILE_BYTES:
        content = None
    if content is not None and not content.isascii():  # a UnicodeDecodeError would contain the text
        raise ComponentError(_("{path} is not a component file.").format(path=path))
    try:
        if content is None:
            raise ComponentError(_("the file is too long"))
        return parse_component(content.decode("ascii"))
    except ComponentError as error:
        raise ComponentError(_("{path}: {sentence}").format(path=path, sentence=error)) from None


def write_component(component: Component, path: str | PathLike[str]) -> None:
    """Write a component file with mode 0600. Raises FileExistsError, OSError."""
    write_private(Path(path), format_component(component).encode("ascii"))


def _number(text: str) -> int:
    if len(text) != 1 or not "1" <= text <= "8":
        raise ComponentError(
            _("The number and size of a component must be 1 to {most}.").format(most=LARGEST_GROUP)
        )
    return int(text)


def _hex(text: str, size: int, message: str) -> bytes:
    try:
        return parse_hex(text, size)
    except ValueError:
        raise ComponentError(message) from None
