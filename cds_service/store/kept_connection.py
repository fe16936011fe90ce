"""Keeps a connection to a SQLite file, for look-ups so short that taking one from the pool would take longer."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from cds_service.errors import StoreUnavailable
from cds_service.store.database import transaction
from cds_service.store.engine_lock import exclusive
from cds_service.store.sqlite_file import FileId, identify_file


class KeptConnection:
    """A connection beside those of the engine's pool, opened when it is first needed.

    It is opened anew where the file was replaced, and closed when the engine is disposed of, as before a fork.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._connection: Any = None
        self._opened_file: FileId | None = None
        event.listen(engine, "engine_disposed", self._close)

    def has_row(self, query: str, *values: str) -> bool:
        """Return whether a query in SQLite's own words finds a row. One statement needs no transaction around it.

        Raises:
            StoreUnavailable: the file does not answer.
        """
        if self._connection is None:
            with transaction(self._engine):  # refuses the tables of a newer release
                pass
        try:
            with exclusive(self._engine):
                # All rows, or the statement would stay open, and with it the file as it is now.
                return bool(self._find_connection().execute(query, values).fetchall())
        except (SQLAlchemyError, sqlite3.Error) as error:
            self._close()
            raise StoreUnavailable(f"the store does not answer: {type(error).__name__}") from None

    def _find_connection(self) -> sqlite3.Connection:
        file = identify_file(self._path)
        if self._connection is None or file is None or file != self._opened_file:
            self._close()
            self._connection = self._engine.raw_connection()
            self._connection.detach()
            self._opened_file = file
        connection: sqlite3.Connection = self._connection.dbapi_connection
        return connection

    def _close(self, _engine: Engine | None = None) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
