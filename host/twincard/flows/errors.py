"""What keeps two cards from going on together."""

from __future__ import annotations

from twincard.ground.language import _, plural


class ProtocolError(Exception):
    """The states of the cards, or what was given, allow no way forward; one plain sentence."""


class NoKeyError(ProtocolError):
    """A card that has no key pair yet was to open something."""

    def __init__(self) -> None:
        super().__init__(
            _("This card holds no key to open files with: `twincard duplicate` gives it one.")
        )


class NotReleasedError(ProtocolError):
    """An original that wants a backup first was to show its public key, or to use it."""

    def __init__(self, *, dead: bool) -> None:
        """`dead`: no backup of the key was made, and none can be any more."""
        if dead:
            sentence = _(
                "The key of this card has no backup and can have none any more, so its public key "
                "is not shown: `twincard duplicate` makes a new key, with another backup."
            )
        else:
            sentence = _(
                "This card shows its public key only once a backup holds its key, and none does "
                "yet: run `twincard duplicate` first."
            )
        super().__init__(sentence)


class TransportPinError(ProtocolError):
    """The card wants the user's own PIN for this."""

    def __init__(self) -> None:
        super().__init__(
            _("This card still has its transport PIN: set your own with `twincard card pin` first.")
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
