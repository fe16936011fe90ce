"""Issued cards: written in the background, whatever the database does meanwhile."""

import json
import logging
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime

import pytest
from liveness import LIVENESS_S, LONGER_S
from msgspec.structs import asdict
from sqlalchemy import event

from cds_service.store import ForeignIds, IssuedCards, Pseudonymizer, backlog, connect, migrate
from cds_service.store.engine_lock import exclusive

EXIT_WITHOUT_CLOSE = """
import sys
from datetime import UTC, datetime
from cds_service.store import ForeignIds, IssuedCard, IssuedCards, Pseudonymizer, connect
texts = dict.fromkeys(IssuedCard.__struct_fields__, "x")
cards = IssuedCards(connect(sys.argv[1]), ForeignIds(Pseudonymizer(b"k" * 32)))
others = {"suggestion_uuids": (), "issued_at": datetime(2026, 3, 4, tzinfo=UTC), "silent": False}
cards.put([IssuedCard(**{**texts, **others})])
"""

NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


def writers():
    return [thread for thread in threading.enumerate() if thread.name == "cards-issued"]


def test_a_card_reads_back_whole(issued, card, query):
    made = card(basis_hash="b" * 64, offer_ids=("add-lumbar-mri", "refer"))
    issued.put([made])

    assert issued.flush(LIVENESS_S)
    ((*texts, suggestions, issued_at, silent, basis, offers),) = query("SELECT * FROM card_issued")
    assert texts == list(asdict(made).values())[:-5]
    assert silent == 0
    assert (basis, json.loads(offers)) == ("b" * 64, ["add-lumbar-mri", "refer"])
    assert json.loads(suggestions) == ["s-1", "s-2"]
    assert issued_at == "2026-03-04 10:30:00.000000"


def test_a_card_is_written_without_a_flush(issued, card, query):
    issued.put([card()])

    deadline = time.monotonic() + LIVENESS_S
    while not query("SELECT card_uuid FROM card_issued") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert query("SELECT card_uuid FROM card_issued") == [("card-1",)]


def test_a_card_put_twice_is_stored_once_and_not_dropped(issued, card, query):
    issued.put([card("a"), card("a", level="info")])
    issued.put([card("a"), card("b")])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid, level FROM card_issued ORDER BY 1") == [("a", "warning"), ("b", "warning")]
    assert issued.dropped == 0


def test_more_cards_than_one_batch(issued, card, query):
    issued.put([card(f"card-{number}") for number in range(1201)])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT count(*) FROM card_issued") == [(1201,)]


def test_many_threads_share_one_writer(issued, card, query):
    threads = [threading.Thread(target=issued.put, args=([card(f"card-{n}")],)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(writers()) == 1
    assert issued.flush(LIVENESS_S)
    assert query("SELECT count(*) FROM card_issued") == [(20,)]


def test_a_writer_starts_with_the_first_card_only(issued, card):
    assert writers() == []
    issued.put([])
    issued.flush(0)
    assert len(writers()) <= 1
    issued.put([card()])
    assert len(writers()) == 1


def test_a_thread_that_cannot_start_loses_no_card(issued, card, query, monkeypatch):
    def refuse(_thread):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        issued.put([card("a")])
        assert not issued.flush(0.01)
    issued.put([card("b")])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT count(*) FROM card_issued") == [(2,)]


def test_a_card_without_zone_is_refused(card):
    with pytest.raises(ValueError, match="zone"):
        card(issued_at=datetime(2026, 3, 4))  # noqa: DTZ001 - the refused value itself


def test_cards_survive_a_database_locked_for_longer_than_sqlite_waits(engine, issued, card, path, query, caplog):
    """Only the writer waits for it."""
    threads = set()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        event.listen(engine, "begin", lambda _: threads.add(threading.current_thread().name))
        issued.put([card()])
        assert not issued.flush(2.5)
        other.execute("ROLLBACK")

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued") == [("card-1",)]
    assert issued.dropped == 0
    assert threads == {"cards-issued"}
    away, again = (vars(record) for record in caplog.records if record.levelno == logging.WARNING)
    assert (away["msg"], away["waiting"], away["dropped"]) == ("store away", 1, 0)
    assert (again["msg"], again["refused"], again["dropped"]) == ("store answers again", 0, 0)


def test_cards_survive_a_database_locked_for_a_second(issued, card, path, query):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        issued.put([card()])
        assert not issued.flush(1)
        other.execute("ROLLBACK")

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued") == [("card-1",)]


def test_an_unreachable_database_costs_the_oldest_cards_and_counts_them(tmp_path, card, caplog):
    (tmp_path / "file").write_text("")
    engine = connect(f"sqlite:///{tmp_path}/file/cds.sqlite3")
    issued = IssuedCards(engine, NAMES, limit=3)

    issued.put([card(f"card-{number}") for number in range(5)])
    assert issued.dropped == 2
    assert not issued.flush(0.3)

    issued.close(0.1)
    assert issued.dropped == 5
    assert "card-" not in caplog.text
    engine.dispose()


def test_the_newest_cards_are_the_ones_kept(tmp_path, card):
    url = f"sqlite:///{tmp_path}/store/cds.sqlite3"
    engine = connect(url)  # no tables yet, so that nothing can be written
    issued = IssuedCards(engine, NAMES, limit=2)
    issued.put([card("a"), card("b"), card("c")])
    assert not issued.flush(0.2)

    migrate(url)

    assert issued.flush(LIVENESS_S)
    issued.close(5)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "store/cds.sqlite3")) as connection:
        assert connection.execute("SELECT card_uuid FROM card_issued ORDER BY 1").fetchall() == [("b",), ("c",)]


def test_a_removed_folder_neither_raises_nor_hides(url, path, card):
    engine = connect(url)
    for entry in path.parent.iterdir():
        entry.unlink()
    path.parent.rmdir()
    issued = IssuedCards(engine, NAMES)

    issued.put([card()])

    assert not issued.flush(0.3)
    issued.close(0.1)
    assert issued.dropped == 1
    engine.dispose()


def test_a_rejected_card_does_not_drag_down_others(issued, card, query, caplog):
    issued.put([card("a"), card("b", hook_instance="\ud800"), card("c")])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("a",), ("c",)]
    assert issued.dropped == 1
    assert [vars(record)["refused"] for record in caplog.records] == [1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_died_is_replaced_and_its_cards_are_written(issued, card, query, monkeypatch):
    def die(_cards):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(issued._writer, "_write", die)
        issued.put([card("a")])
        writers()[0].join(LIVENESS_S)
    issued.put([card("b")])

    assert issued.flush(LIVENESS_S)
    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("a",), ("b",)]


def test_close_writes_waiting_cards_and_stops_the_writer(engine, card, query):
    issued = IssuedCards(engine, NAMES)
    issued.put([card("a")])

    issued.close(5)

    assert query("SELECT card_uuid FROM card_issued") == [("a",)]
    assert writers() == []
    issued.put([card("b")])
    issued.close(1)
    assert writers() == []
    assert issued.dropped == 1


def test_a_flush_waits_for_earlier_cards_only(issued, card, engine):
    """A stream of later cards must not hold up the feedback on an earlier one."""
    issued.put([card("first")])
    stop = threading.Event()

    def stream():
        number = 0
        while not stop.wait(0.001):
            issued.put([card(f"later-{number}")])
            number += 1

    thread = threading.Thread(target=stream)
    thread.start()
    try:
        assert issued.flush(LIVENESS_S)
        with exclusive(engine):
            issued.put([card("earlier")])
            assert not issued.flush(0.1)
        assert issued.flush(LIVENESS_S)
    finally:
        stop.set()
        thread.join()


def test_a_flush_does_not_wait_for_cards_to_gather(issued, card, monkeypatch):
    monkeypatch.setattr(backlog, "_LINGER_S", LONGER_S)
    issued.put([card("a")])
    assert issued.flush(LIVENESS_S)
    issued.put([card("b")])
    time.sleep(0.2)  # the writer has taken none yet: it waits for more, or for someone in a hurry
    assert len(issued._writer._backlog) == 1


def test_a_process_that_ends_without_close_still_writes(url, query):
    subprocess.run([sys.executable, "-W", "error", "-c", EXIT_WITHOUT_CLOSE, url], check=True, timeout=60)
    assert query("SELECT card_uuid FROM card_issued") == [("x",)]
