"""Records which tokens have been used, for all workers and replicas, until they expire."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from cds_service.store.database import insert_if_absent, transaction
from cds_service.store.schema import token_seen

_PRUNE_INTERVAL: Final = timedelta(minutes=1)


class SeenTokens:
    """The used tokens. Its engine should be `is_low_latency`, since a call waits for each transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pruned_at: datetime | None = None

    def add(self, issuer: str, token_id: str, keep_until: datetime, now: datetime) -> bool:
        """Record a token and return True, or False if any worker or replica has recorded it before.

        Raises:
            StoreUnavailable: it is unknown whether it was.
        """
        row = {"issuer": issuer, "token_id": token_id, "keep_until": keep_until}
        is_due = self._pruned_at is None or abs(now - self._pruned_at) >= _PRUNE_INTERVAL
        with transaction(self._engine) as connection:
            if is_due:
                self._pruned_at = now
                connection.execute(token_seen.delete().where(token_seen.c.keep_until < now))
            statement = insert_if_absent(connection, token_seen)
            return connection.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount == 1
