"""Bouncy Castle opens files for P-384, P-521 and ML-KEM keys.

`BOUNCY_CASTLE` names its jars bcprov, bcutil and bcpkix (jdk18on, 1.82 or later), as a class path.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, mlkem
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from twincard.cms import Recipient, encrypt

CONTENT = b"for people without cards"
JARS = os.environ.get("BOUNCY_CASTLE", "")
PROGRAM = """
import java.nio.file.*;
import java.security.*;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public class Open {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        PrivateKey key = KeyFactory.getInstance(arguments[0], "BC")
                .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of("key"))));
        CMSEnvelopedData message = new CMSEnvelopedData(Files.readAllBytes(Path.of("message")));
        for (RecipientInformation one : message.getRecipientInfos().getRecipients()) {
            Recipient recipient = one instanceof KEMRecipientInformation
                    ? new JceKEMEnvelopedRecipient(key).setProvider("BC")
                    : new JceKeyAgreeEnvelopedRecipient(key).setProvider("BC");
            System.out.write(one.getContent(recipient));
        }
        System.out.flush();
    }
}
"""


@pytest.mark.long
@pytest.mark.skipif(not JARS or shutil.which("java") is None, reason="BOUNCY_CASTLE is not set")
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP384R1()), "EC"),
        (ec.generate_private_key(ec.SECP521R1()), "EC"),
        (mlkem.MLKEM768PrivateKey.generate(), "ML-KEM"),
        (mlkem.MLKEM1024PrivateKey.generate(), "ML-KEM"),
    ],
    ids=["P-384", "P-521", "ML-KEM-768", "ML-KEM-1024"],
)
def test_bouncy_castle_opens(
    key: ec.EllipticCurvePrivateKey | mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey,
    algorithm: str,
    tmp_path: Path,
) -> None:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, [Recipient.from_bytes(public)], mail=True)
    (tmp_path / "message").write_bytes(sink.getvalue())
    (tmp_path / "key").write_bytes(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "Open.java").write_text(PROGRAM)
    ran = subprocess.run(
        ["java", "-cp", JARS, "Open.java", algorithm],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (ran.stdout, ran.returncode) == (CONTENT, 0), ran.stderr
