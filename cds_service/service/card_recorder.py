"""Remembering: the cards issued and the feedback on them, patient and user as keyed hashes."""

from collections.abc import Iterable
from datetime import datetime

from cds_service.model.decision import Recommendation
from cds_service.model.edition import Edition
from cds_service.store import FeedbackEvent, FeedbackLog, IssuedCard, IssuedCards, Pseudonymizer
from cds_service.wire.feedback import Feedback, FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card


class CardRecorder:
    """What is kept of calls: never a name, a resource, or an identifier in clear."""

    def __init__(self, issued_cards: IssuedCards, feedback: FeedbackLog, pseudonymizer: Pseudonymizer) -> None:
        self._issued_cards = issued_cards
        self._feedback = feedback
        self._pseudonymizer = pseudonymizer

    def record_cards(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        edition: Edition,
        cards: Iterable[tuple[Recommendation, Card]],
        now: datetime,
        *,
        is_silent: bool = False,
    ) -> None:
        """Remember the cards of one answer; `silent`: nobody was shown them. Never waits for the database."""
        patient = self._pseudonymizer.pseudonymize(tenant, "patient", request.patient_id)
        user = self._pseudonymizer.pseudonymize(tenant, "user", request.user_id)
        self._issued_cards.put(
            [
                IssuedCard(
                    card_uuid=card.uuid,
                    tenant=tenant,
                    service_id=service_id,
                    hook=request.hook,
                    hook_instance=request.hook_instance,
                    rule_id=said.rule.id,
                    topic=said.rule.topic.code,
                    level=card.indicator,
                    patient_hash=patient,
                    user_hash=user,
                    content_version=edition.full_version,
                    content_digest=edition.full_digest,
                    suggestion_uuids=tuple(suggestion.uuid for suggestion in card.suggestions or ()),
                    issued_at=now,
                    silent=is_silent,
                )
                for said, card in cards
            ]
        )

    @property
    def lost_cards(self) -> int:
        """The number of cards issued that this process could not keep."""
        return self._issued_cards.dropped

    def check_store(self) -> None:
        """Ask whether the store takes anything now.

        Raises:
            StoreUnavailable: it does not.
        """
        self._issued_cards.check_writable()

    def record_feedback(self, service_id: str, tenant: str, feedback: Feedback, now: datetime) -> int:
        """Keep feedback, on disk before this returns; how many events were new.

        Raises:
            StoreUnavailable: none is kept; the client may send them again.
        """
        return self._feedback.record(
            [_build_feedback_event(service_id, tenant, item, now) for item in feedback.feedback]
        )


def _build_feedback_event(service_id: str, tenant: str, item: FeedbackItem, now: datetime) -> FeedbackEvent:
    given = item.overrideReason
    reason = given.reason if given else None
    return FeedbackEvent(
        tenant=tenant,
        service_id=service_id,
        card=item.card,
        outcome=item.outcome,
        outcome_timestamp=item.outcomeTimestamp,
        accepted_suggestions=tuple(suggestion.id for suggestion in item.acceptedSuggestions or ()),
        reason_system=reason.system if reason else None,
        reason_code=reason.code if reason else None,
        has_comment=bool(given and given.userComment),
        received_at=now,
    )


class NullRecorder(CardRecorder):
    """Remembers nothing: for trying a call out."""

    def __init__(self) -> None:
        """Needs no store."""

    def record_cards(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        edition: Edition,
        cards: Iterable[tuple[Recommendation, Card]],
        now: datetime,
        *,
        is_silent: bool = False,
    ) -> None:
        """Let it go."""
