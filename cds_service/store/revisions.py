"""Which version of the tables a database has, and which this release wants; asked at each start, so without Alembic."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"
_ALEMBIC_VERSION = table("alembic_version", column("version_num"))


def newest_revision() -> str:
    """The revision of the newest migration, which its file's name begins with: `v0001_…` is 0001."""
    return max(path.name[1:5] for path in (MIGRATIONS_FOLDER / "versions").glob("v[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """The revision a database is at; None: it has no tables of ours, or more than one revision."""
    if not inspect(connection).has_table(_ALEMBIC_VERSION.name):
        return None
    found = connection.execute(select(_ALEMBIC_VERSION.c.version_num)).scalars().all()
    return str(found[0]) if len(found) == 1 else None
