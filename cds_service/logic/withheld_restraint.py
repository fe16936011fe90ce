"""Which advice of restraint a call would have got, but for missing data (second edition, R2) or the screen (R1)."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from cds_service.logic.rule_engine import recommend_by_rules
from cds_service.model.content import Content, Offer, Rule
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Chart


class WithheldRestraint(NamedTuple):
    """A rule whose restraint was held back, and the name of the card that it would have shown.

    `groups`: the groups of the screen of which a hit alone would have stopped it. `is_incomplete`: what did not arrive
    or was not read alone would have, too.
    """

    rule: str
    card: str
    groups: tuple[str, ...]
    is_incomplete: bool


def explain_withheld_restraint(decision: Decision) -> tuple[WithheldRestraint, ...]:
    """Return the restraint that would have been given, had nothing had to be earned, and what stopped each.

    For the team that looks at a whole population; no card rests on it.
    """
    if not (decision.has_met_missing_data or decision.has_met_screen_hits):
        return ()  # no condition met what stops restraint: without it, all would hold that holds
    chart = decision.chart
    calm = replace(chart, missing_types=frozenset(), unscreened={}, screen_hits=())
    withheld = _restraint_on(calm, decision)
    if not withheld:
        return ()
    incomplete = _restraint_on(replace(chart, screen_hits=()), decision)
    groups = {hit.group for hit in chart.screen_hits}
    by_group = {
        group: _restraint_on(
            replace(calm, screen_hits=tuple(h for h in chart.screen_hits if h.group == group)), decision
        )
        for group in sorted(groups)
    }
    return tuple(
        WithheldRestraint(
            rule, card, tuple(name for name, given in by_group.items() if rule not in given), rule not in incomplete
        )
        for rule, card in sorted(withheld.items())
    )


def _restraint_on(chart: Chart, decision: Decision) -> dict[str, str]:
    """Return the cards of restraint that a chart would get and the decision has not, by rule."""
    heard = _list_heard(decision)
    given = {one.rule.id for one in heard if _restrains(one)}
    content = decision.content
    silent = [
        rule
        for rule in content.rules
        if decision.hook in rule.hooks and rule.id not in given and _can_restrain(rule, content)
    ]
    if not silent:
        return {}
    spoken = frozenset(one.rule.id for one in heard)
    found = recommend_by_rules(content, chart, decision.hook, silent, spoken)
    return {one.rule.id: one.advice.card for one in found if _restrains(one)}


def list_withheld_restraint(decision: Decision) -> tuple[str, ...]:
    """Return the ids of the rules whose restraint only the missing data stopped: what incomplete data cost.

    The rules that can give restraint, and did not, are evaluated once more as though what did not arrive held nothing.
    The result is for the client's team alone; no card rests on it.
    """
    chart = decision.chart
    if not (chart.missing_types and decision.has_met_missing_data):
        return ()
    return tuple(sorted(_restraint_on(replace(chart, missing_types=frozenset(), unscreened={}), decision)))


def _list_heard(decision: Decision) -> list[Recommendation]:
    suppressed = (one.recommendation for one in decision.suppressed)
    return [*decision.shown, *decision.held_back, *decision.hidden_for_role, *suppressed]


def _can_restrain(rule: Rule, content: Content) -> bool:
    return any(row.is_restraint or _has_restraint(content.offers[name] for name in row.offers) for row in rule.advice)


def _restrains(recommendation: Recommendation) -> bool:
    return recommendation.advice.is_restraint or _has_restraint(recommendation.offers)


def _has_restraint(offers: Iterable[Offer]) -> bool:
    return any(offer.is_restraint for offer in offers)
