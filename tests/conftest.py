"""What all tests share: a bench of simulated cards, and a private home for named ones.

Options: `--transport pcsc` reaches the cards of the bench through PC/SC; `--real READER` lets
tests/pcsc/test_real.py use real cards; given twice, with `--real-blank`, test_main_job.py uses them
up (docs/real-card.md); `--cap FILE` lets tests/loading load a CAP file that a converter made;
`--chip MODEL` makes the bench's cards behave as a real chip; `--opensc PREFIX` runs the
tests of a newer OpenSC than Debian's.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import pytest
from tests.bench import Bench
from tests.chips.cards import able, chip_bench
from tests.chips.needs import skip_where_unable
from tests.failures import FailureLog
from tests.pcsc.inserted import LaboratoryInReader
from tests.pcsc.service import SOCKET_NAME, SOCKET_VARIABLE, PcscService

from twincard.iso.status import NotSupportedError

_PCSC_FOLDER = pytest.StashKey[Path]()
OPT_IN = {"engine": "--engine", "opensc/newer": "--opensc"}
"""Folders of tests that need something from outside, by the option that names it."""
LONGEST = (
    "dist/test_installed.py",
    "dist/test_reproducible.py",
    "secrets/test_commands.py",
    "model/test_model.py",
)
"""Begun first: a long test that is begun last leaves the other workers with nothing to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    options = parser.getgroup("cards")
    options.addoption(
        "--transport",
        choices=["sim", "pcsc"],
        default="sim",
        help="the way to the bench's simulated cards",
    )
    options.addoption(
        "--chip",
        metavar="MODEL",
        help="the real chip that the bench's cards behave as; what it cannot do is skipped",
    )
    options.addoption(
        "--engine",
        metavar="JAR",
        help="another Java Card simulator, for the tests of tests/engine",
    )
    options.addoption(
        "--real",
        metavar="READER",
        action="append",
        default=[],
        help="a PC/SC reader of this machine with a card; there are no virtual readers then",
    )
    options.addoption(
        "--real-key",
        metavar="FILE",
        action="append",
        default=[],
        help="the transport key of the card in each --real, in the same order",
    )
    options.addoption(
        "--real-blank",
        action="store_true",
        help="the cards in two --real are blank test cards, to be issued, used and terminated",
    )
    options.addoption(
        "--opensc",
        metavar="PREFIX",
        help="where a newer OpenSC is installed, for the tests of tests/opensc/newer",
    )
    options.addoption(
        "--failures",
        metavar="FILE",
        type=Path,
        help="append each failure to this file as it happens",
    )
    options.addoption(
        "--cap", metavar="FILE", help="what tests/loading loads: a CAP file of this applet"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Messages are in English, here and in every program that a test starts.
    os.environ["TWINCARD_LANGUAGE"] = "en"
    # What is compiled is kept: else each worker compiles every test, each program every module.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if (path := config.getoption("--failures")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailureLog(path))
    # From the start, because libpcsclite looks once: no test reaches the machine's own readers.
    if not config.getoption("--real"):
        config.stash[_PCSC_FOLDER] = folder = Path(tempfile.mkdtemp(prefix="pcscd-"))
        os.environ[SOCKET_VARIABLE] = str(folder / SOCKET_NAME)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _PCSC_FOLDER in config.stash:
        shutil.rmtree(config.stash[_PCSC_FOLDER], ignore_errors=True)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Members of enums are called by their names in the ids of tests."""
    return val.name if isinstance(val, Enum) else None


def left_out(config: pytest.Config) -> dict[Path, str]:
    """The folders whose tests are not collected, and the option that each of them needs."""
    here = Path(__file__).parent
    return {here / name: option for name, option in OPT_IN.items() if not config.getoption(option)}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What needs something from outside is no test of a run without."""
    return True if collection_path in left_out(config) else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """And is told so, where it would have been one."""
    asked_for = {config.invocation_params.dir / arg.partition("::")[0] for arg in config.args}
    for folder, option in left_out(config).items():
        if asked_for & {*folder.parents}:
            path = folder.relative_to(config.rootpath)
            terminalreporter.write_line(f"NOT COLLECTED {path}: there is no {option}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--chip`, what the chip cannot do is skipped.

    With `--transport pcsc` only what reaches cards that way is run: the rest would be the same.
    """
    first = [Path(__file__).parent / name for name in LONGEST]
    items.sort(key=lambda item: item.path not in first)
    if config.getoption("--transport") == "pcsc":
        others = [item for item in items if "shared_bench" not in fixtures_of(item)]
        items[:] = [item for item in items if "shared_bench" in fixtures_of(item)]
        config.hook.pytest_deselected(items=others)
    if model := config.getoption("--chip"):
        skip_where_unable(items, able(model))


def fixtures_of(item: pytest.Item) -> list[str]:
    """The names of all fixtures that a test begins with."""
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """And so is what turns out to be beyond it, in a test …"""
    with skipped_where_refused(pyfuncitem.config):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """… or in what it begins with."""
    with skipped_where_refused(request.config):
        return (yield)


@contextmanager
def skipped_where_refused(config: pytest.Config) -> Iterator[None]:
    """A card that says that its chip cannot do something ends a test of a chip as skipped."""
    try:
        yield
    except NotSupportedError as refused:
        if not config.getoption("--chip"):
            raise
        pytest.skip(f"not on this chip: {refused}")


@pytest.fixture(scope="session")
def pcsc_service(pytestconfig: pytest.Config) -> Iterator[PcscService]:
    """A PC/SC service with virtual readers, which only this worker's tests see."""
    if _PCSC_FOLDER not in pytestconfig.stash:
        pytest.skip("with --real there are no virtual readers")
    service = PcscService(pytestconfig.stash[_PCSC_FOLDER])
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def shared_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The bench of this worker; tests take `bench`."""
    if request.config.getoption("--transport") == "pcsc":
        service: PcscService = request.getfixturevalue("pcsc_service")
        readers = iter(service.readers)
        bench = Bench(lambda _: LaboratoryInReader(next(readers)))
    elif request.config.getoption("--chip"):
        bench = chip_bench(request.config.getoption("--chip"))
    else:
        bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def bench(shared_bench: Bench) -> Iterator[Bench]:
    """Simulated cards, blank until `bench.at` says otherwise (see tests/bench.py).

    Afterwards no exception may have left the applet uncaught.
    """
    shared_bench.settle()
    yield shared_bench
    assert shared_bench.new_faults() == ""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for `sim:` cards of this test."""
    folder = tmp_path / "cards"
    monkeypatch.setenv("TWINCARD_HOME", str(folder))
    return folder
