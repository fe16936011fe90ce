"""Offers as suggestions with real R4 actions: create, delete, update (CDS Hooks 2.0, "Suggestion", "Action")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cds_service.model.content import Content, Offer
from cds_service.model.decision import Recommendation
from cds_service.model.facts import Finding, Imaging, Stage
from cds_service.model.sides import EACH
from cds_service.model.terminology import Terminology
from cds_service.rendering.dialects import STANDARD, Dialect, SiteCode
from cds_service.rendering.orders import OrderBook, Reason
from cds_service.rendering.phrases import Phrases
from cds_service.rendering.sides import SideChanger
from cds_service.wire.response import Action, Suggestion


@dataclass(frozen=True, slots=True)
class Call:
    """What of the call the cards need: the patient, the caller's own bytes of each draft by reference, its dialect."""

    patient_id: str
    drafts: Mapping[str, bytes] = field(default_factory=dict)
    dialect: Dialect = STANDARD


class SuggestionMaker:
    """Makes the suggestions of a recommendation."""

    def __init__(self, content: Content, orders: OrderBook, terms: Terminology, phrases: Phrases) -> None:
        self._content = content
        self._orders = orders
        self._changer = SideChanger(terms)
        self._terms = terms
        self._phrases = phrases

    def make(self, recommendation: Recommendation, call: Call, new_uuid: Callable[[], str]) -> list[Suggestion]:
        """One suggestion for each offer that can be carried out. One at most is recommended, never one that deletes."""
        found: list[Suggestion] = []
        for offer in recommendation.offers:
            actions = self._actions(offer, recommendation, call)
            if actions and call.dialect.takes(actions):
                is_first = not any(one.isRecommended for one in found)
                recommended = True if offer.recommended and is_first and not offer.deletes_order else None
                found.append(Suggestion(label=offer.label, uuid=new_uuid(), isRecommended=recommended, actions=actions))
        return found

    def _actions(self, offer: Offer, recommendation: Recommendation, call: Call) -> list[Action] | None:
        """An offer's actions; None when one of them cannot be carried out, because actions go together."""
        drafts = [order for order in recommendation.orders if order.stage is Stage.DRAFT]
        created = [self._create(name, recommendation, call) for name in offer.creates]
        actions = [action for action in created if action]
        if len(actions) < len(created):
            return None
        if offer.deletes_order:
            if not drafts or not all(_has_id(order) for order in drafts):
                return None
            actions += [self._delete(order) for order in drafts]
        if offer.changes_side:
            updates = [self._update(order, offer.changes_side, call) for order in drafts]
            if not updates or None in updates:
                return None
            actions += [update for update in updates if update]
        return actions

    def _create(self, name: str, recommendation: Recommendation, call: Call) -> Action | None:
        resource = self._orders.fill(name, recommendation.side, call.patient_id, self._reasons(recommendation))
        own = call.dialect.order_codes.get(name)
        if own is None and call.dialect.mapped_only:
            return None  # its ordering system would not know what is meant: the card's text has to do
        if own is not None:
            resource["code"] = {"coding": [_coding(own)], "text": resource["code"]["text"]}
        return Action(
            type="create", description=f"Order: {self._orders.describe(name, recommendation.side)}", resource=resource
        )

    def _delete(self, order: Imaging) -> Action:
        described = self._phrases.imaging(order)
        return Action(type="delete", description=f"Remove the draft: {described}", resourceId=order.source.reference)

    def _update(self, order: Imaging, how: str, call: Call) -> Action | None:
        side = order.code_side if how == "body-site" else order.side.opposite
        raw = call.drafts.get(order.source.reference)
        if side is None or side not in EACH or raw is None or not _has_id(order):
            return None
        resource = self._changer.change(raw, side)
        if resource is None:
            return None
        return Action(type="update", description=f"Change the order's side to {side.value}", resource=resource)

    def _reasons(self, recommendation: Recommendation) -> list[Reason]:
        facts = [fact for fact in recommendation.facts if isinstance(fact, Finding)]
        asked = [fact for fact in facts if self._content.findings[fact.id].kind != "treatment"]
        by_text = {self._phrases.reason(fact): self._terms.shown[fact.id] for fact in asked}
        return [Reason(text, codes) for text, codes in by_text.items()]


def _coding(own: SiteCode) -> dict[str, str]:
    coding = {"system": own.system, "code": own.code}
    return coding | {"display": own.display} if own.display else coding


def _has_id(order: Imaging) -> bool:
    return "/" in order.source.reference
