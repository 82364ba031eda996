"""Cards at work in threads: at once, each in one thread, and never again after an error."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

import pytest
from tests.flows.software_recovery import NEW, OLD, NewKey, OldKey, sealed

from twincard.cms import OpenableRecipient, read_recipients
from twincard.cms.recipients.reading import Recipients
from twincard.flows.files.opener import CardRecipient
from twincard.flows.recover.line import Line
from twincard.iso.status import WrongPinError

SECONDS = 30


class Watched(OldKey):
    """An old card that calls something before each file."""

    before: Callable[[], object]

    def transcode_with_check(self, recipient: OpenableRecipient, /) -> CardRecipient:
        self.before()
        return super().transcode_with_check(recipient)


class WatchedNew(NewKey):
    """The same for a new card."""

    before: Callable[[], object]

    def check(self, recipient: OpenableRecipient, /) -> bytes:
        self.before()
        return super().check(recipient)


def old_card(before: Callable[[], object]) -> Watched:
    card = Watched(OLD.private)
    object.__setattr__(card, "before", before)
    return card


def new_card(before: Callable[[], object] = lambda: None) -> WatchedNew:
    card = WatchedNew(NEW.private)
    object.__setattr__(card, "before", before)
    return card


def recipients() -> Recipients:
    return Recipients.of(read_recipients(io.BytesIO(sealed(b"content"))))


def test_the_new_card_checks_a_file_while_the_old_one_works_on_the_next() -> None:
    both = threading.Barrier(2)
    files: list[str] = []

    def old_works() -> None:
        files.append("old")
        if files.count("old") == 2:
            both.wait(SECONDS)

    def new_works() -> None:
        if "new" not in files:
            files.append("new")
            both.wait(SECONDS)

    new = new_card(new_works)
    with Line([old_card(old_works)], new, new) as line:
        results = [line.replacements(recipients()) for _file in range(2)]
        assert all(result.result(SECONDS) for result in results)


def test_old_cards_with_one_key_share_the_files() -> None:
    both = threading.Barrier(2)
    new = new_card()
    # Neither gets on without the other.
    old = [old_card(lambda: both.wait(SECONDS)) for _card in range(2)]
    with Line(old, new, new) as line:
        results = [line.replacements(recipients()) for _file in range(2)]
        assert all(result.result(SECONDS) for result in results)


def test_each_card_is_used_in_one_thread() -> None:
    threads: dict[str, set[int]] = {"old": set(), "new": set()}
    new = new_card(lambda: threads["new"].add(threading.get_ident()))
    old = old_card(lambda: threads["old"].add(threading.get_ident()))
    with Line([old], new, new) as line:
        for result in [line.replacements(recipients()) for _file in range(5)]:
            result.result(SECONDS)
    assert [len(found) for found in threads.values()] == [1, 1]
    assert threads["old"] != threads["new"]
    assert threading.get_ident() not in threads["old"] | threads["new"]


def test_a_card_that_refused_is_not_asked_for_the_next_file() -> None:
    """A wrong PIN costs one try, however many files wait."""
    tries: list[int] = []

    def refuse() -> None:
        tries.append(1)
        raise WrongPinError(0x63C2, "verify the PIN")

    new = new_card()
    with Line([old_card(refuse)], new, new) as line:
        for result in [line.replacements(recipients()) for _file in range(5)]:
            with pytest.raises(WrongPinError):
                result.result(SECONDS)
    assert tries == [1]


def test_leaving_early_waits_for_what_the_cards_do_and_starts_nothing_more() -> None:
    begun = threading.Event()
    go_on = threading.Event()
    done: list[int] = []

    def work() -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        done.append(1)

    new = new_card()
    with Line([old_card(work)], new, new) as line:
        for _file in range(5):
            line.replacements(recipients())
        assert begun.wait(SECONDS)
        threading.Timer(0.05, go_on.set).start()
    assert done == [1]
