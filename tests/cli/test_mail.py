"""Mail, whose content anybody can change unnoticed, is decrypted only for who asks for that."""

from __future__ import annotations

import io
from pathlib import Path

from tests.cli.commands import Desk

from twincard.cms import Recipient, encrypt

CONTENT = b"Dear Alice\n"
BY_ORIGINAL = ("-r", "sim:alice", "--pin-file", "pin")


def test_mail_is_refused_unless_asked_for_and_json_tells_what_is_authenticated(
    duplicated: Desk,
) -> None:
    alice = Recipient.from_bytes(Path("alice.pem").read_bytes())
    for name, mail in (("letter.p7m", True), ("file.p7m", False)):
        sink = io.BytesIO()
        encrypt(io.BytesIO(CONTENT), sink, [alice], mail=mail)
        Path(name).write_bytes(sink.getvalue())
    refused = duplicated.run("decrypt", *BY_ORIGINAL, "letter.p7m", "file.p7m", "--json")
    assert refused.code == 8
    letter, file = refused.json["files"]
    assert (letter["output"], letter["authenticated"]) == (None, None)
    assert "tampering cannot be detected" in letter["error"]
    assert "--unauthenticated" in letter["error"]
    assert not Path("letter").exists()
    assert (file["output"], file["authenticated"]) == ("file", True)
    opened = duplicated.json("decrypt", *BY_ORIGINAL, "letter.p7m", "--unauthenticated")
    assert [item["authenticated"] for item in opened["files"]] == [False]
    assert Path("letter").read_bytes() == CONTENT
