"""A process that forks: no connection is shared, both sides go on, and each writes the cards that it put."""

import os
import threading
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from liveness import LIVENESS_S
from sqlalchemy import text

from cds_service.errors import StoreUnavailable
from cds_service.store import FeedbackLog, ForeignIds, Pseudonymizer, check_writable
from cds_service.store import engine_lock as gates
from cds_service.store.database import transaction
from cds_service.store.engine_lock import exclusive

PROC = Path("/proc/self/fd")
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))

# Python 3.12 and later warn of any fork beside threads; that is the case under test.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def in_child(work):
    """Run `work` in a forked child and return its exit status, 0 if it raised nothing."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may escape into a second copy of the test run
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def descriptors_of(path):
    open_files = set()
    for entry in PROC.iterdir():
        with suppress(FileNotFoundError):  # the listing's own descriptor is gone by now
            open_files.add(str(entry.readlink()))
    return {name for name in open_files if name.startswith(str(path))}


@pytest.mark.skipif(not PROC.is_dir(), reason="needs /proc")
def test_no_open_connection_crosses(engine, path):
    check_writable(engine)
    assert descriptors_of(path)

    def work():
        assert not descriptors_of(path)

    assert in_child(work) == 0


def test_parent_and_child_both_write(engine, issued, card, event, query):
    issued.put([card("parent-before")])

    def work():
        issued.put([card("child")])
        assert issued.flush(LIVENESS_S)
        assert FeedbackLog(engine, NAMES, before_record=issued.flush).record([event("child")]) == 1
        issued.close(5)

    assert in_child(work) == 0
    issued.put([card("parent-after")])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("child",), ("parent-after",), ("parent-before",)]
    assert query("SELECT known_card FROM feedback_event") == [(1,)]


def test_waiting_cards_stay_with_the_parent(engine, issued, card, query, monkeypatch):
    def nothing_waits():
        assert issued.flush(0)
        issued.close(1)

    monkeypatch.setattr(gates, "_FORK_WAIT_S", 0.05)
    with exclusive(engine):
        issued.put([card()])
        assert not issued.flush(0)
        assert in_child(nothing_waits) == 0
        assert query("SELECT * FROM card_issued") == []

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued") == [("card-1",)]


def test_a_fork_waits_for_the_running_transaction(engine):
    """Otherwise the child would inherit the write lock of a thread it does not have, and be locked out forever."""
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with transaction(engine) as connection:
            connection.execute(text("DELETE FROM feedback_event"))
            entered.set()
            leave.wait(1)

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(LIVENESS_S)

    assert in_child(lambda: check_writable(engine)) == 0
    thread.join()
    check_writable(engine)


def test_a_transaction_that_does_not_end_holds_up_neither_fork_nor_caller(engine, monkeypatch):
    monkeypatch.setattr(gates, "_LOCK_TIMEOUT_S", 0.05)
    monkeypatch.setattr(gates, "_FORK_WAIT_S", 0.05)

    with exclusive(engine):
        assert in_child(lambda: check_writable(engine)) == 0
        with pytest.raises(StoreUnavailable, match="busy"):
            check_writable(engine)
    check_writable(engine)


def test_a_second_fork_from_the_child(engine):
    def grandchild():
        assert in_child(lambda: check_writable(engine)) == 0

    assert in_child(grandchild) == 0
