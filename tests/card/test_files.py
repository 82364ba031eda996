"""The file system over the wire: selection, access rules, sizes, and what deletion leaves."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status

from twincard.card.files import MF, Condition, DfAccess, EfAccess, FileType
from twincard.card.session import Card
from twincard.iso.status import AuthorityMissingError, CardError, NotFoundError, Sw

OPEN_EF = EfAccess(Condition.ALWAYS, Condition.ALWAYS, Condition.ALWAYS)
OPEN_DF = DfAccess(Condition.ALWAYS, Condition.ALWAYS, Condition.ALWAYS, Condition.ALWAYS)
FCP = 0x04


@pytest.fixture
def issued(bench: Bench) -> Specimen:
    return bench.at(Stage.ISSUED).original


@pytest.fixture
def tree(issued: Specimen) -> Specimen:
    """MF: EF 0001, DF DF01 (EF 0001, EF 0002, DF DF02 (EF 0003)), DF DF03; MF is current."""
    files = issued.as_issuer().files
    files.create_ef(0x0001, 10, OPEN_EF)
    files.select()
    files.create_df(0xDF03, OPEN_DF)
    files.select()
    files.create_df(0xDF01, OPEN_DF)
    files.create_ef(0x0001, 11, OPEN_EF)
    files.create_ef(0x0002, 12, OPEN_EF)
    files.create_df(0xDF02, OPEN_DF)
    files.create_ef(0x0003, 13, OPEN_EF)
    files.select()
    return issued


def select(specimen: Specimen, p1: int, data: str = "", p2: int = FCP) -> tuple[bytes, int]:
    return exchange(specimen.lab, Command(0x00, 0xA4, p1, p2, bytes.fromhex(data), 256))


def selected(specimen: Specimen, p1: int, data: str = "") -> str:
    """FID and size (- for a DF) of the file selected, or the status word."""
    answer, sw = select(specimen, p1, data)
    if sw != Sw.DONE:
        return f"{sw:04X}"
    is_df = answer[2] == 0x82
    fid = answer[7:9] if is_df else answer[11:13]
    return f"{fid.hex().upper()} {'-' if is_df else int.from_bytes(answer[4:6], 'big')}"


IN_MF, IN_DF01, IN_DF02 = "3F00", "DF01", "DF01DF02"


@pytest.mark.parametrize(
    ("start", "p1", "data", "expected"),
    [
        (IN_MF, 0x00, "", "3F00 -"),
        (IN_DF02, 0x00, "", "3F00 -"),
        (IN_DF02, 0x00, "3F00", "3F00 -"),
        (IN_MF, 0x00, "0001", "0001 10"),
        (IN_DF01, 0x00, "0001", "0001 11"),
        (IN_DF02, 0x00, "0003", "0003 13"),
        (IN_DF02, 0x00, "DF01", "DF01 -"),
        (IN_DF02, 0x00, "DF02", "DF02 -"),
        (IN_DF02, 0x00, "0002", "0002 12"),
        (IN_DF01, 0x00, "DF03", "DF03 -"),
        (IN_DF02, 0x00, "DF03", "6A82"),
        (IN_MF, 0x00, "0003", "6A82"),
        (IN_MF, 0x01, "DF01", "DF01 -"),
        (IN_MF, 0x01, "0001", "6A82"),
        (IN_MF, 0x01, "DF02", "6A82"),
        (IN_MF, 0x02, "0001", "0001 10"),
        (IN_DF01, 0x02, "0002", "0002 12"),
        (IN_MF, 0x02, "DF01", "6A82"),
        (IN_DF02, 0x02, "0002", "6A82"),
        (IN_DF02, 0x03, "", "DF01 -"),
        (IN_DF01, 0x03, "", "3F00 -"),
        (IN_MF, 0x03, "", "6A82"),
        (IN_DF02, 0x08, "0001", "0001 10"),
        (IN_MF, 0x08, "DF01DF020003", "0003 13"),
        (IN_MF, 0x08, "DF01DF02", "DF02 -"),
        (IN_MF, 0x08, "3F00DF01", "6A82"),
        (IN_MF, 0x08, "00010001", "6A82"),
        (IN_DF01, 0x09, "DF020003", "0003 13"),
        (IN_DF01, 0x09, "0001", "0001 11"),
        (IN_DF01, 0x09, "DF01", "6A82"),
        (IN_MF, 0x08, "", "6700"),
        (IN_MF, 0x08, "DF", "6700"),
        (IN_MF, 0x09, "DF01DF", "6700"),
        (IN_MF, 0x00, "00", "6700"),
        (IN_DF02, 0x03, "3F00", "DF01 -"),
    ],
)
def test_ways_of_selection(tree: Specimen, start: str, p1: int, data: str, expected: str) -> None:
    assert select(tree, *((0x00, "3F00") if start == IN_MF else (0x08, start)))[1] == Sw.DONE
    assert selected(tree, p1, data) == expected


def test_a_failed_selection_changes_nothing(tree: Specimen) -> None:
    selected(tree, 0x08, "DF010002")
    assert selected(tree, 0x08, "DF010099") == "6A82"
    assert exchange(tree.lab, Command(0x00, 0xB0, answer=256)) == (bytes(12), Sw.DONE)
    assert selected(tree, 0x02, "0001") == "0001 11"


def test_the_control_parameters_byte_by_byte(tree: Specimen) -> None:
    ef = bytes.fromhex("6214 8002000A 820101 83020001 8A0105 8C0443000000")
    assert select(tree, 0x00, "0001") == (ef, Sw.DONE)
    assert select(tree, 0x00, "0001", p2=0x00) == (ef, Sw.DONE)
    assert select(tree, 0x00, "0001", p2=0x0C) == (b"", Sw.DONE)
    mf = bytes.fromhex("6210 820138 83023F00 8A0105 8C0407202020")
    assert select(tree, 0x00, "3F00") == (mf, Sw.DONE)


def test_a_new_card_has_the_master_file_alone_and_only_the_issuer_creates(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    user = bench.original.unlocked()
    assert user.files.select().type is FileType.DF
    with pytest.raises(AuthorityMissingError):
        user.files.create_ef(1, 1, OPEN_EF)
    with pytest.raises(AuthorityMissingError):
        user.files.create_df(0xDF01, OPEN_DF)
    with pytest.raises(NotFoundError):
        user.files.select(1)


CONDITIONS = pytest.mark.parametrize("condition", Condition, ids=lambda item: item.name)
HOLDERS = pytest.mark.parametrize("holder", ["nobody", "user", "issuer"])


def as_holder(specimen: Specimen, holder: str) -> Card:
    return {
        "nobody": specimen.card,
        "user": specimen.unlocked,
        "issuer": specimen.as_issuer,
    }[holder]()


def allows(condition: Condition, holder: str) -> bool:
    wanted = {Condition.USER_PIN: "user", Condition.ISSUER: "issuer"}.get(condition)
    return condition is Condition.ALWAYS or wanted == holder


@CONDITIONS
@HOLDERS
def test_each_operation_on_an_ef_has_its_condition(
    issued: Specimen, condition: Condition, holder: str
) -> None:
    never = Condition.NEVER
    files = issued.as_issuer().files
    for fid, access in (
        (1, EfAccess(condition, never, never)),
        (2, EfAccess(never, condition, never)),
    ):
        files.select()
        files.create_ef(fid, 4, access)
    expected = Sw.DONE if allows(condition, holder) else Sw.AUTHORITY_MISSING
    card = as_holder(issued, holder)
    read, update = Command(0x00, 0xB0, answer=4), Command(0x00, 0xD6, data=b"data")
    card.files.select(1)
    assert status(issued.lab, read) == expected
    assert status(issued.lab, update) == Sw.AUTHORITY_MISSING
    card.files.select(2)
    assert status(issued.lab, update) == expected
    assert status(issued.lab, read) == Sw.AUTHORITY_MISSING


@CONDITIONS
@HOLDERS
def test_each_operation_in_a_df_has_its_condition(
    issued: Specimen, condition: Condition, holder: str
) -> None:
    never = Condition.NEVER
    files = issued.as_issuer().files
    for fid, access in (
        (0xDF01, DfAccess(condition, never, never)),
        (0xDF02, DfAccess(never, condition, never)),
    ):
        files.select()
        files.create_df(fid, access)
    card = as_holder(issued, holder)
    for df in (0xDF01, 0xDF02):
        for kind in (FileType.DF, FileType.TRANSPARENT_EF):
            card.files.select(df)
            mine = (df == 0xDF01) == (kind is FileType.DF) and allows(condition, holder)
            assert create(issued, kind) == (Sw.DONE if mine else Sw.AUTHORITY_MISSING)


def create(specimen: Specimen, kind: FileType) -> int:
    content = "820138 8302DF10 8C0100" if kind is FileType.DF else "80020001 820101 8302EF10 8C0100"
    data = bytes.fromhex(content)
    return status(specimen.lab, Command(0x00, 0xE0, data=bytes([0x62, len(data)]) + data))


@CONDITIONS
@HOLDERS
@pytest.mark.parametrize("by_parent", [False, True], ids=["own rule", "the DF's rule"])
def test_deleting_wants_the_files_rule_or_the_dfs(
    issued: Specimen, condition: Condition, holder: str, by_parent: bool
) -> None:
    never = Condition.NEVER
    files = issued.as_issuer().files
    files.create_df(0xDF01, DfAccess(never, Condition.ALWAYS, condition if by_parent else never))
    own = never if by_parent else condition
    files.create_ef(1, 4, EfAccess(Condition.ALWAYS, never, own))
    card = as_holder(issued, holder)
    card.files.select(0xDF01)
    expected = Sw.DONE if allows(condition, holder) else Sw.AUTHORITY_MISSING
    assert status(issued.lab, Command(0x00, 0xE4, data=b"\x00\x01")) == expected
    assert selected(issued, 0x02, "0001") == ("6A82" if expected is Sw.DONE else "0001 4")


def test_the_master_file_and_full_directories_stay(tree: Specimen) -> None:
    tree.as_issuer()
    assert status(tree.lab, Command(0x00, 0xE4)) == Sw.AUTHORITY_MISSING
    assert status(tree.lab, Command(0x00, 0xE4, data=b"\xdf\x01")) == Sw.WRONG_STATE
    assert status(tree.lab, Command(0x00, 0xE4, data=b"\x00\x99")) == Sw.FILE_NOT_FOUND
    assert selected(tree, 0x08, "DF01DF02") == "DF02 -"
    assert status(tree.lab, Command(0x00, 0xE4)) == Sw.WRONG_STATE
    assert status(tree.lab, Command(0x00, 0xE4, data=b"\x00\x03")) == Sw.DONE
    assert status(tree.lab, Command(0x00, 0xE4)) == Sw.DONE
    assert selected(tree, 0x02, "0002") == "0002 12"


def test_content_is_read_and_written_where_asked(issued: Specimen) -> None:
    card = issued.as_issuer()
    card.files.create_ef(1, 600, OPEN_EF)
    content = bytes(range(250)) * 2 + bytes(100)
    card.files.update(content)
    assert card.files.read(600) == content
    card.files.update(b"middle", 297)
    assert card.files.read(10, 295) == content[295:297] + b"middle" + content[303:305]
    issued.lab.reset()
    card = issued.card()
    card.files.select(1)
    assert card.files.read(600) == content[:297] + b"middle" + content[303:]


@pytest.mark.parametrize(
    ("offset", "answer", "expected"),
    [
        (0, 10, (bytes(10), 0x9000)),
        (0, 256, (bytes(10), 0x9000)),
        (0, 11, (bytes(10), 0x6282)),
        (4, 7, (bytes(6), 0x6282)),
        (9, 1, (bytes(1), 0x9000)),
        (10, 256, (b"", 0x9000)),
        (10, 1, (b"", 0x6282)),
        (11, 1, (b"", 0x6B00)),
        (0x7FFF, 1, (b"", 0x6B00)),
    ],
)
def test_reading_at_the_end(
    issued: Specimen, offset: int, answer: int, expected: tuple[bytes, int]
) -> None:
    issued.as_issuer().files.create_ef(1, 10, OPEN_EF)
    read = Command(0x00, 0xB0, offset >> 8, offset & 0xFF, answer=answer)
    assert exchange(issued.lab, read) == expected


@pytest.mark.parametrize(
    ("offset", "size", "expected"),
    [
        (0, 10, 0x9000),
        (9, 1, 0x9000),
        (0, 11, 0x6A84),
        (9, 2, 0x6A84),
        (10, 1, 0x6A84),
        (11, 1, 0x6B00),
        (0x7FFF, 1, 0x6B00),
        (0, 0, 0x6700),
    ],
)
def test_writing_at_the_end(issued: Specimen, offset: int, size: int, expected: int) -> None:
    card = issued.as_issuer()
    card.files.create_ef(1, 10, OPEN_EF)
    update = Command(0x00, 0xD6, offset >> 8, offset & 0xFF, b"\xff" * size)
    assert status(issued.lab, update) == expected
    content = bytes(10)
    if expected == Sw.DONE:
        content = content[:offset] + b"\xff" * size + content[offset + size :]
    assert card.files.read(10) == content


@pytest.mark.parametrize("ins", [0xB0, 0xD6])
def test_without_an_ef_nothing_is_read_or_written(issued: Specimen, ins: int) -> None:
    card = issued.as_issuer()
    card.files.select()
    command = Command(0x00, ins, data=b"" if ins == 0xB0 else b"x", answer=1)
    assert status(issued.lab, command) == Sw.NO_CURRENT_FILE


@pytest.mark.parametrize(
    "control",
    [
        "",
        "6200",
        "6204 80020010",
        "620F 80020010 820101 8302D010 8C0100 00",
        "620E 80020010 820102 8302D010 8C0100",
        "620E 80020010 820101 83023F00 8C0100",
        "620E 80020010 820101 83023FFF 8C0100",
        "620E 80020010 820101 8302FFFF 8C0100",
        "620E 80020010 820101 83020000 8C0100",
        "620E 80028000 820101 8302D010 8C0100",
        "620E 80020010 820138 8302D010 8C0100",
        "620A 820101 8302D010 8C0100",
        "620E 80020010 820101 8302D010 8C0104",
        "620F 80020010 820101 8302D010 8C020130",
        "6210 80020010 820101 8302D010 8C03010000",
        "6211 80020010 820101 8302D010 8C0100 8A0105",
        "6212 80020010 80020010 820101 8302D010 8C0100",
        "630E 80020010 820101 8302D010 8C0100",
        "620B 80020010 8302D010 8C0100",
        "620A 80020010 820101 8C0100",
        "620B 80020010 820101 8302D010",
        "620D 800110 820101 8302D010 8C0100",
        "620F 80020010 820101 8302D010 8C024700",
        "6212 80020010 820101 8302D010 8C0502000000 00",
        "620D 80020010 820101 8302D010 8C00",
        "6210 80020010 820101 8302D010 8C0443",
        "6210 80020010 820101 8302D010",
    ],
)
def test_malformed_control_parameters_make_nothing(issued: Specimen, control: str) -> None:
    card = issued.as_issuer()
    before = card.report()
    data = bytes.fromhex(control)
    assert status(issued.lab, Command(0x00, 0xE0, data=data)) == Sw.WRONG_DATA
    assert card.report() == before
    assert selected(issued, 0x02, "D010") == "6A82"


def test_a_fid_is_free_once_in_each_df(tree: Specimen) -> None:
    card = tree.as_issuer()
    for fid in (0x0001, 0xDF01):
        card.files.select()
        with pytest.raises(CardError) as error:
            card.files.create_ef(fid, 1, OPEN_EF)
        assert error.value.sw == Sw.EXISTS


def test_the_pool_is_finite_and_deletion_gives_it_back_wiped(issued: Specimen) -> None:
    card = issued.as_issuer()
    free = card.report().file_bytes_free
    secret = b"a content that nobody shall find"
    card.files.create_ef(1, 100, OPEN_EF)
    card.files.update(secret)
    card.files.select()
    with pytest.raises(CardError) as error:
        card.files.create_ef(2, free - 99, OPEN_EF)
    assert error.value.sw == Sw.NO_MEMORY
    card.files.create_ef(2, free - 100, OPEN_EF)
    assert card.report().file_bytes_free == 0
    card.files.select()
    card.files.delete(1)
    assert secret not in issued.lab.image()
    card.files.create_ef(3, 100, OPEN_EF)
    assert card.files.read(100) == bytes(100)
    card.files.select()
    for fid in (2, 3):
        card.files.delete(fid)
    assert card.report().file_bytes_free == free


def test_the_table_is_finite(issued: Specimen) -> None:
    card = issued.as_issuer()
    entries = card.report().file_entries_free
    for fid in range(1, entries + 1):
        card.files.select()
        card.files.create_ef(fid, 0, OPEN_EF)
    assert card.report().file_entries_free == 0
    card.files.select()
    with pytest.raises(CardError) as error:
        card.files.create_ef(0x100, 0, OPEN_EF)
    assert error.value.sw == Sw.NO_MEMORY
    card.files.delete(7)
    card.files.create_df(0xDF01, OPEN_DF)


def test_termination_leaves_no_file(tree: Specimen) -> None:
    card = tree.as_issuer()
    card.files.select(1)
    card.files.update(b"secret no.")
    card.terminate()
    assert b"secret no." not in tree.lab.image()
    assert select(tree, 0x08, "0001")[1] == Sw.FILE_NOT_FOUND
    assert selected(tree, 0x00, f"{MF:04X}") == "3F00 -"
