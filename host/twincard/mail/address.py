"""Addresses that people type: `alice@example.org`, or `Alice <alice@example.org>`."""

from __future__ import annotations

from email.headerregistry import Address, AddressHeader, HeaderRegistry

from twincard.ground.language import _
from twincard.mail.errors import DraftError

_REGISTRY = HeaderRegistry()
_MAX_CHARACTERS = 998


def parse_address(text: str) -> Address:
    """One address. Raises DraftError."""
    refused = DraftError(
        _(
            "Not an e-mail address: {text}. Write name@example.org, or NAME <name@example.org>."
        ).format(text=text)
    )
    if len(text) > _MAX_CHARACTERS or not text.isprintable():
        raise refused
    try:
        field = _REGISTRY("to", text)
        assert isinstance(field, AddressHeader)  # noqa: S101 -- what the registry has for "To"
        (group,) = field.groups
        (address,) = group.addresses
        assert isinstance(address, Address)  # noqa: S101
    except Exception:  # of many classes, for malformed addresses
        raise refused from None
    if not address.addr_spec.isascii():
        raise DraftError(
            _(
                "{text}: only addresses in ASCII are supported. Write a domain with other letters "
                "in its form that begins with xn--."
            ).format(text=text)
        )
    if field.defects or group.display_name is not None:
        raise refused
    if not address.username or not address.domain:
        raise refused
    return address


def split_addresses(text: str) -> list[str]:
    """The addresses in a field such as To, one by one; names of groups are left out."""
    found, begin, depth = [], 0, 0
    quoted = in_angle = escaped = False
    for at, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = character != '"'
        elif depth or character == "(":
            depth += (character == "(") - (character == ")")
        elif character == '"':
            quoted = True
        elif character in "<>":
            in_angle = character == "<"
        elif not in_angle and character in ",;:":
            if character != ":":
                found.append(text[begin:at])
            begin = at + 1
    found.append(text[begin:])
    return [one.strip() for one in found if one.strip()]
