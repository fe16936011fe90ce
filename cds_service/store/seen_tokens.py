"""Records which tokens have been used, for all workers and replicas, as long as they could be valid."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from cds_service.store.database import insert_if_absent, transaction
from cds_service.store.schema import token_horizon, token_seen

_PRUNE_INTERVAL: Final = timedelta(minutes=1)
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


class SeenTokens:
    """The used tokens. Its engine should be `is_low_latency`, since a call waits for each transaction.

    A clock that is set back must not make a used token valid whose record was deleted. So it is remembered for each
    issuer up to when records were deleted, and a token that ended before counts as used.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pruned_at: dict[str, datetime] = {}

    def add(self, issuer: str, token_id: str, keep_until: datetime, now: datetime) -> bool:
        """Record a token and return True, or False if any worker or replica has recorded it before, or may have.

        Raises:
            StoreUnavailable: it is unknown whether it was.
        """
        row = {"issuer": issuer, "token_id": token_id, "keep_until": keep_until}
        pruned_at = self._pruned_at.get(issuer)
        is_due = pruned_at is None or abs(now - pruned_at) >= _PRUNE_INTERVAL
        with transaction(self._engine) as connection:
            if is_due:
                _prune(connection, issuer, now)
            is_new = keep_until >= _forgotten_until(connection, issuer) and _insert(connection, row)
        if is_due:
            self._pruned_at[issuer] = now
        return is_new


def _prune(connection: Connection, issuer: str, now: datetime) -> None:
    """Delete the issuer's tokens that were kept until now, and note it. Another issuer's clock may be another."""
    expired = (token_seen.c.issuer == issuer) & (token_seen.c.keep_until < now)
    if connection.execute(token_seen.delete().where(expired)).rowcount:
        connection.execute(insert_if_absent(connection, token_horizon), {"issuer": issuer, "forgotten_until": now})
        later = (token_horizon.c.issuer == issuer) & (token_horizon.c.forgotten_until < now)
        connection.execute(update(token_horizon).where(later).values(forgotten_until=now))


def _forgotten_until(connection: Connection, issuer: str) -> datetime:
    statement = select(token_horizon.c.forgotten_until).where(token_horizon.c.issuer == issuer)
    return connection.execute(statement).scalar_one_or_none() or _BEGINNING


def _insert(connection: Connection, row: dict[str, object]) -> bool:
    statement = insert_if_absent(connection, token_seen)
    return connection.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount == 1
