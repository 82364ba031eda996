"""An output that signs what is written to it, and passes it on to another output."""

from __future__ import annotations

from twincard.cms.framing.output import Output
from twincard.cms.framing.output_around import OutputAround
from twincard.cms.signed.signing import ContentSigner, SignedWriter


class SignedOutput(OutputAround):
    """Signs what is written to it: the other output gets a SignedData without ContentInfo.

    That is how signed content stands inside an encrypted message: give it an EncryptedOutput of the
    content type SIGNED_CONTENT.
    """

    def __init__(self, inner: Output, signer: ContentSigner) -> None:
        super().__init__(inner)
        self._signer = signer
        self._writer: SignedWriter | None = None

    def write(self, piece: bytes | memoryview, /) -> None:
        """Signs and writes all of it. Raises OutputError."""
        if self._writer is None:
            raise ValueError("an output is written to inside its with statement")
        self._writer.write(piece)

    def restart(self) -> None:
        """See Output."""
        self._inner.restart()
        self._begin()

    def _begin(self) -> None:
        self._writer = SignedWriter(self._inner, self._signer, nested=True)

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.finish()
