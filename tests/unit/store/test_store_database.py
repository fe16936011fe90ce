"""Opening and migrating a database: permissions, pragmas, refusals, versions, two processes at once."""

import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from liveness import LIVENESS_S
from msgspec.structs import asdict
from sqlalchemy import create_mock_engine, select, text
from sqlalchemy.dialects import postgresql

from cds_service.errors import SettingsError, StoreTooNew, StoreUnavailable
from cds_service.store import (
    FeedbackLog,
    ForeignIds,
    IssuedCards,
    Pseudonymizer,
    SeenTokens,
    check_writable,
    connect,
    database,
    migrate,
    revisions,
)
from cds_service.store.alembic_upgrade import upgrade
from cds_service.store.database import ValuesRefused, insert_if_absent, transaction
from cds_service.store.schema import UtcDateTime, card_issued, feedback_event, metadata

NOW = datetime(2026, 3, 4, tzinfo=UTC)
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


def names(query):
    return {name for (name,) in query("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_migrate_makes_the_tables_and_is_repeatable(path, query):
    migrate(f"sqlite:///{path}")
    before = query("SELECT * FROM sqlite_master")

    migrate(f"sqlite:///{path}")

    assert names(query) == {"alembic_version", *metadata.tables}
    assert query("SELECT * FROM sqlite_master") == before
    assert query("SELECT version_num FROM alembic_version") == [("0004",)]


def test_alembic_is_imported_only_for_an_older_database(path, url):
    steps = ("import sys", "from cds_service.store import migrate", f"migrate('{url}')")
    code = "; ".join([*steps, "print('alembic' in sys.modules)"])
    _downgrade_by_alembic(path, "0003")
    outputs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)]
    assert outputs == [b"True\n", b"False\n"]


def test_the_newest_revision_is_alembics_head():
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS_FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [revisions.newest_revision()]


def test_two_revisions_at_once_are_not_taken_for_the_newest(url, path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
        connection.commit()
    engine = connect(url)
    with transaction(engine) as connection:
        assert revisions.current_revision(connection) is None
    engine.dispose()


def test_migrate_keeps_what_is_stored(url, engine, event, query):
    FeedbackLog(engine, NAMES).record([event()])

    migrate(url)

    assert query("SELECT count(*) FROM feedback_event") == [(1,)]


def test_migrations_and_tables_agree(path):
    engine = _upgrade_by_alembic(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_new_file_has_what_the_migrations_come_to(path, tmp_path):
    migrate(f"sqlite:///{path}")
    _upgrade_by_alembic(tmp_path / "upgraded.sqlite3")

    assert _describe_tables(path) == _describe_tables(tmp_path / "upgraded.sqlite3")


def test_a_new_file_does_not_load_alembic(path):
    steps = ["import sys", "from cds_service.store import migrate", f"migrate('sqlite:///{path}')"]
    code = "; ".join([*steps, "print('alembic' in sys.modules)"])

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def _upgrade_by_alembic(file):
    engine = connect(f"sqlite:///{file}")
    with transaction(engine) as connection:
        upgrade(connection)
    return engine


def _downgrade_by_alembic(file, revision):
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS_FOLDER))
    with transaction(connect(f"sqlite:///{file}")) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _describe_tables(file):
    """Describe columns, keys and indexes of every table, whatever the order of the columns, and its revision."""
    tables = {}
    with closing(sqlite3.connect(file)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = {row[1:] for row in connection.execute(f"PRAGMA table_info({table})")}
            indexes = [row[1:4] for row in connection.execute(f"PRAGMA index_list({table})")]
            parts = {
                (*index, *(row[2] for row in connection.execute(f"PRAGMA index_info({index[0]})"))) for index in indexes
            }
            tables[table] = (columns, parts)
        return tables, connection.execute("SELECT version_num FROM alembic_version").fetchall()


def test_eight_processes_migrate_one_new_file_at_once(path, query):
    code = f"from cds_service.store import migrate; input(); migrate('sqlite:///{path}')"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(8)]
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()

    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0] * 8
    assert query("SELECT version_num FROM alembic_version") == [("0004",)]


def test_migrate_waits_for_the_lock_beside_the_file(url, path):
    thread = threading.Thread(target=migrate, args=(url,))
    with Path(f"{path}.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(LIVENESS_S)
    assert not thread.is_alive()


def test_migrations_in_a_folder_with_a_per_cent_sign(tmp_path, path, query, monkeypatch):
    monkeypatch.setattr(revisions, "MIGRATIONS_FOLDER", tmp_path / "100%(here)s")
    shutil.copytree(Path(database.__file__).parent / "migrations", tmp_path / "100%(here)s")

    migrate(f"sqlite:///{path}")

    assert "card_issued" in names(query)


def test_a_transaction_holds_the_write_lock_from_its_start(engine, path):
    """If it took the lock at its first write, it could fail there, after reading, without waiting."""
    locked = pytest.raises(sqlite3.OperationalError, match="locked")
    with transaction(engine), closing(sqlite3.connect(path, timeout=0)) as other, locked:
        other.execute("BEGIN IMMEDIATE")


def test_a_database_of_a_newer_release_is_refused_and_left_alone(url, path, card, event):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    engine = connect(url)
    issued = IssuedCards(engine, NAMES)

    with pytest.raises(StoreTooNew, match="revision 9999"):
        migrate(url)
    with pytest.raises(StoreTooNew, match="newer release"):
        check_writable(engine)
    with pytest.raises(StoreTooNew, match="newer release"):
        FeedbackLog(engine, NAMES).record([event()])
    with pytest.raises(StoreTooNew, match="newer release"):
        SeenTokens(engine).add("i", "t", NOW, NOW)
    issued.put([card()])
    issued.close(0.3)
    engine.dispose()

    assert issued.dropped == 1
    assert path.read_bytes() == before


def test_a_path_with_characters_that_are_special_in_urls_and_settings(tmp_path):
    path = tmp_path / "100% #1 ü" / "cds.sqlite3"

    migrate(f"sqlite:///{path}")

    assert path.stat().st_size > 0
    assert [entry.name for entry in tmp_path.iterdir()] == [path.parent.name]


def test_files_and_folder_are_for_the_owner_only(path):
    previous = os.umask(0)
    try:
        migrate(f"sqlite:///{path}")
        engine = connect(f"sqlite:///{path}")
        with transaction(engine) as connection:
            connection.execute(text("DELETE FROM feedback_event"))
            modes = {entry.name: oct(entry.stat().st_mode & 0o777) for entry in path.parent.iterdir()}
        engine.dispose()
    finally:
        os.umask(previous)

    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert set(modes) >= {"cds.sqlite3", "cds.sqlite3-wal", "cds.sqlite3-shm", "cds.sqlite3.lock"}
    assert set(modes.values()) == {"0o600"}


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 1), ("busy_timeout", 1000), ("foreign_keys", 1)]
)
def test_pragmas(engine, pragma, value):
    with transaction(engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_a_commit_that_waits_for_the_disk_keeps_nobody_from_writing(engine, url, event, monkeypatch):
    """Where each takes a third of a second, calls were refused: their tokens could not be recorded in time."""
    at_the_disk, is_done = threading.Event(), threading.Event()

    def force(_descriptor):
        at_the_disk.set()
        assert is_done.wait(LIVENESS_S)

    monkeypatch.setattr(os, "fsync", force)
    tokens = connect(url, is_low_latency=True)
    with ThreadPoolExecutor(1) as other:
        told = other.submit(FeedbackLog(engine, NAMES).record, [event()])
        assert at_the_disk.wait(LIVENESS_S)
        assert SeenTokens(tokens).add("i", "t", NOW, NOW)
        assert not told.done()
        is_done.set()
        assert told.result() == 1
    tokens.dispose()


def test_what_cannot_be_forced_to_disk_is_not_acknowledged(engine, event, monkeypatch):
    def fail(_descriptor):
        raise OSError(errno.EIO, "Input/output error")

    log = FeedbackLog(engine, NAMES)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StoreUnavailable):
            log.record([event()])
    assert log.record([event("another")]) == 1


def test_another_engine_leaves_the_locks_of_this_process_alone(engine, url, path):
    """POSIX frees a process's locks on a file as soon as it closes any descriptor of it."""
    with transaction(engine):
        pass
    connect(url).dispose()
    program = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('PRAGMA journal_mode = DELETE')"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr


def test_the_connection_is_kept(engine):
    with transaction(engine) as connection:
        first = connection.connection.dbapi_connection
    with transaction(engine) as connection:
        assert connection.connection.dbapi_connection is first


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("no url at all", "not a database URL"),
        ("mysql://localhost/cds", "only sqlite and postgresql"),
        ("sqlite://", "path of a file"),
        ("sqlite:///:memory:", "path of a file"),
        ("sqlite:///file:cds?uri=true", "path of a file"),
        ("postgresql+no_such_driver://app:se%63ret@localhost/cds", "driver is not installed"),
    ],
)
def test_refused_urls(url, words):
    with pytest.raises(SettingsError, match=words) as refusal:
        connect(url)
    assert "secret" not in "".join(traceback.format_exception(refusal.value))


def test_a_folder_that_cannot_be_made_is_unavailable_at_use_not_at_connect(tmp_path):
    (tmp_path / "file").write_text("")
    url = f"sqlite:///{tmp_path}/file/cds.sqlite3"

    engine = connect(url)

    with pytest.raises(StoreUnavailable):
        check_writable(engine)
    with pytest.raises(StoreUnavailable, match="folder"):
        migrate(url)


def test_a_file_that_vanished_is_unavailable_and_not_recreated(url, path):
    engine = connect(url)
    path.unlink()

    with pytest.raises(StoreUnavailable):
        check_writable(engine)
    assert not path.exists()


def test_check_writable(engine, path):
    check_writable(engine)

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE card_issued")
    with pytest.raises(StoreUnavailable, match="OperationalError"):
        check_writable(engine)


@pytest.mark.parametrize(("value", "refusal"), [("Erika Mustermann \ud800", ValuesRefused), (None, ValuesRefused)])
def test_neither_error_nor_traceback_holds_a_value(engine, card, value, refusal):
    rows = [asdict(card(tenant="Erika Mustermann")) | {"hook": value}]

    with pytest.raises(refusal) as failure, transaction(engine) as connection:
        connection.execute(insert_if_absent(connection, card_issued), rows)
    assert "Mustermann" not in "".join(traceback.format_exception(failure.value))
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    assert "Mustermann" not in str(failure.value.__context__)


def test_a_failed_block_stores_nothing(engine, card, query):
    def write_and_fail():
        with transaction(engine) as connection:
            connection.execute(insert_if_absent(connection, card_issued), [asdict(card())])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert query("SELECT count(*) FROM card_issued") == [(0,)]


def test_times_are_returned_in_utc(engine, card):
    with transaction(engine) as connection:
        connection.execute(insert_if_absent(connection, card_issued), [asdict(card())])
        moment = connection.execute(select(card_issued.c.issued_at)).scalar_one()
    assert moment.isoformat() == "2026-03-04T10:30:00+00:00"


@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=2))])
def test_a_time_is_read_with_or_without_zone(zone):
    hour = 12 if zone and zone is not UTC else 10
    read = UtcDateTime().process_result_value(datetime(2026, 3, 4, hour, tzinfo=zone), postgresql.dialect())
    assert read.isoformat() == "2026-03-04T10:00:00+00:00"


def test_no_time_stays_none():
    assert UtcDateTime().process_result_value(None, postgresql.dialect()) is None
    assert UtcDateTime().process_bind_param(None, postgresql.dialect()) is None


def test_postgresql_gets_the_same_insert():
    connection = create_mock_engine("postgresql://", executor=None)

    statement = insert_if_absent(connection, feedback_event).compile(dialect=postgresql.dialect())

    assert str(statement).endswith("ON CONFLICT DO NOTHING")
