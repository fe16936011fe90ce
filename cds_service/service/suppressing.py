"""Holds back the cards of a decision that their user has answered, by what the store knows of those answers."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from cds_service.chart.open_orders import OpenOrderFinder, OrderCodes
from cds_service.errors import StoreUnavailable
from cds_service.fhir.chart_data import ChartData
from cds_service.logic.ranking import without_suppressed
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.suppression import SuppressionLimits
from cds_service.service.card_recorder import CardRecorder
from cds_service.suppression.basis import describe_basis
from cds_service.suppression.judging import CardNow, PastAnswer, find_reason
from cds_service.suppression.windows import ACCEPTED, NO_LIMITS, AnswerWindows
from cds_service.wire.request import HookRequest


class SuppressionCall(msgspec.Struct, frozen=True, gc=False):
    """What a call brings with it: who asks, on which data, under which of the client's limits, with which codes."""

    request: HookRequest
    tenant: str
    data: ChartData
    now: datetime
    limits: SuppressionLimits = NO_LIMITS
    order_codes: OrderCodes = msgspec.field(default_factory=dict)


class CardSuppressor:
    """Holds cards back. It only ever hides a card that its user has seen and answered."""

    def __init__(self, recorder: CardRecorder, open_orders: OpenOrderFinder) -> None:
        self._recorder = recorder
        self._open_orders = open_orders

    def hold_back(self, decision: Decision, call: SuppressionCall) -> Decision:
        """Return the decision without the cards that the user has answered, if nothing behind them has changed.

        One look-up of the store, and only where there is a card. Without a user nothing is held back. A store that does
        not answer holds nothing back either.
        """
        if not decision.shown or not call.request.user_id:
            return decision
        try:
            answers = self._recorder.find_answers(call.request, call.tenant)
        except StoreUnavailable:
            return replace(decision, is_suppression_unknown=True)
        if not answers:
            return decision
        reasons = {}
        for card in (*decision.shown, *decision.held_back):
            reason = self._find_reason(card, decision, answers, call)
            if reason is not None:
                reasons[card.rule.id] = reason
        return without_suppressed(decision, reasons) if reasons else decision

    def _find_reason(
        self, card: Recommendation, decision: Decision, answers: Iterable[PastAnswer], call: SuppressionCall
    ) -> str | None:
        of_topic = [answer for answer in answers if answer.topic == card.rule.topic.code]
        if not of_topic:  # hashing what a card rests on takes longer than all else here
            return None
        now = CardNow(
            card.rule.topic.code,
            card.advice.level,
            self._recorder.hash_basis(call.tenant, describe_basis(decision, card)),
            self._find_open_offers(card, decision, of_topic, call),
        )
        windows = AnswerWindows(decision.content.policy.suppression, call.limits)
        window = windows.find_window(card.rule.id, card.advice.level)
        return find_reason(now, window, of_topic, call.now)

    def _find_open_offers(
        self, card: Recommendation, decision: Decision, answers: Iterable[PastAnswer], call: SuppressionCall
    ) -> frozenset[str]:
        accepted = {name for answer in answers if answer.outcome == ACCEPTED for name in answer.offers}
        offers = [decision.content.offers[name] for name in accepted if name in decision.content.offers]
        judged = frozenset(order.source.reference for order in card.orders)
        if not offers:
            return frozenset()
        return self._open_orders.find(offers, call.data, decision.chart, judged, call.order_codes)
