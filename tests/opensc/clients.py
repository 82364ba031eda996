"""Programs that use a card through OpenSC's PKCS #11 module, and what each is asked to do."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.opensc.conftest import CERTIFICATE, CardInReader, run

SECRET = b"for this card\r\n"
SSHD = "/usr/sbin/sshd"
SIGNER = "signer.crt"
_SECONDS = 60


class RefusedError(AssertionError):
    """A program did not do what it was asked for."""


@dataclass(frozen=True)
class Desk:
    """A card in a reader, an OpenSC, and a folder with two certificates.

    CERTIFICATE is of the decryption key, SIGNER of the card's own signature key; `is_rsa` says of
    what type they both are. `prefix` is where OpenSC is installed, None for the system's.
    """

    card: CardInReader
    folder: Path
    is_rsa: bool
    prefix: Path | None = None

    @property
    def module(self) -> str:
        """OpenSC's PKCS #11 module."""
        return "opensc-pkcs11.so" if self.prefix is None else f"{self.prefix}/lib/opensc-pkcs11.so"

    @property
    def module_file(self) -> str:
        """The same, for programs that do not look for it."""
        if self.prefix is not None:
            return self.module
        (found,) = Path("/usr/lib").glob("*/opensc-pkcs11.so")
        return str(found)

    def try_(self, *words: str, stdin: bytes = b"", **environment: str) -> tuple[int, bytes, bytes]:
        """Run a program; its exit code, what it printed, and its errors."""
        if self.prefix is not None:
            path = f"{self.prefix / 'bin'}:{os.environ['PATH']}"
            environment |= {"PATH": path, "PKCS11_MODULE_PATH": self.module}
        environment |= {"PIN": self.card.pin}
        made = run(*words, folder=self.folder, stdin=stdin, **environment)
        return made.returncode, made.stdout, made.stderr

    def do(self, *words: str, stdin: bytes = b"", **environment: str) -> bytes:
        """Run a program that must succeed; what it prints."""
        code, shown, errors = self.try_(*words, stdin=stdin, **environment)
        if code != 0:
            raise RefusedError(f"{words[0]}: {errors.decode()}")
        return shown

    def pkcs11_tool(self, *words: str) -> bytes:
        """Run pkcs11-tool, logged in."""
        token = ("--module", self.module, "--token-label", self.card.label)
        return self.do("pkcs11-tool", *token, "--login", "--pin", "env:PIN", *words)

    def mail(self) -> None:
        """Encrypt a mail to the card: mail.p7m."""
        words = ("openssl", "cms", "-encrypt", "-aes256", "-outform", "DER", "-out", "mail.p7m")
        self.do(*words, CERTIFICATE, stdin=SECRET)

    def key(self, number: str) -> str:
        """A key of the card by its URI, with the PIN."""
        (self.folder / "pin").write_text(self.card.pin)
        words = ("pkcs15-tool", "--reader", self.card.reader, "--dump")
        shown = self.do(*words).decode()
        (line,) = [line for line in shown.splitlines() if "Serial number" in line]
        serial = line.split(": ")[1]
        return f"pkcs11:serial={serial};id=%{number};type=private?pin-source=file:pin"


def _same(given: bytes, wanted: bytes) -> None:
    if given != wanted:
        raise RefusedError(f"not what was wanted: {given!r}")


def show(desk: Desk) -> None:
    """Keys and certificates are shown."""
    words = ("pkcs15-tool", "--reader", desk.card.reader)
    shown = desk.do(*words, "--dump").decode()
    for name in ("Decryption key", "Signature key"):
        if f"Key [{name}]" not in shown:
            raise RefusedError(shown)
    _same(desk.do(*words, "--read-certificate", "02"), (desk.folder / SIGNER).read_bytes())


def pkcs15_decrypt(desk: Desk) -> None:
    """PKCS #1 v1.5."""
    _seal(desk)
    words = ("--key", "01", "--raw", "--input", "sealed", "--pin", "-")
    reader = ("--reader", desk.card.reader)
    tool = ("pkcs15-crypt", *reader, "--decipher", "--pkcs1")
    _same(desk.do(*tool, *words, stdin=desk.card.pin.encode()), SECRET)


def pkcs11_decrypt(desk: Desk) -> None:
    """PKCS #1 v1.5."""
    _seal(desk)
    words = ("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", "sealed")
    _same(desk.pkcs11_tool(*words), SECRET)


def _seal(desk: Desk) -> None:
    desk.do("openssl", "x509", "-in", CERTIFICATE, "-noout", "-pubkey", "-out", "public.pem")
    words = ("openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", "public.pem", "-out", "sealed")
    if not desk.is_rsa:
        raise RefusedError("no such cryptogram for a curve")
    desk.do(*words, "-pkeyopt", "rsa_padding_mode:pkcs1", stdin=SECRET)


def pkcs11_sign(desk: Desk) -> None:
    """Hashes of every kind that the card signs."""
    for name in ("256", "384", "512"):
        mechanism = f"SHA{name}-RSA-PKCS" if desk.is_rsa else f"ECDSA-SHA{name}"
        form = () if desk.is_rsa else ("--signature-format", "openssl")
        _sign(desk, mechanism, *form)
        _verify(desk, f"-sha{name}")


def pkcs11_sign_pss(desk: Desk) -> None:
    """RSASSA-PSS."""
    _sign(desk, "SHA256-RSA-PKCS-PSS", "--mgf", "MGF1-SHA256", "--salt-len", "-1")
    options = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1")
    _verify(desk, "-sha256", *options)


def _sign(desk: Desk, *mechanism: str) -> None:
    (desk.folder / "message").write_bytes(SECRET)
    words = ("--id", "02", "-i", "message", "-o", "signature")
    desk.pkcs11_tool("--sign", "-m", *mechanism, *words)


def _verify(desk: Desk, *options: str) -> None:
    desk.do("openssl", "x509", "-in", SIGNER, "-noout", "-pubkey", "-out", "signer.pem")
    words = ("-verify", "signer.pem", "-signature", "signature", "message")
    desk.do("openssl", "dgst", *options, *words)


def engine_decrypt(desk: Desk) -> None:
    """S/MIME with OpenSSL's engine."""
    desk.mail()
    words = ("openssl", "cms", "-decrypt", "-inform", "DER", "-in", "mail.p7m")
    engine = ("-engine", "pkcs11", "-keyform", "engine", "-inkey", desk.key("01"))
    _same(desk.do(*words, "-recip", CERTIFICATE, *engine), SECRET)


def engine_sign(desk: Desk) -> None:
    """A signature with OpenSSL's engine."""
    (desk.folder / "message").write_bytes(SECRET)
    engine = ("-engine", "pkcs11", "-keyform", "engine", "-sign", desk.key("02"))
    desk.do("openssl", "dgst", "-sha256", *engine, "-out", "signature", "message")
    _verify(desk, "-sha256")


def tls_1_2(desk: Desk) -> None:
    """A login with OpenSSL's engine, without PSS, which is first choice otherwise."""
    _tls(desk, "-tls1_2", "-sigalgs", "RSA+SHA256:ECDSA+SHA256")


def tls_1_3(desk: Desk) -> None:
    """A login with OpenSSL's engine."""
    _tls(desk, "-tls1_3")


def _tls(desk: Desk, *version: str) -> None:
    with _tls_server(desk) as port:
        words = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *version)
        engine = ("-engine", "pkcs11", "-keyform", "engine", "-key", desk.key("02"))
        known = ("-CAfile", "server.crt", "-verify_return_error", "-ign_eof")
        request = b"GET /hello HTTP/1.0\r\n\r\n"
        _, shown, errors = desk.try_(*words, "-cert", SIGNER, *engine, *known, stdin=request)
    if b"welcome" not in shown:
        raise RefusedError(errors.decode())


def curl(desk: Desk) -> None:
    """A login with TLS."""
    with _tls_server(desk) as port:
        engine = ("--engine", "pkcs11", "--key-type", "ENG", "--key", desk.key("02"))
        known = ("--cacert", "server.crt", "--cert", SIGNER)
        _same(
            desk.do("curl", "-sS", *known, *engine, f"https://localhost:{port}/hello"), b"welcome\n"
        )


@contextmanager
def _tls_server(desk: Desk) -> Iterator[int]:
    """One that lets nobody in but the card's holder; gives its port."""
    words = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    desk.do(*words, *named, "-nodes", "-keyout", "server.key", "-out", "server.crt")
    (desk.folder / "hello").write_text("welcome\n")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-WWW", "-Verify", "1"]
    server += ["-cert", "server.crt", "-key", "server.key", "-CAfile", SIGNER]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(
        [*server, "-verify_return_error"],
        cwd=desk.folder,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
    ) as running:
        try:
            _wait_for(port)
            yield port
        finally:
            running.terminate()


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        else:
            return


def ssh(desk: Desk) -> None:
    """A login."""
    folder = desk.folder
    desk.do("openssl", "x509", "-in", SIGNER, "-noout", "-pubkey", "-out", "signer.pem")
    words = ("ssh-keygen", "-i", "-m", "PKCS8", "-f", "signer.pem")
    (folder / "authorized").write_bytes(desk.do(*words))
    if not (folder / "host").exists():
        desk.do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host")
    (folder / "sshd_config").write_text(
        f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nStrictModes no\n"
        "UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin yes\n"
    )
    askpass = folder / "askpass"
    askpass.write_text('#!/bin/sh\necho "$PIN"\n')
    askpass.chmod(0o700)
    # One connection through a pipe: no port, and a place of its own for what sshd wants of root.
    place = "mount -t tmpfs none /run && mkdir /run/sshd"
    server = f"unshare --mount sh -c '{place} && exec {SSHD} -i -f {folder}/sshd_config'"
    shown = desk.do(
        *("ssh", "-F", "none", "-o", f"ProxyCommand={server}"),
        *("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known"),
        *("-o", "IdentityAgent=none", "-o", "IdentityFile=none"),
        *("-I", desk.module_file, f"{getpass.getuser()}@loopback", "echo logged in"),
        SSH_ASKPASS=str(askpass),
        SSH_ASKPASS_REQUIRE="force",
    )
    _same(shown, b"logged in\n")


def nss_decrypt(desk: Desk) -> None:
    """S/MIME with the library of Thunderbird."""
    desk.mail()
    _make_database(desk)
    (desk.folder / "pin").write_text(desk.card.pin)
    words = ("cmsutil", "-D", "-d", "sql:nss", "-f", "pin", "-i", "mail.p7m")
    _same(desk.do(*words), SECRET)


def nss_sign(desk: Desk) -> None:
    """S/MIME with the library of Thunderbird."""
    _make_database(desk)
    (desk.folder / "pin").write_text(desk.card.pin)
    (desk.folder / "message").write_bytes(SECRET)
    trusted = ("-t", "C,C,C", "-n", "signer", "-i", SIGNER)
    desk.do("certutil", "-A", "-d", "sql:nss", "-f", "/dev/null", *trusted)
    name = f"{desk.card.label}:Signature key"
    sign = ("cmsutil", "-S", "-d", "sql:nss", "-f", "pin", "-N", name, "-H", "SHA256")
    # With signed attributes, but not one that names a key to encrypt to.
    attributes = ("-G", "-Y", "NONE")
    desk.do(*sign, *attributes, "-i", "message", "-o", "signed")
    shown = desk.do("openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", "signed")
    _same(shown, SECRET)


def _make_database(desk: Desk) -> None:
    shutil.rmtree(desk.folder / "nss", ignore_errors=True)
    (desk.folder / "nss").mkdir()
    desk.do("certutil", "-N", "-d", "sql:nss", "--empty-password")
    words = ("modutil", "-dbdir", "sql:nss", "-add", "opensc", "-libfile", desk.module_file)
    desk.do(*words, "-force")


def p11tool_sign(desk: Desk) -> None:
    """GnuTLS."""
    url = desk.key("02").split("?")[0]
    words = ("p11tool", "--batch", "--login", "--provider", desk.module_file)
    desk.do(*words, "--test-sign", url, GNUTLS_PIN=desk.card.pin)


def scdaemon(desk: Desk) -> None:
    """GnuPG without OpenSC."""
    home = desk.folder / "gnupg"
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "scdaemon.conf").write_text(f"disable-ccid\nreader-port {desk.card.reader}\n")
    try:
        shown = desk.do("gpg-connect-agent", "scd learn --force", "/bye", GNUPGHOME=str(home))
    finally:
        desk.try_("gpgconf", "--kill", "all", GNUPGHOME=str(home))
    if b"KEYPAIRINFO" not in shown:
        raise RefusedError(shown.decode())


class Task(Enum):
    """What a card does for a program."""

    SHOW = "show"
    DECRYPT = "decrypt"
    SIGN = "sign"
    SIGN_PSS = "sign, an RSA key by PSS"
    OTHER_NAME = "answer under the name of PKCS #15"


class Lack(Enum):
    """Why something does not work."""

    ECDH = "OpenSC's driver knows no ECDH; `twincard decrypt --unauthenticated` does it"
    OLDER = "OpenSC 0.24 or later"
    PUBLIC = "the public key or a certificate on the card: `twincard duplicate --keep-certificate`"
    NAME = "an application that answers under another name"


@dataclass(frozen=True)
class Client:
    """A program, what it is asked to do, and how.

    `needs` are the programs for that. `wants_public`: it takes no key whose public half it does not
    find on the card. `rsa_only`: there is nothing to ask of a curve.
    """

    name: str
    operation: str
    task: Task
    act: Callable[[Desk], None]
    needs: tuple[str, ...] = ()
    wants_public: bool = False
    rsa_only: bool = False

    @property
    def is_here(self) -> bool:
        """Whether this machine has what it needs."""
        return all(shutil.which(program) for program in self.needs)

    def lacks(self, *, is_rsa: bool, is_bare: bool, is_newer: bool) -> Lack | None:
        """What is missing; None where it works.

        `is_bare`: a backup with neither public key nor certificate. `is_newer`: OpenSC is 0.24 or
        later.
        """
        if self.task is Task.OTHER_NAME:
            return Lack.NAME
        if self.task is Task.DECRYPT and not is_rsa:
            return Lack.ECDH
        signs = self.task in (Task.SIGN, Task.SIGN_PSS)
        if not is_newer and signs and (not is_rsa or self.task is Task.SIGN_PSS):
            return Lack.OLDER
        return Lack.PUBLIC if self.wants_public and is_bare else None


_MAIL, _KEYS = "decrypt a mail", "show keys and certificates"
_V15 = "decrypt, PKCS #1 v1.5"
CLIENTS = (
    Client("`pkcs15-tool`", _KEYS, Task.SHOW, show),
    Client("`pkcs15-crypt`", _V15, Task.DECRYPT, pkcs15_decrypt, rsa_only=True),
    Client("`pkcs11-tool`", _V15, Task.DECRYPT, pkcs11_decrypt, rsa_only=True),
    Client("`pkcs11-tool`", "sign, SHA-256, -384, -512", Task.SIGN, pkcs11_sign),
    Client("`pkcs11-tool`", "sign, RSASSA-PSS", Task.SIGN_PSS, pkcs11_sign_pss, rsa_only=True),
    Client("`openssl`, engine", _MAIL, Task.DECRYPT, engine_decrypt, wants_public=True),
    Client("`openssl`, engine", "sign", Task.SIGN, engine_sign),
    Client("`openssl`, engine", "log in, TLS 1.2 without PSS", Task.SIGN, tls_1_2),
    Client("`openssl`, engine", "log in, TLS 1.3", Task.SIGN_PSS, tls_1_3),
    Client("`curl`, engine", "log in, TLS", Task.SIGN_PSS, curl, ("curl",)),
    Client("`ssh`", "log in", Task.SIGN, ssh, ("ssh", SSHD)),
    Client("NSS (Thunderbird's)", _MAIL, Task.DECRYPT, nss_decrypt, wants_public=True),
    Client("NSS (Thunderbird's)", "sign a mail", Task.SIGN, nss_sign),
    Client("GnuTLS (`p11tool`)", "sign", Task.SIGN, p11tool_sign, ("p11tool",)),
    Client("GnuPG (`scdaemon`)", "see keys", Task.OTHER_NAME, scdaemon),
)
