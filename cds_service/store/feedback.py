"""Stores the feedback of clients on cards (CDS Hooks 2.0, "feedback") durably and once; never a comment's text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, bindparam, exists, select

from cds_service.store.database import insert_if_absent, transaction
from cds_service.store.schema import card_issued, feedback_event

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
    """The log of feedback events. `before_record` runs first, so that cards just issued are in the database."""

    def __init__(self, engine: Engine, before_record: Callable[[], object] | None = None) -> None:
        self._engine = engine
        self._before_record = before_record

    def record(self, events: Sequence[FeedbackEvent], note: Note | None = None) -> int:
        """Store the events, all or none, on disk before returning, and return the number of new ones.

        `note` runs for each event in the same transaction, before the event is stored.

        Events with the same tenant, card, outcome and outcome timestamp are the same event. Feedback on a card that the
        tenant was never sent is stored too, and marked: the client could do nothing about an error.

        Raises:
            StoreUnavailable: nothing was stored; the client may send the events again.
        """
        if not events:
            return 0
        if self._before_record is not None:
            self._before_record()
        with transaction(self._engine) as connection:
            for event in events if note else ():
                note(connection, event)
            return sum(_insert(connection, event) for event in events)


def _insert(connection: Connection, event: FeedbackEvent) -> int:
    is_known = exists().where(
        card_issued.c.card_uuid == bindparam("of_card"), card_issued.c.tenant == bindparam("of_tenant")
    )
    statement = insert_if_absent(connection, feedback_event).values(known_card=is_known)
    parameters = {
        **vars(event),
        "reason_system": _mask_unrecognised(_SYSTEM, event.reason_system),
        "reason_code": _mask_unrecognised(_CODE, event.reason_code),
        "of_card": event.card,
        "of_tenant": event.tenant,
    }
    return connection.execute(statement, parameters, execution_options={"preserve_rowcount": True}).rowcount


def _mask_unrecognised(pattern: re.Pattern[str], value: str | None) -> str | None:
    """Return the value if it matches the pattern. Any other may be free text that names the patient."""
    if value is None or pattern.fullmatch(value):
        return value
    return _UNRECOGNISED
