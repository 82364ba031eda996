"""Authenticated attributes of AuthEnvelopedData (RFC 5083, 2.1): they say what the content is."""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import core

from twincard.cms.errors import AlteredError, FilesError, UnsupportedError
from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA_CONTENT
from twincard.ground.language import _

CONTENT_TYPE_ATTRIBUTE = "1.2.840.113549.1.9.3"


class _Values(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _Attribute(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 5.3."""

    _fields: ClassVar[list[Any]] = [("type", core.ObjectIdentifier), ("values", _Values)]


class _Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = _Attribute


def encode_attributes(content_type: str) -> bytes:
    """The authAttrs, with their tag [1], of content that is not plain bytes; else nothing."""
    if content_type == DATA_CONTENT:
        return b""
    values = _Values([core.Any(core.ObjectIdentifier(content_type))])
    attributes = _Attributes([_Attribute({"type": CONTENT_TYPE_ATTRIBUTE, "values": values})])
    encoded: bytes = attributes.dump()
    return bytes((ber.CONTEXT_1,)) + encoded[1:]


def authenticated_data(attributes: bytes, content_type: str) -> bytes:
    """What the tag protects beside the content: the attributes with the tag of a SET.

    Raises AlteredError where they do not say that the content has this type, UnsupportedError where
    nothing says what content of another type than id-data is.
    """
    if not attributes:
        if content_type == DATA_CONTENT:
            return b""
        raise UnsupportedError(
            _("Nothing in the file authenticates its content type, {content_type}.").format(
                content_type=content_type
            )
        )
    encoded = bytes((ber.SET,)) + attributes[1:]
    told = _content_types(encoded)
    if told != [content_type] and (told or content_type != DATA_CONTENT):
        raise AlteredError()
    return encoded


def _content_types(encoded: bytes) -> list[str]:
    try:
        attributes = _Attributes.load(ber.check(encoded), strict=True)
        return [
            value.parse(core.ObjectIdentifier).dotted
            for attribute in attributes
            if attribute["type"].dotted == CONTENT_TYPE_ATTRIBUTE
            for value in attribute["values"]
        ]
    except FilesError:
        raise
    except Exception as error:  # asn1crypto raises many classes for malformed input
        raise AlteredError() from error
