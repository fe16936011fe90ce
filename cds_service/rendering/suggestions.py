"""The suggestion builder: offers as R4 create, delete and update actions (CDS Hooks 2.0, "Suggestion", "Action")."""

from collections.abc import Callable

from cds_service.model.content import Content, Offer
from cds_service.model.decision import Recommendation
from cds_service.model.facts import Finding, Imaging, Stage
from cds_service.model.sides import EACH_SIDE
from cds_service.model.terminology import Terminology
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.dialects import OrderCode
from cds_service.rendering.orders import OrderBuilder, OrderReason
from cds_service.rendering.phrases import FactPhrases
from cds_service.rendering.side_changer import SideChanger
from cds_service.wire.response import Action, Suggestion

_ORDER_IN_LABEL = "[order]"  # in an offer's label: the orders that the card judges


class SuggestionBuilder:
    """Builds the suggestions of a recommendation."""

    def __init__(
        self, content: Content, order_builder: OrderBuilder, terminology: Terminology, phrases: FactPhrases
    ) -> None:
        self._content = content
        self._order_builder = order_builder
        self._side_changer = SideChanger(terminology)
        self._terminology = terminology
        self._phrases = phrases

    def build(
        self, recommendation: Recommendation, context: CardContext, new_uuid: Callable[[], str]
    ) -> list[Suggestion]:
        """Build a suggestion for each offer that is possible. At most one is recommended, never one that deletes."""
        suggestions: list[Suggestion] = []
        for offer in recommendation.offers:
            actions = self._build_actions(offer, recommendation, context)
            if actions and context.dialect.can_carry_out(actions):
                is_first = not any(suggestion.isRecommended for suggestion in suggestions)
                recommended = True if offer.is_recommended and is_first and not offer.deletes_order else None
                label = self._describe_offer(offer, recommendation)
                suggestions.append(
                    Suggestion(
                        label=label, uuid=new_uuid(), isRecommended=recommended, actions=actions, offer_id=offer.id
                    )
                )
        return suggestions

    def _describe_offer(self, offer: Offer, recommendation: Recommendation) -> str:
        """Say what pressing the button does, with the orders it is about: "Replace right hip MRI with lumbar MRI"."""
        orders = " and ".join(self._phrases.describe_studies(recommendation.orders))
        return offer.label.replace(_ORDER_IN_LABEL, orders)

    def _build_actions(self, offer: Offer, recommendation: Recommendation, context: CardContext) -> list[Action] | None:
        """Build an offer's actions; return None if any of them is impossible, because they only make sense together."""
        drafts = [order for order in recommendation.orders if order.stage is Stage.DRAFT]
        created = [self._create_order(name, recommendation, context) for name in offer.creates]
        actions = [action for action in created if action]
        if len(actions) < len(created):
            return None
        if offer.deletes_order:
            if not drafts or not all(_has_id(order) for order in drafts):
                return None
            for order in drafts:
                description = f"Remove the draft: {self._phrases.describe_imaging(order)}"
                actions.append(Action(type="delete", description=description, resourceId=order.source.reference))
        if offer.changes_side:
            updates = [self._change_draft_side(order, offer.changes_side, context) for order in drafts]
            if not updates or None in updates:
                return None
            actions += [update for update in updates if update]
        return actions

    def _create_order(self, template_id: str, recommendation: Recommendation, context: CardContext) -> Action | None:
        resource = self._order_builder.build(
            template_id, recommendation.side, context.patient_id, self._order_reasons(recommendation)
        )
        client_code = context.dialect.order_codes.get(template_id)
        if client_code is None and context.dialect.mapped_orders_only:
            return None  # the client's ordering system would not know the order, so the card's text must be enough
        if client_code is not None:
            resource["code"] = {"coding": [_to_coding(client_code)], "text": resource["code"]["text"]}
        return Action(
            type="create",
            description=f"Order: {self._order_builder.describe(template_id, recommendation.side)}",
            resource=resource,
        )

    def _change_draft_side(self, order: Imaging, target: str, context: CardContext) -> Action | None:
        side = order.code_side if target == "body-site" else order.side.opposite
        raw = context.raw_drafts.get(order.source.reference)
        if side is None or side not in EACH_SIDE or raw is None or not _has_id(order):
            return None
        resource = self._side_changer.change_side(raw, side)
        if resource is None:
            return None
        return Action(type="update", description=f"Change the order's side to {side.value}", resource=resource)

    def _order_reasons(self, recommendation: Recommendation) -> list[OrderReason]:
        findings = [
            fact
            for fact in recommendation.facts
            if isinstance(fact, Finding) and self._content.findings[fact.id].kind != "treatment"
        ]
        codes_by_text = {
            self._phrases.describe_reason(fact): self._terminology.reason_codes[fact.id] for fact in findings
        }
        return [OrderReason(text, codes) for text, codes in codes_by_text.items()]


def _to_coding(order_code: OrderCode) -> dict[str, str]:
    coding = {"system": order_code.system, "code": order_code.code}
    return coding | {"display": order_code.display} if order_code.display else coding


def _has_id(order: Imaging) -> bool:
    return "/" in order.source.reference
