"""Tests that the clinicians' cases cover what restraint must earn: given, held back, and not held back for nothing."""

from collections.abc import Iterator

import pytest
from case_decisions import CONTENT, all_decisions, decisions, parts_of
from case_thresholds import conditions_of

from cds_service.logic.screening import find_missing
from cds_service.model.conditions import Received
from cds_service.model.content import Rule
from cds_service.model.decision import Decision
from cds_service.model.outcome import Truth
from cds_service.model.screen import ALL_RESTRAINT

RESTRAINT = [rule for rule in CONTENT.rules if any(row.is_restraint for row in rule.advice)]


def held_back(decision: Decision, rule: Rule) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield, for each row of restraint that was passed over, the groups of the screen and the data to blame."""
    evaluations = [found for trace in decision.rule_traces if trace.rule.id == rule.id for found in trace.evaluations]
    for row, outcome in (pair for evaluation in evaluations for pair in evaluation.passed_over):
        if row.is_restraint:
            parts = list(parts_of(outcome))
            kinds = {
                kind
                for part in parts
                if isinstance(part.condition, Received) and part.truth is Truth.NO
                for kind in find_missing(part.condition.kinds, decision.chart)
            }
            yield frozenset(hit.group for part in parts for hit in part.hits), frozenset(kinds)


@pytest.mark.parametrize("rule", RESTRAINT, ids=[rule.id for rule in RESTRAINT])
def test_its_restraint_is_given_and_held_back_by_the_screen_and_by_each_kind_of_missing_data(rule: Rule) -> None:
    path = f"tests/cases/{rule.id}.toml"
    own = [decision for _, decision in decisions()[rule.id]]
    given = [
        card for decision in own for card in decision.shown if card.rule.id == rule.id and card.advice.is_restraint
    ]
    assert given, f"{path}: no case in which its restraint is earned"
    reasons = [reason for decision in own for reason in held_back(decision, rule)]
    assert any(groups and not kinds for groups, kinds in reasons), f"{path}: no case in which the screen holds it back"
    needed = {
        kind
        for row in rule.advice
        if row.is_restraint
        for condition in conditions_of(row.block)
        if isinstance(condition, Received)
        for kind in condition.kinds
    }
    alone = {kind for groups, kinds in reasons if not groups and len(kinds) == 1 for kind in kinds}
    assert not needed - alone, f"{path}: no case in which these alone did not arrive whole: {sorted(needed - alone)}"


def test_each_group_of_the_screen_holds_restraint_back_alone_and_in_another_case_does_not_count() -> None:
    stopping = {
        next(iter(groups))
        for rule in RESTRAINT
        for decision in all_decisions()
        for groups, _ in held_back(decision, rule)
        if len(groups) == 1
    }
    assert not CONTENT.screen_groups.keys() - stopping, "no case in which these alone hold restraint back"
    ignored = {
        hit.group
        for decision in all_decisions()
        if any(card.advice.is_restraint for card in decision.shown)
        for hit in decision.chart.screen_hits
    }
    may_be_ignored = {
        group.id for group in CONTENT.screen_groups.values() if group.window_days or ALL_RESTRAINT not in group.stops
    }
    assert may_be_ignored == ignored, "each group that can be passed over is passed over in some case, and no other"


def test_each_offer_of_restraint_is_withheld_in_some_case_where_the_row_does_not_say_it() -> None:
    """A row that is no restraint may offer to replace an order; the offer itself must then be earned."""
    written = {
        (rule.id, offer)
        for rule in CONTENT.rules
        for row in rule.advice
        if not row.is_restraint
        for offer in row.offers
        if CONTENT.offers[offer].is_restraint
    }
    withheld = {
        (card.rule.id, offer)
        for decision in all_decisions()
        if decision.chart.screen_hits or decision.chart.missing_types
        for card in decision.shown
        for offer in set(card.advice.offers) - {given.id for given in card.offers}
    }
    assert not written - withheld, f"no case in which these are not earned: {sorted(written - withheld)}"
