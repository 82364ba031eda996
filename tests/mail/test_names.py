"""Names of saved files are safe on any system, whatever the sender wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twincard.ground.control_characters import visible
from twincard.mail.names import free_path, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plan.pdf", "plan.pdf"),
        ("見積 書.pdf", "見積 書.pdf"),
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("..\\..\\run.bat", "run.bat"),
        (".bashrc", "bashrc"),
        ("..", "part-3.pdf"),
        ("", "part-3.pdf"),
        (None, "part-3.pdf"),
        ("a\x1b[2Jb\nc", "a_[2Jb_c"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("a:b*c?.txt ", "a_b_c_.txt"),
        ("/", "part-3.pdf"),
    ],
)
def test_names_become_safe(name: str | None, safe: str) -> None:
    assert safe_name(name, "application/pdf", 3) == safe


@given(st.text())
def test_any_name_stays_in_its_folder_and_shows_nothing_hidden(name: str) -> None:
    safe = safe_name(name, "application/pdf", 1)
    assert Path(safe).name == safe
    assert visible(safe) == safe
    assert len(safe.encode()) <= 200
    assert not safe.startswith(".")
    assert safe_name(safe, "application/pdf", 1) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("長" * 300 + ".pdf", "application/pdf", 1).endswith("長.pdf")


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").touch()
    (tmp_path / "a.tar-2.gz").symlink_to("nowhere")
    assert free_path(tmp_path, "a.tar.gz") == tmp_path / "a.tar-3.gz"
