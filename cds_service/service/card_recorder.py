"""What the use case asks of the record of its cards and of the feedback on them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

import msgspec

from cds_service.model.decision import Decision
from cds_service.model.edition import Edition
from cds_service.suppression.judging import PastAnswer
from cds_service.suppression.windows import AnswerWindows
from cds_service.wire.feedback import FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card


class JudgedCall(msgspec.Struct, frozen=True, gc=False):
    """What is counted of a judged call. `has_cards`: also cards that a silent client is not shown."""

    service_id: str
    hook: str
    tenant: str
    is_silent: bool
    has_cards: bool
    cards_exempt_role: int


class CardRecorder(Protocol):
    """Records the cards issued and the feedback on them."""

    def record_cards(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        decision: Decision,
        cards: Iterable[Card],
        now: datetime,
        *,
        is_silent: bool = False,
    ) -> None:
        """Record the cards of one answer, those that the decision shows, without waiting for a database.

        `is_silent`: nobody was shown them.
        """

    def record_feedback(
        self, service_id: str, tenant: str, items: Iterable[FeedbackItem], now: datetime, windows: AnswerWindows
    ) -> int:
        """Store feedback, with how long it holds its cards back, and return the number of new events.

        Raises:
            StoreUnavailable: not all was stored; the client may send the feedback again.
        """
        ...

    def find_answers(self, request: HookRequest, tenant: str) -> tuple[PastAnswer, ...]:
        """Return what the user of this call has answered to earlier cards about its patient.

        Raises:
            StoreUnavailable: nobody knows.
        """
        ...

    def hash_basis(self, tenant: str, basis: str) -> str:
        """Return the keyed hash of what a card rests on."""
        ...

    def count_call(self, call: JudgedCall, edition: Edition, today: date) -> None:
        """Count a judged call, with cards or without, without waiting for a database. `today`: at the site."""

    @property
    def lost_cards(self) -> int:
        """The number of cards that this process issued and could not store."""
        ...

    @property
    def cards_in_memory_only(self) -> int:
        """The number of cards that waited without being on disk."""
        ...

    def check_store(self) -> None:
        """Check that cards and feedback can be stored now.

        Raises:
            StoreUnavailable: they cannot.
        """


class NullRecorder:
    """Records nothing: for a command that tries out a call. Needs no store."""

    lost_cards = 0
    cards_in_memory_only = 0

    def record_cards(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        decision: Decision,
        cards: Iterable[Card],
        now: datetime,
        *,
        is_silent: bool = False,
    ) -> None:
        """Discard the cards."""

    def record_feedback(
        self,
        service_id: str,  # noqa: ARG002 - as in the protocol
        tenant: str,  # noqa: ARG002
        items: Iterable[FeedbackItem],  # noqa: ARG002
        now: datetime,  # noqa: ARG002
        windows: AnswerWindows,  # noqa: ARG002
    ) -> int:
        """Discard the feedback."""
        return 0

    def find_answers(self, request: HookRequest, tenant: str) -> tuple[PastAnswer, ...]:  # noqa: ARG002
        """Return nothing: nobody has answered."""
        return ()

    def hash_basis(self, tenant: str, basis: str) -> str:  # noqa: ARG002
        """Return nothing: it is compared with nothing."""
        return ""

    def count_call(self, call: JudgedCall, edition: Edition, today: date) -> None:
        """Count nothing."""

    def check_store(self) -> None:
        """Return: there is no store that could be down."""
