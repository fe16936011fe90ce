"""Opens and migrates the database, SQLite or PostgreSQL, and runs transactions on it."""

import fcntl
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, make_url, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

from cds_service.errors import SettingsError, StoreUnavailable, StoreUnwritable
from cds_service.store.engine_lock import exclusive, register
from cds_service.store.new_tables import create_tables, is_new
from cds_service.store.revisions import current_revision, newest_revision, refuse_newer
from cds_service.store.schema import card_issued
from cds_service.store.sqlite_file import begin_immediate, begin_reading, force_to_disk, prepare_sqlite

# A commit survives a killed process, though not a power failure, until `force_to_disk`. With FULL, SQLite would force
# it to disk while it keeps all others from writing, and on a slow disk tokens could not be recorded in time.
_DURABLE_PRAGMAS = ("synchronous=NORMAL", "busy_timeout=1000")
# It does its own waiting, see `_begin_soon`, and leaves it to others to move the log into the file.
_LOW_LATENCY_PRAGMAS = ("synchronous=NORMAL", "busy_timeout=0", "wal_autocheckpoint=0")
_LOW_LATENCY_LOCK_TIMEOUT_S = 0.5  # for the previous transaction
_LOW_LATENCY_FILE_TIMEOUT_S = 0.5  # for other processes
_FILE_POLL_S = 0.002
# In WAL mode a reader waits for no writer.
_READING_PRAGMAS = ("query_only=ON", "busy_timeout=100")
_READING_LOCK_TIMEOUT_S = 0.3
_READING_STATEMENT_TIMEOUT_MS = 300
# A hanging PostgreSQL is given up after about as long, unless the URL says otherwise. libpq waits at least 2 s.
_LIBPQ_DRIVERS = ("psycopg", "psycopg2")
_LIBPQ_TIMEOUTS = {"connect_timeout": 2, "tcp_user_timeout": 2000}  # seconds, milliseconds
_STATEMENT_TIMEOUT_MS = 1500
_SUPPORTED_BACKENDS = ("sqlite", "postgresql")
_SQLITE_UNWRITABLE = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
)
# Read-only, full, locked, deadlocked, or a statement that took too long (PostgreSQL, "Error Codes"). But a server that
# has no connection left is as good as away.
_POSTGRESQL_UNWRITABLE = re.compile(r"(?!53300)(25|40|53|55|57014)")


_known_engines: WeakSet[Engine] = WeakSet()
_engines_forced_to_disk: WeakSet[Engine] = WeakSet()


class ValuesRefused(StoreUnavailable):
    """The database answers but rejects these values; sending them again cannot help."""


def connect(url: str, *, is_low_latency: bool = False, is_reading: bool = False) -> Engine:
    """Create an engine for `sqlite:///path` or `postgresql://…` that pools its connections, and open none yet.

    A missing SQLite file and its folder are created, for their owner only. If that fails, each use of the engine raises
    `StoreUnavailable`, as it does for a PostgreSQL server that is down.

    `is_low_latency`: for small transactions that a call waits for. They are not each forced to disk, they try for the
    file more often than a batch does, and they fail within a second.

    `is_reading`: for look-ups that a call waits for. They wait for no writer, write nothing, and fail soonest.

    Raises:
        SettingsError: the URL is malformed, in memory, for another database, or its driver is not installed.
    """
    parsed = _parse_url(url)
    is_server = parsed.get_backend_name() != "sqlite"
    try:
        # Without `hide_parameters`, error messages would repeat the values. `pool_pre_ping`: a server may drop a pooled
        # connection, a file cannot.
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_size=2,
            pool_timeout=1,
            pool_pre_ping=is_server,
            connect_args=_libpq_timeouts(parsed),
        )
    except (SQLAlchemyError, ImportError):
        raise SettingsError("store URL: its driver is not installed") from None
    if is_server:
        timeout = _READING_STATEMENT_TIMEOUT_MS if is_reading else _STATEMENT_TIMEOUT_MS
        event.listen(engine, "begin", partial(_set_statement_timeout, timeout))
    else:
        _prepare_file(engine, is_low_latency=is_low_latency, is_reading=is_reading)
    register(engine, _READING_LOCK_TIMEOUT_S if is_reading else _LOW_LATENCY_LOCK_TIMEOUT_S if is_low_latency else None)
    return engine


def _prepare_file(engine: Engine, *, is_low_latency: bool, is_reading: bool) -> None:
    if is_reading:
        prepare_sqlite(engine, _READING_PRAGMAS)
        event.listen(engine, "begin", begin_reading)
    elif is_low_latency:
        prepare_sqlite(engine, _LOW_LATENCY_PRAGMAS)
        event.listen(engine, "begin", _begin_soon)
    else:
        prepare_sqlite(engine, _DURABLE_PRAGMAS)
        event.listen(engine, "begin", begin_immediate)
        _engines_forced_to_disk.add(engine)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a database for the block, for a command or a task that runs now and then. See `connect`."""
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def migrate(url: str) -> None:
    """Create or upgrade the tables of this release, unless they are there. Several processes may run it at once.

    Raises:
        SettingsError: as in `connect`.
        StoreTooNew: the tables belong to a newer release.
        StoreUnavailable: the database cannot be reached.
    """
    try:
        with opened(url) as engine, _migration_lock(engine), transaction(engine) as connection:
            if is_new(connection):
                create_tables(connection, newest_revision())
            elif current_revision(connection) != newest_revision():
                # Importing Alembic takes a third of a second, so only an older database pays for it.
                from cds_service.store.alembic_upgrade import upgrade

                upgrade(connection)
    except OSError:
        raise StoreUnavailable("the folder of the store cannot be written") from None


def check_writable(engine: Engine) -> None:
    """Check that cards and feedback can be written now.

    Raises:
        StoreUnavailable: they cannot.
    """
    with transaction(engine) as connection:
        connection.execute(select(card_issued.c.card_uuid).limit(1))
        if connection.dialect.name == "sqlite":  # reading alone would not notice a full disk
            connection.exec_driver_sql("PRAGMA user_version = 0")  # otherwise unused; setting it writes a page


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that is committed at the end of the block and rolled back on an error.

    Raises:
        ValuesRefused: the database rejects the values.
        StoreUnwritable: the database answers, but cannot be written now.
        StoreTooNew: its tables belong to a newer release.
        StoreUnavailable: anything else is wrong with the database. No error holds a value or a statement.
    """
    try:
        with exclusive(engine), engine.begin() as connection:
            if engine not in _known_engines:  # once: not for each transaction, and not while a newer release takes over
                refuse_newer(connection)
                _known_engines.add(engine)
            yield connection
        if engine in _engines_forced_to_disk:
            _force_to_disk(engine)
    except (SQLAlchemyError, UnicodeError) as error:
        raise _to_store_error(error) from None


def _force_to_disk(engine: Engine) -> None:
    try:
        force_to_disk(engine)
    except OSError as error:
        raise StoreUnavailable(f"the store does not answer: {type(error).__name__}") from None


def insert_if_absent(connection: Connection, table: Table) -> Insert:
    """Return an insert, for either database, that skips rows that exist already."""
    return _build_insert_if_absent(connection.dialect.name, table)


@cache  # building a statement takes longer than running it
def _build_insert_if_absent(dialect: str, table: Table) -> Insert:
    statement: Insert = _insert(dialect, table).on_conflict_do_nothing()
    return statement


def insert_or_add(connection: Connection, table: Table, counts: Sequence[str]) -> Insert:
    """Build an insert, for either database, that adds these columns to those of a row with the same primary key."""
    statement = _insert(connection.dialect.name, table)
    sums = {name: table.c[name] + statement.excluded[name] for name in counts}
    adding: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=sums)
    return adding


def _insert(dialect: str, table: Table) -> Any:  # each database has a class of its own, with the same methods
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # loads drivers that SQLite does not need

    return postgresql.insert(table)


def _to_store_error(error: Exception) -> StoreUnavailable:
    is_refused = isinstance(error, (DataError, IntegrityError, UnicodeError)) or type(error) is StatementError
    if is_refused:
        return ValuesRefused(f"the store rejects a value: {type(error).__name__}")
    if _says_unwritable(error):
        return StoreUnwritable(f"the store cannot be written: {type(error).__name__}")
    return StoreUnavailable(f"the store does not answer: {type(error).__name__}")


def _says_unwritable(error: Exception) -> bool:
    """Return whether the database itself reported that it cannot be written: then it is there."""
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        # The lowest byte is the kind, the others say more about it (SQLite, "Result and Error Codes").
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _SQLITE_UNWRITABLE
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return bool(state and _POSTGRESQL_UNWRITABLE.match(state))


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise SettingsError("store URL: it is not a database URL") from None
    backend = parsed.get_backend_name()
    if backend not in _SUPPORTED_BACKENDS:
        raise SettingsError("store URL: only sqlite and postgresql are supported")
    # Each process, and each connection, would have its own memory.
    if backend == "sqlite" and (not parsed.database or parsed.database.startswith((":memory:", "file:"))):
        raise SettingsError("store URL: sqlite needs the path of a file")
    return parsed


def _libpq_timeouts(url: URL) -> dict[str, int]:
    if url.get_driver_name() not in _LIBPQ_DRIVERS:
        return {}
    return {name: value for name, value in _LIBPQ_TIMEOUTS.items() if name not in url.query}


def _set_statement_timeout(milliseconds: int, connection: Connection) -> None:
    # For this transaction only: a connection pooler may give the session to another client.
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")


@contextmanager
def _migration_lock(engine: Engine) -> Iterator[None]:
    """Hold a lock file beside a SQLite database, since enabling WAL in a new file does not wait for other processes."""
    if engine.dialect.name != "sqlite":
        yield
        return
    descriptor = os.open(f"{engine.url.database}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _begin_soon(connection: Connection) -> None:
    """Begin as soon as the file is free. SQLite's own wait sleeps ever longer, so that batches would overtake it."""
    until = time.monotonic() + _LOW_LATENCY_FILE_TIMEOUT_S
    while True:
        try:
            begin_immediate(connection)
        except OperationalError as error:
            if not _says_unwritable(error) or time.monotonic() >= until:
                raise
            time.sleep(_FILE_POLL_S)
        else:
            return
