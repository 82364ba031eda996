"""A newer OpenSC's module logs its user in: ssh, and TLS 1.2 and 1.3."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.opensc.conftest import CardInReader
from tests.opensc.newer.conftest import OpenSc

_SSHD = "/usr/sbin/sshd"
_SECONDS = 20


@pytest.mark.skipif(not Path(_SSHD).exists(), reason="there is no sshd here")
def test_ssh(newer: OpenSc, card: CardInReader, tmp_path: Path) -> None:
    (tmp_path / "signer.pem").write_bytes(newer.pkcs15(card, "--read-public-key", "02"))
    words = ("ssh-keygen", "-i", "-m", "PKCS8", "-f", "signer.pem")
    (tmp_path / "authorized").write_bytes(newer.run(*words, folder=tmp_path).stdout)
    newer.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host", folder=tmp_path)
    (tmp_path / "sshd_config").write_text(
        f"HostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/authorized\nStrictModes no\n"
        "UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin yes\n"
    )
    askpass = tmp_path / "askpass"
    askpass.write_text('#!/bin/sh\necho "$PIN"\n')
    askpass.chmod(0o700)
    # One connection through a pipe: no port, and a place of its own for what sshd wants of root.
    place = "mount -t tmpfs none /run && mkdir /run/sshd"
    server = f"unshare --mount sh -c '{place} && exec {_SSHD} -i -f {tmp_path}/sshd_config'"
    made = newer.run(
        *("ssh", "-F", "none", "-o", f"ProxyCommand={server}"),
        *("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path}/known"),
        *("-o", "IdentityAgent=none", "-o", "IdentityFile=none"),
        *("-I", str(newer.module), f"{getpass.getuser()}@loopback", "echo logged in"),
        folder=tmp_path,
        PIN=card.pin,
        SSH_ASKPASS=str(askpass),
        SSH_ASKPASS_REQUIRE="force",
    )
    assert made.stdout == b"logged in\n", made.stderr.decode()


@pytest.fixture
def server_files(tmp_path: Path, newer: OpenSc, card: CardInReader) -> Path:
    """The key of a server, and the certificate by which it knows the card."""
    (tmp_path / "signer.crt").write_bytes(newer.pkcs15(card, "--read-certificate", "02"))
    words = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    options = ("-nodes", "-keyout", "server.key", "-out", "server.crt", "-subj", "/CN=localhost")
    made = newer.run(*words, *options, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    (tmp_path / "pin").write_text(card.pin)
    return tmp_path


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_tls(newer: OpenSc, card: CardInReader, server_files: Path, version: str) -> None:
    text = newer.pkcs15(card, "--dump").decode()
    (line,) = [line for line in text.splitlines() if "Serial number" in line]
    key = f"pkcs11:serial={line.split(': ')[1]};id=%02;type=private?pin-source=file:pin"
    with tls_server(server_files) as port:
        made = newer.run(
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port}", f"-{version}"),
            *("-cert", "signer.crt", "-engine", "pkcs11", "-keyform", "engine", "-key", key),
            *("-CAfile", "server.crt", "-verify_return_error", "-ign_eof"),
            folder=server_files,
            stdin=b"GET /hello HTTP/1.0\r\n\r\n",
        )
    assert b"welcome" in made.stdout, made.stderr.decode() + made.stdout.decode()


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    """One that lets nobody in but the card's holder; gives its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    (folder / "hello").write_text("welcome\n")
    words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-WWW", "-Verify", "1"]
    words += ["-cert", "server.crt", "-key", "server.key", "-CAfile", "signer.crt"]
    words += ["-verify_return_error"]
    with subprocess.Popen(
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    ) as server:
        try:
            give_up = time.monotonic() + _SECONDS
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    assert time.monotonic() < give_up
                    time.sleep(0.05)
            yield port
        finally:
            server.terminate()
