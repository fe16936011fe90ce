"""Backup and restore of a SQLite store: one moment, while in use, whole or not at all, and counts are equal."""

import sqlite3
import threading
from contextlib import closing

import pytest
from liveness import LIVENESS_S

from cds_service.errors import BackupRefused, StoreTooNew
from cds_service.store import (
    FeedbackLog,
    ForeignIds,
    IssuedCards,
    Pseudonymizer,
    back_up,
    connect,
    count_rows,
    migrate,
    restore,
)

NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


@pytest.fixture
def filled(url, engine, issued, card, event):
    issued.put([card(f"card-{number}") for number in range(30)])
    FeedbackLog(engine, NAMES, before_record=issued.flush).record([event(f"card-{number}") for number in range(7)])
    return url


def test_a_backup_restored_into_a_new_service_has_equal_counts(filled, tmp_path, card, event):
    file, elsewhere = tmp_path / "backup.sqlite3", f"sqlite:///{tmp_path / 'new' / 'cds.sqlite3'}"
    before = count_rows(filled)
    assert (before["card_issued"], before["feedback_event"]) == (30, 7)

    assert back_up(filled, file) == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert restore(file, elsewhere) == before
    assert [entry.name for entry in tmp_path.glob("*backup*")] == ["backup.sqlite3"]

    engine = connect(elsewhere)  # it works on: an event that was stored is known, and a new card is written
    issued = IssuedCards(engine, NAMES)
    issued.put([card("new")])
    assert FeedbackLog(engine, NAMES, before_record=issued.flush).record([event("card-1"), event("new")]) == 1
    issued.close(5)
    engine.dispose()
    assert count_rows(elsewhere) == before | {"card_issued": 31, "feedback_event": 8}


def test_a_backup_of_a_store_in_use_is_whole(filled, issued, card, tmp_path):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            issued.put([card(f"later-{number}")])
            issued.flush(LIVENESS_S)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        rows = back_up(filled, tmp_path / "backup.sqlite3")
    finally:
        stop.set()
        writer.join(LIVENESS_S)
    assert rows["card_issued"] >= 30
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_nothing_is_overwritten(filled, tmp_path):
    file = tmp_path / "backup.sqlite3"
    back_up(filled, file)
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(filled, file)
    with pytest.raises(BackupRefused, match="there is a store already"):
        restore(file, filled)


def test_a_store_that_is_not_there_is_not_backed_up(tmp_path):
    with pytest.raises(BackupRefused, match="there is no store"):
        back_up(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path / "backup")
    with pytest.raises(BackupRefused, match="no such file"):
        restore(tmp_path / "backup", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_damaged_or_not_ours_is_refused(filled, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    back_up(filled, tmp_path / "backup")
    cut = tmp_path / "cut"
    cut.write_bytes((tmp_path / "backup").read_bytes()[:-9000])
    other = tmp_path / "other"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    (tmp_path / "text").write_text("no database")
    for file in (cut, other, tmp_path / "text"):
        with pytest.raises(BackupRefused, match="damaged, or no backup"):
            restore(file, url)
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_backup_of_a_newer_release_is_refused(filled, tmp_path):
    back_up(filled, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreTooNew, match="revision 9999"):
        restore(tmp_path / "backup", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_backup_of_an_older_release_is_upgraded(filled, tmp_path):
    back_up(filled, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        for table in ("token_horizon", "call_count", "content_day", "suppression"):
            connection.execute(f"DROP TABLE {table}")
        for column in ("basis_hash", "offer_ids"):
            connection.execute(f"ALTER TABLE card_issued DROP COLUMN {column}")
        for index in ("ix_card_issued_issued_at", "ix_feedback_event_received_at"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    assert restore(tmp_path / "backup", url)["card_issued"] == 30
    migrate(url)
    assert count_rows(url)["call_count"] == 0


def test_postgresql_has_its_own_programs(tmp_path):
    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up("postgresql+psycopg://h/d", tmp_path / "backup")
