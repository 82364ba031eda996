"""`sign` with a card, and `verify` without one."""

from __future__ import annotations

import shutil
from itertools import permutations
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.cli.commands import Desk
from tests.cli.conftest import PINS
from tests.signed.signers import TIME, Person, authority, person
from tests.signed.time_authority import TimeAuthority

from twincard.cli.file.signatures import trust_of
from twincard.cms.signed.trust import Trust

ALICE = ("-r", "sim:alice", *PINS[:2])
LETTER = "契約書\n"


@pytest.fixture
def signing(duplicated: Desk) -> Desk:
    """Alice's card has a signature key and its certificate, `alice.crt`; there is a contract."""
    words = ("certificate", "--signature-key", *ALICE, "--name", "花子", "--mail", "a@example.org")
    duplicated.done(*words, "-o", "alice.crt")
    Path("契約.txt").write_text(LETTER, encoding="utf-8")
    return duplicated


def test_a_detached_signature_is_verified_under_either_name(signing: Desk) -> None:
    assert signing.done("sign", *ALICE, "契約.txt").text == "Files signed: 1.\n"
    assert Path("契約.txt").read_text(encoding="utf-8") == LETTER
    for words in (("契約.txt",), ("契約.txt.p7s",), ("契約.txt", "契約.txt.p7s")):
        for trust in ("--signer", "--trust"):
            told = signing.json("verify", trust, "alice.crt", *words)
            assert (told["verified"], told["error"]) == (True, None)
            assert (told["file"], told["signature"]) == ("契約.txt", "契約.txt.p7s")
            (found,) = told["signatures"]
            assert found["signer"] == "CN=花子,OU=signature key <a@example.org>"
            assert found["mails"] == ["a@example.org"]
            assert found["time_stamp"] is None
    text = signing.done("verify", "--signer", "alice.crt", "契約.txt").text
    assert text.startswith(
        "契約.txt: valid signature of CN=花子,OU=signature key <a@example.org>, "
    )
    assert text.endswith("by the signer's clock\n")


def test_a_changed_file_or_another_signer_is_not_verified(signing: Desk) -> None:
    signing.done("sign", *ALICE, "契約.txt")
    Path("other.crt").write_bytes(person("other").certificate.public_bytes(Encoding.PEM))
    for trust in ("--signer", "--trust"):
        ran = signing.run("verify", trust, "other.crt", "契約.txt")
        assert ran.code == 9
        assert ran.text.startswith("契約.txt: NOT VERIFIED. The certificate of CN=花子")
    Path("契約.txt").write_text(LETTER * 2, encoding="utf-8")
    ran = signing.run("verify", "--signer", "alice.crt", "契約.txt", "--json")
    assert (ran.code, ran.json["verified"], ran.json["signatures"]) == (9, False, [])
    assert ran.json["error"].startswith("The content is not what was signed. ")
    text = signing.run("verify", "--signer", "alice.crt", "契約.txt").text
    assert " valid" not in text
    Path("契約.txt.p7s").write_bytes(b"")
    signing.run("verify", "--signer", "alice.crt", "契約.txt").failed(8, "not a CMS file")


def test_of_a_chain_the_end_is_the_signer(tmp_path: Path) -> None:
    over = authority("authority over somebody")
    somebody = person("somebody", over)
    card = person("signature key of a card", subject="card")
    renewed = person("signature key of a card", subject="card")
    chain = tmp_path / "chain.pem"
    for written in permutations((over, somebody)):
        chain.write_bytes(b"".join(map(pem, written)))
        assert trust_of(None, [str(chain)]) == Trust((), (somebody.certificate,))
    chain.write_bytes(b"".join(map(pem, (card, renewed, card))))
    assert trust_of(None, [str(chain)]) == Trust((), (card.certificate, renewed.certificate))


def pem(who: Person) -> bytes:
    return who.certificate.public_bytes(Encoding.PEM)


def test_a_signed_message_gives_its_content_only_once_verified(signing: Desk) -> None:
    signing.done("sign", *ALICE, "--attached", "契約.txt")
    message = ("verify", "--signer", "alice.crt", "契約.txt.p7m")
    assert signing.json(*message)["output"] is None
    assert signing.done(*message, "-o", "-").text == LETTER
    assert signing.json(*message, "-o", "opened")["output"] == "opened"
    assert Path("opened").read_text(encoding="utf-8") == LETTER
    signing.run(*message, "-o", "opened").failed(2, "--force")
    content = Path("契約.txt.p7m").read_bytes().replace("契約".encode(), "売却".encode())
    Path("契約.txt.p7m").write_bytes(content)
    ran = signing.run(*message, "-o", "-")
    assert (ran.code, ran.out) == (9, b"")
    assert "NOT VERIFIED" in ran.err
    assert signing.run(*message, "-o", "new").code == 9
    assert not Path("new").exists()


def test_several_files_and_standard_input(signing: Desk) -> None:
    Path("two").write_text("two")
    told = signing.json("sign", *ALICE, "契約.txt", "two", "--force")
    assert [item["output"] for item in told["files"]] == ["契約.txt.p7s", "two.p7s"]
    ran = signing.done("sign", *ALICE, "-", "-o", "piped.p7s", stdin=b"piped")
    assert ran.err == "- → piped.p7s\n"
    trust = ("verify", "--signer", "alice.crt")
    signing.done(*trust, "-", "piped.p7s", stdin=b"piped")
    assert signing.run(*trust, "-", "piped.p7s", stdin=b"other").code == 9
    message = signing.done("sign", *ALICE, "--attached", "-", stdin=b"piped").out
    assert signing.done(*trust, "-", "-o", "-", stdin=message).out == b"piped"


def test_an_interrupted_run_is_repeated_until_all_are_signed(signing: Desk) -> None:
    Path("two").write_text("two")
    for options in ((), ("--attached",)):
        first = signing.json("sign", *ALICE, *options, "契約.txt")["files"][0]
        before = Path(first["output"]).read_bytes()
        told = signing.json("sign", *ALICE, *options, "契約.txt", "two")["files"]
        assert [item.get("existing") for item in told] == ["complete", None]
        assert Path(first["output"]).read_bytes() == before
        Path(first["output"]).write_bytes(Path(told[1]["output"]).read_bytes())
        ran = signing.run("sign", *ALICE, *options, "契約.txt")
        ran.failed(2, "already exists")
        signing.done("sign", *ALICE, *options, "契約.txt", "--skip-existing")
        signing.done("sign", *ALICE, *options, "契約.txt", "--force")


def test_a_card_signs_with_a_certificate_that_is_kept_in_a_file(signing: Desk) -> None:
    root = authority("root")
    card = x509.load_pem_x509_certificate(Path("alice.crt").read_bytes())
    builder = (
        x509.CertificateBuilder(root.certificate.subject, card.subject, card.public_key(), 77)
        .not_valid_before(card.not_valid_before_utc)
        .not_valid_after(card.not_valid_after_utc)
    )
    by_root = builder.sign(root.private, SHA256())
    Path("by-root.crt").write_bytes(by_root.public_bytes(Encoding.PEM))
    Path("root.crt").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    signing.done("sign", *ALICE, "契約.txt", "--certificate", "by-root.crt")
    told = signing.json("verify", "契約.txt", "--trust", ".")
    assert told["signatures"][0]["serial_number"] == "4d"
    assert signing.run("verify", "契約.txt", "--signer", "alice.crt").code == 9
    sign = ("sign", *ALICE, "契約.txt", "--force", "--certificate", "root.crt")
    signing.run(*sign).failed(7, "not for the signature key")


def test_what_cannot_be_signed_or_verified_is_told_before_a_pin_is_asked(duplicated: Desk) -> None:
    Path("letter").write_text("x")
    sign = ("sign", *ALICE, "letter")
    duplicated.run(*sign).failed(7, "no signature key", "twincard certificate --signature-key")
    duplicated.run(*sign, "--timestamp", "file:///etc/passwd").failed(2, "time-stamp authority")
    for url in ("tsa.example.org", "https://", "http://[::"):
        duplicated.run(*sign, "--timestamp", url).failed(2, "time-stamp authority")
    duplicated.run("verify", "letter").failed(2, "--signer", "--trust")
    duplicated.run("verify", "letter", "--trust", "alice.pem").failed(2, "not an X.509 certificate")
    Path("folder").mkdir()
    duplicated.run("verify", "letter", "--trust", "folder").failed(2, "has no certificates")
    certificate = person("other").certificate.public_bytes(Encoding.DER)
    Path("folder/other.der").write_bytes(certificate)
    trust = ("--trust", "folder")
    duplicated.run("verify", "letter", *trust).failed(8, "letter.p7s")
    duplicated.run("verify", "letter", "-", *trust).failed(2, "standard input")
    duplicated.run("verify", "letter", "x", "-o", "y", *trust).failed(2, "--out")


def test_a_time_stamp_is_taken_and_named(signing: Desk) -> None:
    root = authority("time root")
    clock = person("clock", root, extended=(TIME,))
    Path("time.crt").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    with TimeAuthority(signing.folder / "tsa", clock).serving() as serving:
        signing.done("sign", *ALICE, "契約.txt", "--timestamp", serving.url)
    verify = ("verify", "--signer", "alice.crt", "契約.txt")
    told = signing.json(*verify)["signatures"][0]["time_stamp"]
    assert (told["authority"], told["trusted"]) == ("CN=clock", False)
    assert "not by an authority of --timestamp-trust" in signing.done(*verify).text
    believed = (*verify, "--timestamp-trust", "time.crt")
    assert signing.json(*believed)["signatures"][0]["time_stamp"]["trusted"]
    assert signing.done(*believed).text.endswith(" UTC by CN=clock\n")
    sign = ("sign", *ALICE, "契約.txt", "--force", "--timestamp", "http://127.0.0.1:9/")
    before = Path("契約.txt.p7s").read_bytes()
    signing.run(*sign).failed(8, "http://127.0.0.1:9/")
    assert Path("契約.txt.p7s").read_bytes() == before


SEAL = ("encrypt", "--sign", "--to", "alice.pem", *ALICE)
OPEN = ("decrypt", "-r", "sim:控え", "--pin-file", "backup-pin")


def test_signed_and_encrypted_in_one(signing: Desk) -> None:
    signing.done(*SEAL, "契約.txt")
    ran = signing.done(*OPEN, "契約.txt.p7m", "-o", "-")
    assert ran.text == LETTER
    signer = "CN=花子,OU=signature key <a@example.org>"
    assert f"契約.txt.p7m: signed by {signer}, made " in ran.err
    assert "was not checked: give --signer or --trust." in ran.err
    assert " valid" not in ran.err
    trust = ("--signer", "alice.crt")
    ran = signing.done(*OPEN, *trust, "契約.txt.p7m", "-o", "opened")
    assert f"契約.txt.p7m: valid signature of {signer}, made " in ran.err
    (told,) = signing.json(*OPEN, *trust, "契約.txt.p7m", "-o", "again")["files"]
    assert (told["authenticated"], told["signatures"][0]["trusted"]) == (True, True)
    (told,) = signing.json(*OPEN, "契約.txt.p7m", "-o", "third")["files"]
    assert not told["signatures"][0]["trusted"]
    signing.run(*SEAL, "契約.txt").failed(2, "already exists")
    signing.run("verify", *trust, "契約.txt.p7m").failed(8, "encrypted", "twincard decrypt")


def test_what_must_be_signed_and_is_not(signing: Desk) -> None:
    signing.done("encrypt", "--to", "alice.pem", "契約.txt")
    assert signing.json(*OPEN, "契約.txt.p7m", "-o", "one")["files"][0]["signatures"] == []
    ran = signing.run(*OPEN, "--signer", "alice.crt", "契約.txt.p7m", "-o", "two")
    ran.failed(8, "not signed")
    Path("other.crt").write_bytes(person("other").certificate.public_bytes(Encoding.PEM))
    signing.done(*SEAL, "契約.txt", "--force")
    ran = signing.run(*OPEN, "--trust", "other.crt", "契約.txt.p7m", "-o", "two")
    ran.failed(8, "does not lead to one that you trust", "--signer")
    assert not Path("two").exists()


def test_folders_and_archive_files_are_signed_too(signing: Desk) -> None:
    Path("書類").mkdir()
    Path("書類/契約.txt").write_text(LETTER, encoding="utf-8")
    trust = ("--signer", "alice.crt")
    for words in (SEAL, ("encrypt", "--sign", "--archive", *ALICE)):
        signing.done(*words, "書類", "契約.txt", "--force")
        Path("out").mkdir()
        signing.done(*OPEN, *trust, "書類.tar.p7m", "契約.txt.p7m", "-o", "out")
        for name in ("書類/契約.txt", "契約.txt"):
            assert Path("out", name).read_text(encoding="utf-8") == LETTER
        shutil.rmtree("out")


def test_options_of_signing_that_do_not_fit(signing: Desk) -> None:
    seal = ("encrypt", "--to", "alice.pem", "契約.txt")
    signing.run(*seal, "--sign").failed(2, "--reader")
    signing.run(*seal, *ALICE).failed(2, "--sign")
    signing.run(*seal, "--sign", "--for-mail", *ALICE).failed(2, "--for-mail")
    signing.done("sign", *ALICE, "--attached", "契約.txt")
    signing.run(*OPEN, "契約.txt.p7m", "-o", "x").failed(8, "signed", "twincard verify")


def test_a_signer_who_is_a_contact(signing: Desk) -> None:
    """Known is the certificate for encryption, which the card's signature key signed."""
    signing.done("certificate", *ALICE, "--name", "花子", "-o", "for-encryption.crt")
    signing.done("contact", "add", "花子", "for-encryption.crt")
    signing.done("sign", *ALICE, "契約.txt")
    for who in ("花子", "for-encryption.crt", "./alice.crt"):
        signing.done("verify", "--signer", who, "契約.txt")
    Path("花子").write_text("")
    signing.run("verify", "--signer", "花子", "契約.txt").failed(2, "also a file here")
    signing.run("verify", "--signer", "太郎", "契約.txt").failed(8, "太郎")
