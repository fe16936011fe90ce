"""The service as of another day, for somebody who tries out a call of that day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from cds_service.model.decision import Decision
from cds_service.model.edition import Edition
from cds_service.service.card_recorder import CardRecorder, JudgedCall
from cds_service.service.hook_service import HookService
from cds_service.suppression.judging import PastAnswer
from cds_service.suppression.windows import AnswerWindows
from cds_service.wire.feedback import FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card


def as_of(service: HookService, day: date) -> HookService:
    """Return the service with the clock at noon of a day. Its cards are recorded at the true time."""
    noon = datetime.combine(day, time(12), service.time_zone)
    return replace(service, clock=lambda: noon, recorder=_OtherDayRecorder(service.recorder, service.clock))


@dataclass(frozen=True, slots=True)
class _OtherDayRecorder:
    """Records cards at the true time, so that feedback finds them, and counts no call on a day that is not its own."""

    recorder: CardRecorder
    clock: Callable[[], datetime]

    def record_cards(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        decision: Decision,
        cards: Iterable[Card],
        now: datetime,  # noqa: ARG002 - as in the protocol
        *,
        is_silent: bool = False,
    ) -> None:
        """Record the cards as issued now."""
        self.recorder.record_cards(service_id, request, tenant, decision, cards, self.clock(), is_silent=is_silent)

    def record_feedback(
        self, service_id: str, tenant: str, items: Iterable[FeedbackItem], now: datetime, windows: AnswerWindows
    ) -> int:
        """Store feedback as it comes."""
        return self.recorder.record_feedback(service_id, tenant, items, now, windows)

    def find_answers(self, request: HookRequest, tenant: str) -> tuple[PastAnswer, ...]:  # noqa: ARG002
        """Return nothing: what is answered today holds no card of another day back."""
        return ()

    def hash_basis(self, tenant: str, basis: str) -> str:
        """Return the keyed hash of what a card rests on."""
        return self.recorder.hash_basis(tenant, basis)

    def count_call(self, call: JudgedCall, edition: Edition, today: date) -> None:
        """Count nothing."""

    @property
    def lost_cards(self) -> int:
        """The number of cards that were lost so far."""
        return self.recorder.lost_cards

    @property
    def cards_in_memory_only(self) -> int:
        """The number of cards so far that waited without being on disk."""
        return self.recorder.cards_in_memory_only

    def check_store(self) -> None:
        """Check the store."""
        self.recorder.check_store()
