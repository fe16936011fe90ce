"""Which table revision a database has and which this release needs. Read at every start, so without Alembic."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from cds_service.errors import StoreTooNew

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"
_ALEMBIC_VERSION = table("alembic_version", column("version_num"))


def newest_revision() -> str:
    """Return the newest migration's revision."""
    return max(_known_revisions())


def refuse_newer(connection: Connection) -> None:
    """Check that the tables are not those of a newer release.

    Raises:
        StoreTooNew: they are.
    """
    revision = current_revision(connection)
    if revision is not None:
        refuse_newer_revision(revision)


def refuse_newer_revision(revision: str) -> None:
    """Check that this release knows the revision.

    Raises:
        StoreTooNew: it does not.
    """
    if revision not in _known_revisions():
        raise StoreTooNew(
            f"the database belongs to a newer release of this service: its tables are at revision {revision}, and this "
            f"release knows {newest_revision()} and older. Nothing was written to it. Run that release, or restore "
            "the backup that was made before the upgrade"
        )


def _known_revisions() -> set[str]:
    """Return the revisions of the migrations, from their file names: `v0001_…` is 0001."""
    return {path.name[1:5] for path in (MIGRATIONS_FOLDER / "versions").glob("v[0-9]*.py")}


def current_revision(connection: Connection) -> str | None:
    """Return a database's revision, or None if it has no tables of ours or several revisions."""
    if not inspect(connection).has_table(_ALEMBIC_VERSION.name):
        return None
    revisions = connection.execute(select(_ALEMBIC_VERSION.c.version_num)).scalars().all()
    return str(revisions[0]) if len(revisions) == 1 else None
