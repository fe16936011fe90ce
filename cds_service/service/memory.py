"""Remembering: the cards issued and the feedback on them, patient and user as keyed hashes."""

from collections.abc import Iterable
from datetime import datetime

from cds_service.logic.content import Edition
from cds_service.logic.decision import Recommendation
from cds_service.store import FeedbackEvent, FeedbackLog, IssuedCard, IssuedCards, Pseudonyms
from cds_service.wire.feedback import Feedback, FeedbackItem
from cds_service.wire.request import HookRequest
from cds_service.wire.response import Card


class Memory:
    """What is kept of calls: never a name, a resource, or an identifier in clear."""

    def __init__(self, issued: IssuedCards, feedback: FeedbackLog, pseudonyms: Pseudonyms) -> None:
        self._issued = issued
        self._feedback = feedback
        self._pseudonyms = pseudonyms

    def issued(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        edition: Edition,
        cards: Iterable[tuple[Recommendation, Card]],
        now: datetime,
        *,
        silent: bool = False,
    ) -> None:
        """Remember the cards of one answer; `silent`: nobody was shown them. Never waits for the database."""
        patient = self._pseudonyms.of(tenant, "patient", request.patient_id)
        user = self._pseudonyms.of(tenant, "user", request.user_id)
        self._issued.put(
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
                    content_version=edition.label,
                    content_digest=edition.digests,
                    suggestion_uuids=tuple(suggestion.uuid for suggestion in card.suggestions or ()),
                    issued_at=now,
                    silent=silent,
                )
                for said, card in cards
            ]
        )

    @property
    def lost(self) -> int:
        """The number of cards issued that this process could not keep."""
        return self._issued.dropped

    def ask(self) -> None:
        """Ask whether the store takes anything now.

        Raises:
            StoreUnavailable: it does not.
        """
        self._issued.ask()

    def record(self, service_id: str, tenant: str, feedback: Feedback, now: datetime) -> int:
        """Keep feedback, on disk before this returns; how many events were new.

        Raises:
            StoreUnavailable: none is kept; the client may send them again.
        """
        return self._feedback.record([_event(service_id, tenant, item, now) for item in feedback.feedback])


def _event(service_id: str, tenant: str, item: FeedbackItem, now: datetime) -> FeedbackEvent:
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


class Forgetful(Memory):
    """Remembers nothing: for trying a call out."""

    def __init__(self) -> None:
        """Needs no store."""

    def issued(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        edition: Edition,
        cards: Iterable[tuple[Recommendation, Card]],
        now: datetime,
        *,
        silent: bool = False,
    ) -> None:
        """Let it go."""
