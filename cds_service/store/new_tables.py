"""Creates the tables of this release in a new SQLite file: what all migrations come to, without loading Alembic."""

from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect

from cds_service.store.schema import metadata

_VERSION_LENGTH: Final = 32  # Alembic's own, as the name of the constraint is
_ALEMBIC: Final = MetaData()
_VERSION: Final = Table(
    "alembic_version",
    _ALEMBIC,
    Column("version_num", String(_VERSION_LENGTH), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def is_new(connection: Connection) -> bool:
    """Return whether the database is a SQLite file without any table. Server databases are left to Alembic's lock."""
    return connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()


def create_tables(connection: Connection, revision: str) -> None:
    """Create the tables, which are those of this revision."""
    metadata.create_all(connection, checkfirst=False)
    _ALEMBIC.create_all(connection, checkfirst=False)
    connection.execute(insert(_VERSION).values(version_num=revision))
