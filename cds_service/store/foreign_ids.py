"""Keeps ids that this service did not give out as keyed hashes, and recognises them should their card be stored later.

A client may send anything as the id of a card or suggestion, a patient's name too.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from sqlalchemy import Connection, RowMapping, bindparam, func, select
from sqlalchemy.sql.functions import FunctionElement

from cds_service.store.database import insert_if_absent
from cds_service.store.pseudonym import Pseudonymizer
from cds_service.store.schema import feedback_event

# Built once: building a statement takes longer than running it.
_ABOUT_CARDS: Final = select(feedback_event).where(feedback_event.c.card.in_(bindparam("cards", expanding=True)))
_LOCK: Final = 5_027_310_946  # any number that no other program takes in the same database


class OwnCard(Protocol):
    """A card that this service has issued to a tenant."""

    @property
    def tenant(self) -> str:
        """The tenant it was issued to."""

    @property
    def card_uuid(self) -> str:
        """Its id."""

    @property
    def suggestion_uuids(self) -> tuple[str, ...]:
        """The ids of its suggestions."""


class ForeignIds:
    """Hashes ids. The same id of a tenant always has the same hash."""

    def __init__(self, pseudonymizer: Pseudonymizer) -> None:
        self._pseudonymizer = pseudonymizer

    def hash_card(self, tenant: str, card: str) -> str:
        """Return the hash of a card's id."""
        return self._pseudonymizer.pseudonymize(tenant, "card", card)

    def hash_suggestion(self, tenant: str, suggestion: str) -> str:
        """Return the hash of a suggestion's id."""
        return self._pseudonymizer.pseudonymize(tenant, "suggestion", suggestion)

    def recognise(self, connection: Connection, cards: Iterable[OwnCard]) -> None:
        """Give feedback that came before these cards were stored, as while the database was away, their ids."""
        by_hash = {(card.tenant, self.hash_card(card.tenant, card.card_uuid)): card for card in cards}
        hashes = [digest for _, digest in by_hash]
        for event in connection.execute(_ABOUT_CARDS, {"cards": hashes}).mappings().all():
            card = by_hash.get((event["tenant"], event["card"]))
            if card is not None:
                self._replace(connection, event, card)

    def _replace(self, connection: Connection, event: RowMapping, card: OwnCard) -> None:
        ours = {self.hash_suggestion(card.tenant, name): name for name in card.suggestion_uuids}
        accepted = [ours.get(name, name) for name in event["accepted_suggestions"]]
        row = {**event, "card": card.card_uuid, "accepted_suggestions": accepted, "known_card": True}
        del row["id"]
        # The client may have sent the event a second time, after the card was stored.
        connection.execute(insert_if_absent(connection, feedback_event), row)
        connection.execute(feedback_event.delete().where(feedback_event.c.id == event["id"]))


def keep_cards_away(connection: Connection) -> None:
    """Let no card be stored until this transaction ends, which stores feedback.

    PostgreSQL would else let each overlook what the other has not yet committed, and the feedback would stay unknown.
    SQLite has one writer anyway.
    """
    _lock(connection, func.pg_advisory_xact_lock)


def keep_feedback_away(connection: Connection) -> None:
    """Let no feedback be stored until this transaction ends, which stores cards. Others may store cards meanwhile."""
    _lock(connection, func.pg_advisory_xact_lock_shared)


def _lock(connection: Connection, take: Callable[[int], FunctionElement[Any]]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(take(_LOCK)))
