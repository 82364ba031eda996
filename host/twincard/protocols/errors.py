"""What keeps two cards from going on together."""

from __future__ import annotations

from twincard.language import _, plural


class ProtocolError(Exception):
    """The states of the cards, or what was given, allow no way forward; one plain sentence."""


class NoKeyError(ProtocolError):
    """A card that has no key pair yet was to open something."""

    def __init__(self) -> None:
        super().__init__(
            _("This card holds no key to open files with: `twincard duplicate` gives it one.")
        )


class ComponentMissingError(ProtocolError):
    """Components that are set on neither card, or on one only, and were not given.

    `places` are their numbers, in order.
    """

    def __init__(self, places: tuple[int, ...]) -> None:
        names = ", ".join(map(str, places))
        missing = plural(
            "Component {names} is still needed from the holders.",
            "Components {names} are still needed from the holders.",
            len(places),
        )
        super().__init__(missing.format(names=names))
        self.places = places
