"""What forges read names what is there, and nothing that others can change."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
by_name = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)


@by_name
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    used = re.findall(r"\buses: *(.*)$", workflow.read_text(), re.M)
    assert used
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in used if not pinned.fullmatch(action)] == []


@by_name
def test_jobs_call_targets_of_the_makefile(workflow: Path) -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M)
    called = re.findall(r"\brun: make (.*)$", workflow.read_text(), re.M)
    assert called
    assert set(called) <= set(targets)


@pytest.mark.parametrize(
    ("path", "was", "fault"),
    [
        (".github/workflows/ci.yml", "runs-on:", "run-on:"),
        (".github/dependabot.yml", "interval: monthly", "interval: often"),
        (".github/ISSUE_TEMPLATE/config.yml", "contact_links:", "contacts:"),
        (".github/ISSUE_TEMPLATE/fault.yml", "type: textarea", "type: text"),
    ],
)
def test_the_check_finds_a_fault(tmp_path: Path, path: str, was: str, fault: str) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools/forge.sh", tmp_path / "tools")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    file = tmp_path / path
    text = file.read_text()
    assert was in text
    file.write_text(text.replace(was, fault))
    ended = subprocess.run(
        [tmp_path / "tools/forge.sh"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert f"{path}:" in ended.stdout


def test_both_forges_ask_a_contributor_the_same() -> None:
    github = ROOT / ".github/PULL_REQUEST_TEMPLATE.md"
    gitlab = ROOT / ".gitlab/merge_request_templates/Default.md"
    assert github.read_bytes() == gitlab.read_bytes()
