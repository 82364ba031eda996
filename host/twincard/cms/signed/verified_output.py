"""An output that verifies what is decrypted into it, and passes the content on to another output.

What verifies is imported only where the content is signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twincard.cms.errors import NotVerifiedError, OutputError
from twincard.cms.framing.message import SIGNED_CONTENT
from twincard.cms.framing.output import Output
from twincard.cms.framing.output_around import OutputAround
from twincard.cms.framing.spool import Spool
from twincard.ground.language import _
from twincard.ground.system_words import reason

if TYPE_CHECKING:
    from twincard.cms.signed.trust import Trust
    from twincard.cms.signed.verification import Signature


class VerifiedOutput(OutputAround):
    """Verifies what `decrypt` writes to it, if that is signed; the other output gets the content.

    With `trust`, only what is signed by somebody whom it trusts is published. Without it, a
    signature must be right, whoever made it, and what is not signed is published as it is. Signed
    content is held back, as in a SpooledOutput, until all of it is decrypted.
    """

    def __init__(
        self, inner: Output, trust: Trust | None = None, *, time_trust: Trust | None = None
    ) -> None:
        super().__init__(inner)
        self._trust = trust
        self._time_trust = time_trust
        self._spool: Spool | None = None
        self._spoiled = False
        self.signatures: tuple[Signature, ...] = ()
        """Those that were verified, after the block; empty if the content is not signed."""

    def tell(self, content_type: str, /) -> None:
        """See Output."""
        if content_type == SIGNED_CONTENT:
            self._spool = Spool()
        else:
            self._inner.tell(content_type)

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it. Raises OutputError."""
        if self._spool is None:
            self._inner.write(piece)
            return
        try:
            self._spool.write(piece)
        except OSError as error:
            raise _unwritten(error) from error

    def restart(self) -> None:
        """See Output."""
        if self._spool is None:
            self._inner.restart()
        else:
            self._spool.clear()

    def spoil(self) -> None:
        """See Output."""
        self._spoiled = True
        super().spoil()

    def _begin(self) -> None:
        self.signatures = ()
        self._spoiled = False

    def _end(self) -> None:
        if self._spoiled:
            return
        if self._spool is not None:
            from twincard.cms.signed.verification import verify_unwrapped

            self.signatures = verify_unwrapped(
                _Spooled(self._spool), self._inner, self._trust, self._time_trust
            )
        elif self._trust is not None:
            self.spoil()
            raise NotVerifiedError(_("The file is not signed."))

    def _clear(self) -> None:
        if self._spool is not None:
            self._spool.clear()
            self._spool = None


class _Spooled:
    """What a spool holds, to be read."""

    def __init__(self, spool: Spool) -> None:
        self._pieces: Iterator[bytes | bytearray] = spool.pieces()
        self._rest = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; empty at the end. Raises OSError."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(bytes(piece))
        found, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return found


def _unwritten(error: OSError) -> OutputError:
    return OutputError(_("Cannot write a temporary file: {reason}.").format(reason=reason(error)))
