"""Which table revision a database has and which this release needs. Read at every start, so without Alembic."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"
_ALEMBIC_VERSION = table("alembic_version", column("version_num"))


def newest_revision() -> str:
    """Return the newest migration's revision, from its file name: `v0001_…` is 0001."""
    return max(path.name[1:5] for path in (MIGRATIONS_FOLDER / "versions").glob("v[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """Return a database's revision, or None if it has no tables of ours or several revisions."""
    if not inspect(connection).has_table(_ALEMBIC_VERSION.name):
        return None
    revisions = connection.execute(select(_ALEMBIC_VERSION.c.version_num)).scalars().all()
    return str(revisions[0]) if len(revisions) == 1 else None
