"""The file of a SQLite store: made for its owner only, never replaced unnoticed, and how transactions on it begin."""

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

FileId: TypeAlias = tuple[int, int]

_COMMON_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON")
_FILE_ID_KEY = "file"  # in a connection record: which file it opened


def prepare_sqlite(engine: Engine, pragmas: Iterable[str]) -> None:
    """Create the file if it is missing, for its owner only. Each connection checks that it is still the same file."""
    path = Path(engine.url.database or "")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only a missing one: closing a file that is there would free the locks that this process holds on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    event.listen(engine, "do_connect", _open_existing)
    event.listen(engine, "connect", partial(_set_pragmas, (*_COMMON_PRAGMAS, *pragmas)))
    event.listen(engine, "connect", partial(_store_file_id, path))
    event.listen(engine, "checkout", partial(_check_same_file, path))


def _open_existing(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    # SQLite would create a missing file, empty and readable by others: a lost database would go unnoticed.
    arguments[0] = Path(arguments[0]).as_uri() + "?mode=rw"
    options["uri"] = True


def _set_pragmas(pragmas: Iterable[str], connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin late, after reading; `begin_immediate` does it instead
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _store_file_id(path: Path, _connection: Any, record: Any) -> None:
    record.info[_FILE_ID_KEY] = identify_file(path)


def _check_same_file(path: Path, _connection: Any, record: Any, _proxy: Any) -> None:
    # An open connection still accepts writes to a deleted or replaced file, and they would be lost.
    current = identify_file(path)
    if current is None or current != record.info.get(_FILE_ID_KEY):
        raise DisconnectionError


def identify_file(path: Path) -> FileId | None:
    """Return device and inode of the file, or None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def force_to_disk(engine: Engine) -> None:
    """Wait until all that has been committed so far is on disk, while others write.

    Raises:
        OSError: it cannot be forced there.
    """
    with suppress(FileNotFoundError):  # the log was moved into the file, and the file forced to disk
        log = os.open(f"{engine.url.database}-wal", os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fsync(log)
        finally:
            os.close(log)


def begin_reading(connection: Connection) -> None:
    """Begin a transaction that only reads. It waits for no writer."""
    connection.exec_driver_sql("BEGIN")


def begin_immediate(connection: Connection) -> None:
    """Begin a transaction that writes."""
    # A transaction that reads first and then writes cannot wait for the write lock; one that takes it at once can.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
