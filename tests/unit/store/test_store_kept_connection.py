"""A connection that stays open for the shortest look-ups: it never outlives its file, its engine, or a fork."""

import shutil

import pytest
from sqlalchemy import event

from cds_service.errors import StoreTooNew, StoreUnavailable
from cds_service.store import connect
from cds_service.store.kept_connection import KeptConnection

TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"
ANY_CARD = "SELECT 1 FROM card_issued LIMIT 1"


@pytest.fixture
def opened(reading):
    """Return the connections that the engine has opened."""
    connections = []
    event.listen(reading, "connect", lambda connection, _record: connections.append(connection))
    return connections


def test_one_connection_answers_again_and_again(reading, opened):
    kept = KeptConnection(reading)

    assert kept.has_row(TABLE, "card_issued")
    used = len(opened)
    assert not kept.has_row(TABLE, "other")
    assert kept.has_row(TABLE, "suppression")
    assert len(opened) == used


def test_it_sees_what_was_written_in_the_meantime(reading, issued, card):
    kept = KeptConnection(reading)
    assert not kept.has_row(ANY_CARD)

    issued.put([card("1")])
    assert issued.flush()

    assert kept.has_row(ANY_CARD)


def test_it_keeps_no_statement_open(reading, query):
    kept = KeptConnection(reading)
    assert kept.has_row("SELECT 1 FROM sqlite_master")  # of several rows

    [(busy, *_)] = query("PRAGMA wal_checkpoint(TRUNCATE)")

    assert not busy  # a reader of the file as it was would keep the log from being emptied


def test_a_file_that_was_replaced_is_opened_anew(reading, path, issued, card):
    kept = KeptConnection(reading)
    assert not kept.has_row(ANY_CARD)
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    issued.put([card("1")])
    assert issued.flush()
    assert kept.has_row(ANY_CARD)

    for name in (path, *path.parent.glob(f"{path.name}-*")):
        name.unlink()
    copy.rename(path)

    assert not kept.has_row(ANY_CARD)


def test_a_deleted_file_does_not_answer(reading, path):
    kept = KeptConnection(reading)
    assert not kept.has_row(ANY_CARD)

    path.unlink()

    with pytest.raises(StoreUnavailable):
        kept.has_row(ANY_CARD)


def test_an_engine_that_is_disposed_of_leaves_none_open(reading, opened):
    kept = KeptConnection(reading)
    assert not kept.has_row(ANY_CARD)
    used = len(opened)

    reading.dispose()

    with pytest.raises(Exception, match="closed"):
        opened[-1].execute("SELECT 1")
    assert not kept.has_row(ANY_CARD)
    assert len(opened) > used


def test_the_tables_of_a_newer_release_are_refused(url, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    newer = connect(url, is_reading=True)

    with pytest.raises(StoreTooNew):
        KeptConnection(newer).has_row(ANY_CARD)
    newer.dispose()


def test_a_query_that_fails_says_nothing_of_its_values(reading):
    with pytest.raises(StoreUnavailable) as caught:
        KeptConnection(reading).has_row("SELECT 1 FROM missing WHERE a = ?", "Jane Doe")

    assert "Jane" not in str(caught.value)
