"""Which advice of restraint a call would have got, had all its data arrived and been read (second edition, R2)."""

from collections.abc import Iterable
from dataclasses import replace

from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision, Recommendation


def list_withheld_restraint(decision: Decision) -> tuple[str, ...]:
    """Return the ids of the rules whose restraint only the missing data stopped: what incomplete data cost.

    The chart is judged once more as though what did not arrive held nothing. The result is for the client's team alone;
    no card rests on it.
    """
    chart = decision.chart
    if not chart.missing_types:
        return ()
    whole = decide(decision.content, replace(chart, missing_types=frozenset(), unscreened={}), decision.hook)
    given = _restraining_rules(_heard(decision))
    return tuple(sorted(_restraining_rules(_heard(whole)) - given))


def _heard(decision: Decision) -> Iterable[Recommendation]:
    suppressed = (one.recommendation for one in decision.suppressed)
    return (*decision.shown, *decision.held_back, *decision.hidden_for_role, *suppressed)


def _restraining_rules(recommendations: Iterable[Recommendation]) -> set[str]:
    return {
        one.rule.id
        for one in recommendations
        if one.advice.is_restraint or any(offer.is_restraint for offer in one.offers)
    }
