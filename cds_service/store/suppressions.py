"""Stores which cards their users have answered, for all workers and replicas, until each answer's window ends."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, bindparam, func, select

from cds_service.errors import StoreUnavailable
from cds_service.store.database import insert_if_absent, transaction
from cds_service.store.feedback import FeedbackEvent, is_recorded
from cds_service.store.kept_connection import KeptConnection
from cds_service.store.schema import card_issued, suppression

WindowOf = Callable[[str, str, str, bool], timedelta | None]
"""Returns for how long an answer holds a card back, if at all: by rule, level, outcome, and whether it has a reason."""

_ACCEPTED: Final = "accepted"
_PAUSE_S: Final = 5.0
_ANSWER_WITHIN_S: Final = 0.5
_HAS_ANSWERED: Final = "SELECT 1 FROM suppression WHERE patient_hash = ? AND user_hash = ? LIMIT 1"
Found = TypeVar("Found")
# Built once: building a statement takes longer than running it.
_BY_PATIENT_AND_USER: Final = select(suppression).where(
    suppression.c.patient_hash == bindparam("patient"), suppression.c.user_hash == bindparam("user")
)
_FROM_CARD: Final = (
    "tenant",
    "patient_hash",
    "user_hash",
    "rule_id",
    "topic",
    "level",
    "basis_hash",
    "content_version",
)


@dataclass(frozen=True)
class Suppression:
    """One card that its user has answered. Patient, user and what the card rests on are keyed hashes."""

    id: int
    card_uuid: str
    tenant: str
    patient_hash: str
    user_hash: str
    rule_id: str
    topic: str
    level: str
    basis_hash: str
    content_version: str
    outcome: str
    has_reason: bool
    offer_ids: tuple[str, ...]
    began_at: datetime
    ends_at: datetime


class Suppressions:
    """The answered cards. Its engine should be `is_reading`, since a call with cards waits for `find`.

    After a failure it pauses, so that not every call waits for a store that hangs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._file = KeptConnection(engine) if self._is_file else None
        self._pause_ends = 0.0

    def find(self, patient_hash: str, user_hash: str) -> tuple[Suppression, ...]:
        """Return what this user has answered about this patient, by an index.

        Raises:
            StoreUnavailable: the store does not answer, so nothing may be held back.
        """
        if time.monotonic() < self._pause_ends:
            raise StoreUnavailable("the store did not answer a moment ago")
        try:
            # Hardly any user has answered, and asking only for that takes a third of the time.
            if self._file is not None and not self._file.has_row(_HAS_ANSWERED, patient_hash, user_hash):
                return ()
            return self._run(partial(_find, patient_hash, user_hash))
        except StoreUnavailable:
            self._pause_ends = time.monotonic() + _PAUSE_S
            raise

    def has_cards(self, card_uuids: Collection[str]) -> bool:
        """Return whether all these cards have been stored: another worker's may not be yet.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        found = select(func.count()).where(card_issued.c.card_uuid.in_(card_uuids))
        return self._run(lambda connection: bool(connection.execute(found).scalar_one() == len(card_uuids)))

    def _run(self, work: Callable[[Connection], Found]) -> Found:
        """Return what `work` finds. A server that hangs without closing its connection is left to a thread of its own.

        Raises:
            StoreUnavailable: the store does not answer, or not in time.
        """
        found: list[Found] = []

        def run() -> None:
            with transaction(self._engine) as connection:
                found.append(work(connection))

        if self._is_file:  # it answers or fails
            run()
        else:
            _run_within(_ANSWER_WITHIN_S, run)
        if not found:
            raise StoreUnavailable("the store does not answer in time")
        return found[0]


def _find(patient_hash: str, user_hash: str, connection: Connection) -> tuple[Suppression, ...]:
    rows = connection.execute(_BY_PATIENT_AND_USER, {"patient": patient_hash, "user": user_hash})
    return tuple(_to_suppression(row) for row in rows.mappings())


def _run_within(seconds: float, work: Callable[[], None]) -> None:
    """Run the work in a thread and wait so long for it. The thread ends with its transaction, whenever that is."""

    def run() -> None:
        with suppress(StoreUnavailable):  # the caller sees that nothing was found
            work()

    thread = Thread(target=run, name="answered-cards", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no thread can be started now
        return
    thread.join(seconds)


class SuppressionRegister:
    """The same for operators: lists and lifts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_running(
        self, now: datetime, tenant: str | None = None, rule_id: str | None = None, patient_hash: str | None = None
    ) -> tuple[Suppression, ...]:
        """Return the answered cards whose window has not ended, the newest first; None: of any tenant, rule, patient.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        conditions: list[ColumnElement[bool]] = [suppression.c.ends_at > now]
        for column, value in (
            (suppression.c.tenant, tenant),
            (suppression.c.rule_id, rule_id),
            (suppression.c.patient_hash, patient_hash),
        ):
            if value is not None:
                conditions.append(column == value)
        statement = select(suppression).where(*conditions).order_by(suppression.c.id.desc())
        with transaction(self._engine) as connection:
            return tuple(_to_suppression(row) for row in connection.execute(statement).mappings())

    def lift(self, ids: Collection[int]) -> int:
        """Delete these, so that their cards are shown again, and return how many there were.

        Raises:
            StoreUnavailable: none was lifted.
        """
        with transaction(self._engine) as connection:
            one = suppression.delete().where(suppression.c.id == bindparam("number"))
            return sum(connection.execute(one, {"number": number}).rowcount for number in ids)


def note_answer(connection: Connection, event: FeedbackEvent, window_of: WindowOf) -> None:
    """Note for how long an answer holds its card back, in the transaction that stores it.

    It takes the place of an earlier answer to the card. It begins when the user answered, but never after the event was
    received. Unknown cards, cards in silent mode and cards without a user are never held back. An event that was
    recorded before notes nothing, so that what was lifted stays lifted. Answers whose window has ended are deleted.
    """
    card = connection.execute(
        select(card_issued).where(
            card_issued.c.card_uuid == event.card,
            card_issued.c.tenant == event.tenant,
            card_issued.c.basis_hash.is_not(None),
            card_issued.c.silent.is_(False),
        )
    ).mappings().first()  # fmt: skip
    if card is None or is_recorded(connection, event):
        return
    began_at = min(event.outcome_timestamp, event.received_at)
    same_card = suppression.c.card_uuid == event.card
    connection.execute(suppression.delete().where(suppression.c.ends_at <= event.received_at))
    connection.execute(suppression.delete().where(same_card, suppression.c.began_at <= began_at))
    duration = window_of(card["rule_id"], card["level"], event.outcome, event.has_reason)
    if duration is None or began_at + duration <= event.received_at:
        return
    row = {name: card[name] for name in _FROM_CARD} | {
        "card_uuid": event.card,
        "outcome": event.outcome,
        "has_reason": event.has_reason,
        "offer_ids": _accepted_offers(card, event) if event.outcome == _ACCEPTED else [],
        "began_at": began_at,
        "ends_at": began_at + duration,
    }
    connection.execute(insert_if_absent(connection, suppression), row)


def _accepted_offers(card: RowMapping, event: FeedbackEvent) -> list[str]:
    """Return the content's ids of the accepted suggestions; none if any of them is not the card's."""
    offer_by_uuid = dict(zip(card["suggestion_uuids"], card["offer_ids"] or (), strict=False))
    offers = [offer_by_uuid.get(uuid) for uuid in event.accepted_suggestions]
    return [offer for offer in offers if offer] if all(offers) else []


def _to_suppression(row: RowMapping) -> Suppression:
    fields: dict[str, Any] = dict(row)
    return Suppression(**fields | {"offer_ids": tuple(row["offer_ids"])})
