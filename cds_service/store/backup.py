"""Copies a SQLite store to a file and back, while it is in use, and counts the rows of any store."""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, make_url, select

from cds_service.errors import BackupRefused
from cds_service.store.database import migrate, opened, transaction
from cds_service.store.revisions import refuse_newer_revision
from cds_service.store.schema import metadata


def count_rows(url: str) -> dict[str, int]:
    """Return the number of rows by table.

    Raises:
        StoreUnavailable: they cannot be counted.
    """
    with opened(url) as engine, transaction(engine) as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in sorted(metadata.tables.items())
        }


def back_up(url: str, target: Path) -> dict[str, int]:
    """Copy the SQLite store to a new file, for its owner only, and return the number of rows in it by table.

    Writing to the store goes on meanwhile; the copy is of one moment.

    Raises:
        BackupRefused: the store is no SQLite file or is not there, or the target exists or cannot be written.
    """
    source = _sqlite_path(url)
    if not source.exists():
        raise BackupRefused(f"{source}: there is no store")
    if target.exists():
        raise BackupRefused(f"{target}: exists already")
    _copy(source, target)
    return _count_in(target)


def restore(source: Path, url: str) -> dict[str, int]:
    """Copy a backup to where these settings have no store yet, upgrade it if it is older, and return its rows by table.

    Raises:
        BackupRefused: the backup is damaged or none of ours, or there is a store already.
        StoreTooNew: the backup is of a newer release.
    """
    target = _sqlite_path(url)
    if not source.exists():
        raise BackupRefused(f"{source}: there is no such file")
    if target.exists():
        raise BackupRefused(f"{target}: there is a store already; stop the service and move that file away first")
    _check(source)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupRefused(f"{target.parent}: {error.strerror}") from None
    _copy(source, target)
    migrate(url)
    return count_rows(url)


def _sqlite_path(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupRefused("the store is PostgreSQL: back it up and restore it with pg_dump and pg_restore")
    return Path(parsed.database or "")


def _check(path: Path) -> None:
    """Check that the file is a store without damage, and not of a newer release."""
    try:
        with closing(_open_read_only(path)) as connection:
            [(verdict,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        verdict, revisions = "none", []
    if verdict != "ok" or len(revisions) != 1:
        raise BackupRefused(f"{path}: is damaged, or no backup of this service")
    refuse_newer_revision(revisions[0][0])


def _count_in(path: Path) -> dict[str, int]:
    """Count the rows of a backup and leave the file as it is: a store in use gets further files beside it."""
    with closing(_open_read_only(path)) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        names = sorted(there & metadata.tables.keys())
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608


def _copy(source: Path, target: Path) -> None:
    """Copy a store to a new file, which appears complete or not at all."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with closing(_open_read_only(source)) as original, closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read from a read-only medium
        target.hardlink_to(draft)  # unlike a rename, never replaces a file that has come meanwhile
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"{target}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    finally:
        draft.unlink(missing_ok=True)


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
