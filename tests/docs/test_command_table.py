"""Document, applet and tests have one and the same command table."""

from __future__ import annotations

import re
from pathlib import Path

from tests.card.commands import RULES, TRANSPORT_PIN_SERVES, Authority, Data, Rule

from twincard.iso.status import Sw

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/card-interface.md").read_text(encoding="utf-8")
BASE, PARTS = (ROOT / "applet" / folder / "twincard/card" for folder in ("card", "trust"))

# What the applet's table says of authority that a command judges by itself.
IN_APPLET = {
    Authority.NONE: "ANYBODY",
    Authority.FILE: "ANYBODY",
    Authority.DF: "ANYBODY",
    Authority.FILE_OR_DF: "ANYBODY",
    Authority.SETTERS: "USER_OR_ISSUER",
}


def source(name: str) -> str:
    folder = BASE if (BASE / f"{name}.java").exists() else PARTS
    return (folder / f"{name}.java").read_text(encoding="utf-8")


def constants(name: str) -> dict[str, int]:
    """Every numeric constant of a Java file, by its name."""
    found = re.findall(r"(\w+) = (?:\((?:byte|short)\) )?(0x[0-9A-F]+);", source(name))
    return {constant: int(value, 16) for constant, value in found}


def document_rules() -> list[Rule]:
    row = re.compile(
        r"^\| \[(?P<name>[^]]+)]\(#[\w-]+\) \| (?P<cla>\w\w) (?P<ins>\w\w) \| (?P<life>\w+) "
        r"\| (?P<roles>\w+) \| (?P<authority>[^|]+) \| (?P<data>[^|]+) \| (?P<chain>chain )?\|$",
        re.MULTILINE,
    )
    return [
        Rule(
            match["name"],
            int(match["cla"], 16),
            int(match["ins"], 16),
            match["life"],
            match["roles"],
            Authority(match["authority"]),
            Data(match["data"]),
            match["chain"] is not None,
        )
        for match in row.finditer(DOCUMENT)
    ]


ROLES = ("ORIGINAL", "BACKUP")


def applet_rows() -> set[tuple[int, int, str, str, str, bool, bool]]:
    base = table_rows("CommandRules")
    known = {row[:2] for row in base}
    return base | {row for row in table_rows("TrustParts") if row[:2] not in known}


def table_rows(name: str) -> set[tuple[int, int, str, str, str, bool, bool]]:
    """The parts' table has rows, too, for further parameters of commands that the base has."""
    instructions = constants("Ins") | constants(name) | constants("Channel")
    unqualified = re.sub(r"\b(CommandRules|Ins|Channel)\.", "", source(name))
    row = re.compile(r"^ +(\w+)( \| OURS)?, ([\w |]+), ([\w |]+),$", re.MULTILINE)
    return {
        (
            0x80 if ours else 0x00,
            instructions[ins],
            "".join(word for word in when.split(" | ") if word in "IOT"),
            "".join(word[0] for word in when.split(" | ") if word in ROLES) or "OB",
            "".join(
                word for word in when.split(" | ")[1:] if word not in (*"IOT", *ROLES, "RECEIVER")
            )
            or "ANYBODY",
            "NO_DATA" in shape.split(" | "),
            "CHAIN" in shape.split(" | "),
        )
        for ins, ours, when, shape in row.findall(unqualified)
    }


def test_the_document_has_the_table_that_tests_use() -> None:
    assert document_rules() == list(RULES)


def test_the_applet_has_the_table_that_tests_use() -> None:
    expected = {
        (
            rule.cla,
            rule.ins,
            rule.life,
            rule.roles,
            IN_APPLET.get(rule.authority, rule.authority.name),
            rule.data is Data.NONE,
            rule.chain,
        )
        for rule in RULES
    }
    assert applet_rows() == expected


def test_a_transport_pin_serves_the_same_commands_everywhere() -> None:
    sentence = re.search(
        r"\*\*Transport PIN\*\*\..*? authorises (.*?); all else", DOCUMENT, re.DOTALL
    )
    assert sentence is not None
    named = set(re.split(r", | and ", sentence[1].replace("\n", " ")))
    assert named == TRANSPORT_PIN_SERVES | {"VERIFY CERTIFICATE"}
    instructions = constants("Ins")
    rows = re.findall(r"^ +Ins\.(\w+).*\bTRANSPORT,$", source("CommandRules"), re.MULTILINE)
    expected = {rule.ins for rule in RULES if rule.name in TRANSPORT_PIN_SERVES}
    assert {instructions[row] for row in rows} == expected


def test_the_applet_has_no_instruction_outside_the_table() -> None:
    instructions = {row[1] for row in applet_rows()}
    assert instructions == {rule.ins for rule in RULES}
    assert instructions >= set(constants("Ins").values())


def test_document_applet_and_host_have_the_same_status_words() -> None:
    # `61xx` and `63Cx` stand for many.
    section = DOCUMENT.split("## Status words")[1].split("## Commands")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    documented = {word for cell in cells for word in re.findall(r"`(\w{4})`", cell)}
    applet = {f"{value:04X}" for value in constants("Sw").values()} | {"9000"}
    host = {f"{word:04X}" for word in Sw}
    assert applet == {word.replace("61xx", "6100").replace("x", "0") for word in documented}
    assert host == documented - {"61xx", "63Cx"}
