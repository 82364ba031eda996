"""Files with management keys: what is taken, what is refused, and that no error repeats a key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.secrets.hunt import Hunt

from twincard.keys.management_keys import (
    ManagementKeysError,
    draw_management_keys,
    read_management_keys,
    write_management_keys,
)
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.simulator.manager.scp03 import kcv

ENC, MAC, DEK = ("%032x" % (0xC0FFEE << shift) for shift in (0, 8, 16))
DEFAULT = "404142434445464748494A4B4C4D4E4F"


def written(folder: Path, text: str) -> Path:
    path = folder / "カード.keys"
    path.write_text(text)
    return path


@pytest.mark.parametrize("size", [16, 24, 32])
def test_what_is_written_is_read_again(size: int, tmp_path: Path) -> None:
    keys = draw_management_keys(size, 17)
    path = tmp_path / "keys"
    write_management_keys(path, keys)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_management_keys(path) == keys
    checks = b"".join(kcv(key.reveal()) for key in (keys.enc, keys.mac, keys.dek))
    assert f"kcv: {checks.hex()}\n" in path.read_text()
    with pytest.raises(FileExistsError):
        write_management_keys(path, draw_management_keys(size, 17))
    assert read_management_keys(path) == keys


def test_lines_may_come_in_any_order_and_one_key_may_be_all(tmp_path: Path) -> None:
    lines = f"MAC: {MAC}\n\nenc:{ENC.upper()}\ndek :  {DEK}\n"
    enc, mac, dek = (Secret(bytes.fromhex(text)) for text in (ENC, MAC, DEK))
    keys = Scp03Keys(enc, mac, dek)
    assert read_management_keys(written(tmp_path, lines)) == keys
    one = read_management_keys(written(tmp_path, f"{ENC[:16]} {ENC[16:]}\n"))
    assert one.enc == one.mac == one.dek == keys.enc
    assert one.version == 0


REFUSED = {
    "nothing": "",
    "no digits": "z" * 32,
    "a length that AES has not": "ab" * 15,
    "a missing key": f"enc: {ENC}\nmac: {MAC}\n",
    "an unknown line": f"enc: {ENC}\nmac: {MAC}\ndek: {DEK}\nkek: {DEK}\n",
    "a key twice": f"enc: {ENC}\nenc: {ENC}\nmac: {MAC}\ndek: {DEK}\n",
    "keys of two lengths": f"enc: {ENC}\nmac: {MAC}\ndek: {DEK}{DEK}\n",
    "version 0": f"version: 0\nenc: {ENC}\nmac: {MAC}\ndek: {DEK}\n",
    "version 128": f"version: 128\nenc: {ENC}\nmac: {MAC}\ndek: {DEK}\n",
    "a version that is none": f"version: ff\nenc: {ENC}\nmac: {MAC}\ndek: {DEK}\n",
    "check values of other keys": f"enc: {ENC}\nmac: {MAC}\ndek: {DEK}\nkcv: {'ab' * 9}\n",
    "too much": f"enc: {ENC}\nmac: {MAC}\ndek: {DEK}\n" + "\n" * 5000,
    "another alphabet": f"enc: {ENC}\nmac: {MAC}\ndek: {DEK}\n鍵: 一\n",
    "the default key": DEFAULT,
    "the default key in small letters": DEFAULT.lower() + "\n",
    "the default key, longer": DEFAULT + DEFAULT[:16],
    "the default key among others": f"enc: {ENC}\nmac: {DEFAULT}\ndek: {DEK}\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_other_files_are_refused_and_no_key_is_repeated(what: str, tmp_path: Path) -> None:
    path = written(tmp_path, REFUSED[what])
    with pytest.raises(ManagementKeysError, match=re.escape(str(path))) as caught:
        read_management_keys(path)
    hunt = Hunt({text: bytes.fromhex(text) for text in (ENC, MAC, DEK)})
    assert hunt.found_in_error(caught.value) == []
    assert ("which is public" in str(caught.value)) is ("default" in what)
