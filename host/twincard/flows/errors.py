"""Errors that stop a flow."""

from __future__ import annotations

from twincard.ground.language import _, plural
from twincard.keys.value_lines import kcv_text


class ProtocolError(Exception):
    """The states of the cards, or the arguments, do not allow this; one plain sentence."""


class NoKeyError(ProtocolError):
    """The card has no key pair yet, so it cannot open anything."""

    def __init__(self) -> None:
        super().__init__(
            _("This card has no key to decrypt files with. Run `twincard duplicate` first.")
        )


class NotReleasedError(ProtocolError):
    """An original must have a backup before it shows or uses its public key."""

    def __init__(self, *, dead: bool) -> None:
        """`dead`: no backup of the key was made, and none can be any more."""
        if dead:
            sentence = _(
                "The key of this card has no backup and cannot get one any more, so the "
                "card does not show its public key. Run `twincard duplicate` with another "
                "backup to make a new key."
            )
        else:
            sentence = _(
                "This card shows its public key only after a backup has its key. Run "
                "`twincard duplicate` first."
            )
        super().__init__(sentence)


class TransportPinError(ProtocolError):
    """The card requires the user's own PIN for this."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This card still has its transport PIN. Set your own PIN with `twincard card "
                "pin` first."
            )
        )


class ComponentMissingError(ProtocolError):
    """Components that are set on neither card, or on one only, and were not given.

    `places` are their numbers, in order.
    """

    def __init__(self, places: tuple[int, ...]) -> None:
        names = ", ".join(map(str, places))
        missing = plural(
            "Component {names} is still missing.",
            "Components {names} are still missing.",
            len(places),
        )
        super().__init__(missing.format(names=names))
        self.places = places


class ComponentsDifferError(ProtocolError):
    """The two cards hold different components in one place."""

    def __init__(self, number: int, *, has_key: bool) -> None:
        """`has_key`: the original holds a key, and cannot change its key group any more."""
        if has_key:
            sentence = _(
                "The two cards hold different components {number}. The original holds a key and "
                "keeps its components, so clear that of the backup: `twincard group clear "
                "-r READER {number}`. Then run this command again."
            )
        else:
            sentence = _(
                "The two cards hold different components {number}. Clear the wrong one with "
                "`twincard group clear -r READER {number}`, then run this command again."
            )
        super().__init__(sentence.format(number=number))


class WrongComponentError(ProtocolError):
    """A component was given that is not the one that a card holds in its place."""

    def __init__(self, number: int, kcv: bytes, held: bytes, *, has_key: bool) -> None:
        """`kcv` is that of the component given, `held` that of the card's (3 bytes each).

        `has_key`: see ComponentsDifferError.
        """
        told = _(
            "Component {number} is not the one that the cards hold already: its KCV is {kcv}, and "
            "theirs is {held}. Give the one with KCV {held}."
        )
        if has_key:
            way = _(
                "If that one is lost, this original can have no further backup: issue a new pair "
                "with `twincard issue`, and move the files with `twincard recover`."
            )
        else:
            way = _(
                "If the cards hold the wrong one, clear it on both with `twincard group clear "
                "-r READER {number}`."
            )
        told = told.format(number=number, kcv=kcv_text(kcv), held=kcv_text(held))
        way = way.format(number=number)
        super().__init__(_("{sentence} {advice}").format(sentence=told, advice=way))


class EqualComponentsError(ProtocolError):
    """Two components of one group are the same; which they are, in order."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(
            _(
                "Components {first} and {second} are the same, and each holder has a component of "
                "their own. Give the right one; if a card holds the wrong one, clear it with "
                "`twincard group clear`."
            ).format(first=first, second=second)
        )


class DifferentGroupsError(ProtocolError):
    """Two cards that have different key groups."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The two cards were not issued as a pair: their key groups differ. "
                "`twincard card info` shows the group of each. Take the card that was issued with "
                "this one, or issue a blank card as its backup with `twincard issue`."
            )
        )
