"""docs/algorithms.md lists the algorithms of the code, no more and no fewer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from twincard.cms.content import cipher
from twincard.cms.recipients import codec
from twincard.cms.recipients.infos import RsaAlgorithm
from twincard.keys.component import COMPONENT_BYTES
from twincard.keys.derivation import KEY_BITS
from twincard.keys.key_type import KeyType
from twincard.keys.management_keys import KEY_SIZES
from twincard.keys.shares import SHARE_WORDS
from twincard.keys.transport_key import TRANSPORT_KEY_BYTES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/algorithms.md").read_text(encoding="utf-8")
LIBRARY = "cryptography.hazmat.primitives"
# Names of the library that are types of objects or parameters, not algorithms.
NO_ALGORITHM = re.compile(r"EllipticCurve.*|.*Context|Cipher|CounterLocation|Mode|HashAlgorithm")
MODULES = ("algorithms", "ec", "hashes", "modes", "padding")


def section(title: str) -> str:
    """What is under a heading, of whatever level."""
    return re.split(rf"^#+ {title}$", PAGE, flags=re.M)[1].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the table below a heading, but for its head."""
    found = re.findall(r"^\|(.*)\|$", section(title), re.M)
    return [[cell.strip() for cell in row.split("|")] for row in found][2:]


def test_key_types() -> None:
    named = re.findall(r"^\| decipher key `(\w+)`", section("Keys"), re.M)
    assert named == [key_type.value for key_type in KeyType]


def test_lengths_of_symmetric_keys() -> None:
    by_name = {row[0]: row[1] for row in rows("Keys")}
    assert f"{8 * COMPONENT_BYTES} random bits" in by_name["component"]
    assert f"{8 * TRANSPORT_KEY_BYTES} random bits" in by_name["transport key"]
    assert f"{KEY_BITS} random bits" in by_name["archive key"]
    assert f"{SHARE_WORDS} words" in section("Duplication")
    sizes = re.findall(r"AES-(\d+)", by_name["management keys"])
    assert [int(size) // 8 for size in sizes] == list(KEY_SIZES)


def test_what_files_may_use() -> None:
    listed = {(row[0], row[1], row[2].strip("`")) for row in rows("What files may use")}
    contents = {
        (
            "content",
            mode.value if mode is cipher.CipherMode.TRIPLE_DES else f"AES-{8 * length}-{mode.name}",
            oid,
        )
        for (mode, length), oid in cipher._OIDS.items()
    }
    wraps = {("key wrap", f"AES-{8 * n} key wrap", oid) for oid, n in codec.AES_WRAPS.items()}
    kdfs = {
        (f"{way}ECDH with X9.63 KDF", f"SHA-{kdf_hash.name.removeprefix('SHA')}", oid)
        for oid, kdf_hash in codec.KDF_HASHES.items()
        for way in [
            "" if oid.startswith(("1.3.132.1.11.", "1.3.133.16.840.63.0.2")) else "cofactor "
        ]
    }
    oaep = {
        ("RSAES-OAEP", algorithm.name.replace("OAEP_SHA", "SHA-"), name)
        for name, algorithm in codec.OAEP_HASHES.items()
    }
    assert len(oaep) == len(RsaAlgorithm) - 1  # the other one is RSAES-PKCS1-v1_5
    other = {("RSA", RsaAlgorithm.PKCS1_V15.value, "–")}  # noqa: RUF001 -- as the page has it
    assert listed == contents | wraps | kdfs | oaep | other


def test_what_the_applet_asks_of_the_chip() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("card", "trust")
        for path in (ROOT / "applet" / folder).rglob("*.java")
    ]
    used = set(re.findall(r"\.((?:ALG|LENGTH)_(?!SCP)[A-Z0-9_]+)\b", "\n".join(sources)))
    title = "What the applet asks of the chip"
    assert {row[0].strip("`") for row in rows(title)} == used


def test_what_the_host_uses() -> None:
    used = {
        name
        for path in (ROOT / "host/twincard").rglob("*.py")
        for name in primitives(path.read_text(encoding="utf-8"))
    }
    listed = re.findall(r"`(\w+)`", " ".join(row[0] for row in rows("What the host uses")))
    assert set(listed) == used


def primitives(source: str) -> Iterator[str]:
    """The names of the library's algorithms in a piece of Python."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIBRARY):
            leaf = (node.module or "").removeprefix(LIBRARY).strip(".")
            if not leaf.startswith(("asymmetric", "serialization")) and leaf:
                yield from _algorithms(alias.name for alias in node.names)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in MODULES
            and node.attr[0].isupper()
        ):
            yield from _algorithms([node.attr])


def _algorithms(names: Iterator[str] | list[str]) -> Iterator[str]:
    return (one for one in names if one not in MODULES and not NO_ALGORITHM.fullmatch(one))


def test_an_algorithm_that_the_page_lacks_would_be_noticed() -> None:
    source = f"from {LIBRARY}.ciphers.algorithms import TripleDES\nhashes.MD5()\n"
    assert set(primitives(source)) == {"TripleDES", "MD5"}
