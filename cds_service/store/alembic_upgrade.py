"""Upgrades a database to the newest migration with Alembic. Imported only when an upgrade is needed."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from cds_service.errors import StoreUnavailable
from cds_service.store import revisions

_ADVISORY_LOCK_ID = 0x6869705F7370  # any number, as long as all replicas use the same


def upgrade(connection: Connection) -> None:
    """Run the missing migrations in the connection's transaction.

    Raises:
        StoreUnavailable: the tables say of themselves that several migrations were the last.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SET LOCAL statement_timeout = 0")
        )  # a large table or a wait for another replica takes time
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK_ID})
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise StoreUnavailable("the database does not know which release its tables belong to") from None
