"""Records cards and feedback in the store, with keyed hashes in place of patient and user."""

import re
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Final

from cds_service.errors import StoreUnavailable
from cds_service.model.decision import Decision
from cds_service.model.edition import Edition
from cds_service.service.card_recorder import JudgedCall
from cds_service.store import (
    CallCounts,
    CallKind,
    FeedbackEvent,
    FeedbackLog,
    IssuedCard,
    IssuedCards,
    Pseudonymizer,
    Suppressions,
    note_answer,
)
from cds_service.suppression.basis import describe_basis
from cds_service.suppression.judging import PastAnswer
from cds_service.suppression.windows import AnswerWindows
from cds_service.wire.feedback import FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_AWAITED: Final = 20  # cards of one feedback call; more come from a queue, long after they were shown
_CARD_PAUSES_S: Final = (0.04, 0.06, 0.1)


class StoreRecorder:
    """The recorder of a running service. Never stores a name, a resource, or an identifier in clear text."""

    def __init__(
        self,
        issued_cards: IssuedCards,
        feedback: FeedbackLog,
        call_counts: CallCounts,
        pseudonymizer: Pseudonymizer,
        suppressions: Suppressions,
    ) -> None:
        self._issued_cards = issued_cards
        self._feedback = feedback
        self._call_counts = call_counts
        self._pseudonymizer = pseudonymizer
        self._suppressions = suppressions

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
        """Queue the cards of one answer for the store and return at once. `is_silent`: nobody was shown them."""
        patient, user = self._hash_people(request, tenant)
        edition = decision.content.edition
        self._issued_cards.put(
            [
                IssuedCard(
                    card_uuid=card.uuid,
                    tenant=tenant,
                    service_id=service_id,
                    hook=request.hook,
                    hook_instance=self._name_instance(tenant, request.hook_instance),
                    rule_id=shown.rule.id,
                    topic=shown.rule.topic.code,
                    level=card.indicator,
                    patient_hash=patient,
                    user_hash=user,
                    content_version=edition.full_version,
                    content_digest=edition.full_digest,
                    suggestion_uuids=tuple(suggestion.uuid for suggestion in card.suggestions or ()),
                    issued_at=now,
                    silent=is_silent,
                    basis_hash=self.hash_basis(tenant, describe_basis(decision, shown)) if request.user_id else None,
                    offer_ids=tuple(suggestion.offer_id for suggestion in card.suggestions or ()),
                )
                for shown, card in zip(decision.shown, cards, strict=True)
            ]
        )

    def count_call(self, call: JudgedCall, edition: Edition, today: date) -> None:
        """Count a judged call, without waiting for a database."""
        kind = CallKind(
            day=today,
            tenant=call.tenant,
            hook=call.hook,
            service_id=call.service_id,
            content_version=edition.full_version,
            content_digest=edition.full_digest,
            sign_off=edition.sign_off_state,
            silent=call.is_silent,
        )
        self._call_counts.add(kind, has_cards=call.has_cards, cards_exempt_role=call.cards_exempt_role)

    def _name_instance(self, tenant: str, hook_instance: str) -> str:
        """Return a hook instance as it is stored: one that is no UUID may be anything, so only its hash."""
        is_uuid = _UUID.fullmatch(hook_instance)
        return hook_instance if is_uuid else self._pseudonymizer.pseudonymize(tenant, "hook-instance", hook_instance)

    @property
    def lost_cards(self) -> int:
        """The number of cards that this process issued and could not store."""
        return self._issued_cards.dropped

    @property
    def cards_in_memory_only(self) -> int:
        """The number of cards that waited without being on disk."""
        return self._issued_cards.kept_in_memory_only

    def take_over_cards(self) -> None:
        """Store the cards that killed workers left behind. Waits for no database."""
        self._issued_cards.take_over()

    def check_store(self) -> None:
        """Check that the store accepts writes now.

        Raises:
            StoreUnavailable: it does not.
        """
        self._issued_cards.check_writable()

    def record_feedback(
        self, service_id: str, tenant: str, items: Iterable[FeedbackItem], now: datetime, windows: AnswerWindows
    ) -> int:
        """Store feedback and return the number of new events. It is on disk before this returns.

        So is for how long each answer holds its card back.

        Raises:
            StoreUnavailable: not all was stored; the client may send the feedback again.
        """
        events = [_build_feedback_event(service_id, tenant, item, now) for item in items]
        self._wait_for_cards(events)
        return self._feedback.record(events, partial(note_answer, window_of=windows.find_duration))

    def find_answers(self, request: HookRequest, tenant: str) -> tuple[PastAnswer, ...]:
        """Return what the user of this call has answered to earlier cards about its patient.

        Raises:
            StoreUnavailable: nobody knows.
        """
        found = self._suppressions.find(*self._hash_people(request, tenant))
        return tuple(
            PastAnswer(
                topic=one.topic,
                basis_hash=one.basis_hash,
                outcome=one.outcome,
                has_reason=one.has_reason,
                offers=one.offer_ids,
                began_at=one.began_at,
                ends_at=one.ends_at,
            )
            for one in found
        )

    def hash_basis(self, tenant: str, basis: str) -> str:
        """Return the keyed hash of what a card rests on."""
        return self._pseudonymizer.pseudonymize(tenant, "basis", basis)

    def _hash_people(self, request: HookRequest, tenant: str) -> tuple[str, str]:
        """Return the hashes of patient and user; "" for a user that the call does not name."""
        pseudonymize = self._pseudonymizer.pseudonymize
        user = pseudonymize(tenant, "user", request.user_id) if request.user_id else ""
        return pseudonymize(tenant, "patient", request.patient_id), user

    def _wait_for_cards(self, events: Sequence[FeedbackEvent]) -> None:
        """Wait a moment for cards that another worker has issued and not yet written: a test client is that fast."""
        cards = {event.card for event in events if _UUID.fullmatch(event.card)}
        if not cards or len(cards) > _MOST_AWAITED:
            return
        with suppress(StoreUnavailable):  # then the feedback cannot be stored either, and says so
            for pause in _CARD_PAUSES_S:
                if self._suppressions.has_cards(cards):
                    return
                time.sleep(pause)


def _build_feedback_event(service_id: str, tenant: str, item: FeedbackItem, now: datetime) -> FeedbackEvent:
    override = item.overrideReason
    reason = override.reason if override else None
    return FeedbackEvent(
        tenant=tenant,
        service_id=service_id,
        card=item.card,
        outcome=item.outcome,
        outcome_timestamp=item.outcomeTimestamp,
        accepted_suggestions=tuple(suggestion.id for suggestion in item.acceptedSuggestions or ()),
        reason_system=reason.system if reason else None,
        reason_code=reason.code if reason else None,
        has_comment=bool(override and override.has_comment),
        received_at=now,
    )
