"""Records cards and feedback in the store, with keyed hashes in place of patient and user."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from cds_service.model.decision import Recommendation
from cds_service.model.edition import Edition
from cds_service.store import FeedbackEvent, FeedbackLog, IssuedCard, IssuedCards, Pseudonymizer
from cds_service.wire.feedback import Feedback, FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class StoreRecorder:
    """The recorder of a running service. Never stores a name, a resource, or an identifier in clear text."""

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
        """Queue the cards of one answer for the store and return at once. `is_silent`: nobody was shown them."""
        patient = self._pseudonymizer.pseudonymize(tenant, "patient", request.patient_id)
        user = self._pseudonymizer.pseudonymize(tenant, "user", request.user_id) if request.user_id else ""
        self._issued_cards.put(
            [
                IssuedCard(
                    card_uuid=card.uuid,
                    tenant=tenant,
                    service_id=service_id,
                    hook=request.hook,
                    hook_instance=self._name_instance(tenant, request.hook_instance),
                    rule_id=recommendation.rule.id,
                    topic=recommendation.rule.topic.code,
                    level=card.indicator,
                    patient_hash=patient,
                    user_hash=user,
                    content_version=edition.full_version,
                    content_digest=edition.full_digest,
                    suggestion_uuids=tuple(suggestion.uuid for suggestion in card.suggestions or ()),
                    issued_at=now,
                    silent=is_silent,
                )
                for recommendation, card in cards
            ]
        )

    def _name_instance(self, tenant: str, hook_instance: str) -> str:
        """Return a hook instance as it is stored: one that is no UUID may be anything, so only its hash."""
        is_uuid = _UUID.fullmatch(hook_instance)
        return hook_instance if is_uuid else self._pseudonymizer.pseudonymize(tenant, "hook-instance", hook_instance)

    @property
    def lost_cards(self) -> int:
        """The number of cards that this process issued and could not store."""
        return self._issued_cards.dropped

    def check_store(self) -> None:
        """Check that the store accepts writes now.

        Raises:
            StoreUnavailable: it does not.
        """
        self._issued_cards.check_writable()

    def record_feedback(self, service_id: str, tenant: str, feedback: Feedback, now: datetime) -> int:
        """Store feedback and return the number of new events. It is on disk before this returns.

        Raises:
            StoreUnavailable: nothing was stored; the client may send the feedback again.
        """
        return self._feedback.record(
            [_build_feedback_event(service_id, tenant, item, now) for item in feedback.feedback]
        )


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
        has_comment=bool(override and override.userComment),
        received_at=now,
    )
