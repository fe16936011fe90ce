"""Stores the feedback of clients on cards (CDS Hooks 2.0, "feedback") durably and once; never a comment's text."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, select

from cds_service.store.database import insert_if_absent, transaction
from cds_service.store.foreign_ids import ForeignIds, keep_cards_away
from cds_service.store.schema import card_issued, feedback_event

_BATCH = 50  # events in a transaction: calls wait for it to record their tokens
_UNRECOGNISED = "unrecognised"
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_URI_CHARACTERS = r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+"
_SYSTEM = re.compile(rf"(?=.{{1,200}}\Z)(?:https?://|urn:[a-z0-9][a-z0-9-]*:){_URI_CHARACTERS}", re.IGNORECASE)


@dataclass(frozen=True)
class FeedbackEvent:
    """One outcome of one card. `card` and suggestions have at most 128 characters, which the caller has checked.

    `has_comment`: the user wrote a comment, whose text is not stored.

    Raises:
        ValueError: a time has no zone.
    """

    tenant: str
    service_id: str
    card: str
    outcome: Literal["accepted", "overridden"]
    outcome_timestamp: datetime
    accepted_suggestions: tuple[str, ...]
    reason_system: str | None
    reason_code: str | None
    has_comment: bool
    received_at: datetime

    @property
    def has_reason(self) -> bool:
        """Whether the user gave a reason, as a code or in words."""
        return self.has_comment or self.reason_code is not None

    def __post_init__(self) -> None:
        if self.outcome_timestamp.tzinfo is None or self.received_at.tzinfo is None:
            raise ValueError("a time has no zone")


Note = Callable[[Connection, FeedbackEvent], None]


def is_recorded(connection: Connection, event: FeedbackEvent) -> bool:
    """Return whether the same event on a known card has been stored before."""
    columns = feedback_event.c
    same = select(columns.id).where(
        columns.tenant == event.tenant,
        columns.card == event.card,
        columns.outcome == event.outcome,
        columns.outcome_timestamp == event.outcome_timestamp,
    )
    return connection.execute(same).first() is not None


class FeedbackLog:
    """The log of feedback events. `before_record` runs first, so that cards just issued are in the database.

    Ids that this service did not give out are stored as hashes (`ForeignIds`).
    """

    def __init__(
        self, engine: Engine, foreign_ids: ForeignIds, before_record: Callable[[], object] | None = None
    ) -> None:
        self._engine = engine
        self._foreign_ids = foreign_ids
        self._before_record = before_record

    def record(self, events: Sequence[FeedbackEvent], note: Note | None = None) -> int:
        """Store the events, on disk before returning, and return the number of new ones.

        They are written in short transactions, between which others can write. Events with the same tenant, card,
        outcome and outcome timestamp are the same event, so all can be sent again after an error. Feedback on a card
        that the tenant was never sent is stored too, and marked: the client could do nothing about an error.

        `note` runs for each event in the transaction that stores it, before it is stored.

        Raises:
            StoreUnavailable: not all were stored; the client may send the events again.
        """
        if events and self._before_record is not None:
            self._before_record()
        return sum(self._record_batch(batch, note) for batch in _in_batches(events))

    def _record_batch(self, events: Sequence[FeedbackEvent], note: Note | None) -> int:
        with transaction(self._engine) as connection:
            keep_cards_away(connection)
            if note is not None:
                for event in events:
                    note(connection, event)
            given = _find_given_ids(connection, events)
            rows = [self._to_row(event, given.get((event.tenant, event.card))) for event in events]
            statement = insert_if_absent(connection, feedback_event)
            return connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount

    def _to_row(self, event: FeedbackEvent, suggestions: frozenset[str] | None) -> dict[str, Any]:
        """Return the row of an event. `suggestions`: the ids on the card, or None if it is none of ours."""
        foreign, tenant = self._foreign_ids, event.tenant
        accepted = [
            name if name in (suggestions or ()) else foreign.hash_suggestion(tenant, name)
            for name in event.accepted_suggestions
        ]
        return {
            **vars(event),
            "card": foreign.hash_card(tenant, event.card) if suggestions is None else event.card,
            "accepted_suggestions": accepted,
            "reason_system": _mask_unrecognised(_SYSTEM, event.reason_system),
            "reason_code": _mask_unrecognised(_CODE, event.reason_code),
            "known_card": suggestions is not None,
        }


def _in_batches(events: Sequence[FeedbackEvent]) -> Iterator[Sequence[FeedbackEvent]]:
    return (events[start : start + _BATCH] for start in range(0, len(events), _BATCH))


def _find_given_ids(connection: Connection, events: Sequence[FeedbackEvent]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the ids of suggestions by tenant and id of the card, for the cards that were issued to that tenant."""
    columns = (card_issued.c.tenant, card_issued.c.card_uuid, card_issued.c.suggestion_uuids)
    named = card_issued.c.card_uuid.in_({event.card for event in events})
    return {(tenant, card): frozenset(ids) for tenant, card, ids in connection.execute(select(*columns).where(named))}


def _mask_unrecognised(pattern: re.Pattern[str], value: str | None) -> str | None:
    """Return the value if it matches the pattern. Any other may be free text that names the patient."""
    if value is None or pattern.fullmatch(value):
        return value
    return _UNRECOGNISED
