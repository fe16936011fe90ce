"""Which advice of restraint a call would have got, had all its data arrived and been read (second edition, R2)."""

from collections.abc import Iterable
from dataclasses import replace

from cds_service.logic.rule_engine import recommend_by_rules
from cds_service.model.content import Content, Offer, Rule
from cds_service.model.decision import Decision, Recommendation


def list_withheld_restraint(decision: Decision) -> tuple[str, ...]:
    """Return the ids of the rules whose restraint only the missing data stopped: what incomplete data cost.

    The rules that can give restraint, and did not, are evaluated once more as though what did not arrive held nothing.
    The result is for the client's team alone; no card rests on it.
    """
    chart, content = decision.chart, decision.content
    if not chart.missing_types:
        return ()
    heard = _list_heard(decision)
    given = {one.rule.id for one in heard if _restrains(one)}
    silent = [rule for rule in content.rules if rule.id not in given and _can_restrain(rule, content)]
    whole = replace(chart, missing_types=frozenset(), unscreened={})
    spoken = frozenset(one.rule.id for one in heard)
    found = recommend_by_rules(content, whole, decision.hook, silent, spoken)
    return tuple(sorted(one.rule.id for one in found if _restrains(one)))


def _list_heard(decision: Decision) -> list[Recommendation]:
    suppressed = (one.recommendation for one in decision.suppressed)
    return [*decision.shown, *decision.held_back, *decision.hidden_for_role, *suppressed]


def _can_restrain(rule: Rule, content: Content) -> bool:
    return any(row.is_restraint or _has_restraint(content.offers[name] for name in row.offers) for row in rule.advice)


def _restrains(recommendation: Recommendation) -> bool:
    return recommendation.advice.is_restraint or _has_restraint(recommendation.offers)


def _has_restraint(offers: Iterable[Offer]) -> bool:
    return any(offer.is_restraint for offer in offers)
