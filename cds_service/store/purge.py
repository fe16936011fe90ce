"""Deletes cards and feedback by age, in short transactions. Counts by day and content by day stay."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Engine, Table, delete, func, select

from cds_service.store.database import opened, transaction
from cds_service.store.schema import card_issued, feedback_event, suppression, token_seen

_BATCH: Final = 500  # rows in a transaction: calls wait for it to record their tokens
_PAUSE_S: Final = 0.01  # between transactions, for others to write

# For each table the column with a row's age, and its key.
_BY_AGE: Final = (
    (card_issued, card_issued.c.issued_at, card_issued.c.card_uuid),
    (feedback_event, feedback_event.c.received_at, feedback_event.c.id),
)


@dataclass(frozen=True)
class Purged:
    """How many cards and feedback events were deleted, or would be."""

    cards: int
    feedback: int


def count_older(url: str, before: datetime) -> Purged:
    """Return what `purge` would delete.

    Raises:
        StoreUnavailable: it is unknown.
    """
    with opened(url) as engine, transaction(engine) as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table).where(age < before)).scalar_one()
            for table, age, _ in _BY_AGE
        ]
    return Purged(*counts)


def purge(url: str, before: datetime) -> Purged:
    """Delete cards issued and feedback received before this time, and used tokens and suppressions that ended before.

    Raises:
        StoreUnavailable: not all was deleted; what was left is deleted the next time.
    """
    with opened(url) as engine:
        deleted = [sum(_delete_batches(engine, table, age < before, key)) for table, age, key in _BY_AGE]
        with transaction(engine) as connection:  # of issuers that call no more; others' are deleted as they call
            connection.execute(token_seen.delete().where(token_seen.c.keep_until < before))
            connection.execute(suppression.delete().where(suppression.c.ends_at < before))
    return Purged(*deleted)


def _delete_batches(engine: Engine, table: Table, is_old: Any, key: Column[Any]) -> Iterator[int]:
    """Delete the old rows and yield the number in each batch."""
    oldest = select(key).where(is_old).limit(_BATCH)
    while True:
        with transaction(engine) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete = ON")  # overwrites what is deleted
            deleted = connection.execute(delete(table).where(key.in_(oldest))).rowcount
        yield deleted
        if deleted < _BATCH:
            return
        time.sleep(_PAUSE_S)
