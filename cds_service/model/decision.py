"""The decision of one call: what is recommended, what was held back, and the trace that explains both. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.model.content import Advice, Ask, Caveat, Content, Note, Offer, RatingCriterion, Rule
from cds_service.model.facts import Chart, Fact, Imaging
from cds_service.model.outcome import Outcome
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side


@dataclass(frozen=True, slots=True)
class RuleEvaluation:
    """One rule judged once: for one order, or for the patient, and one side.

    `row` is the advice it came to, `advice` the outcome of that row's block.
    """

    rule: Rule
    order: Imaging | None
    side: Side
    outcome: Outcome
    advice: Advice | None = None
    advice_outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What one rule says in this call: the advice, the orders and sides it is about, and the facts behind it.

    `facts` make the rule speak; `advised_by` are those that choose its row of advice, such as a treatment tried.
    """

    rule: Rule
    advice: Advice
    orders: tuple[Imaging, ...]
    side: Side
    facts: tuple[Fact, ...]
    pattern_ids: tuple[str, ...]
    missing_findings: tuple[Ask, ...]
    notes: tuple[Note, ...]
    offers: tuple[Offer, ...]
    advice_facts: tuple[Fact, ...] = ()
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """How one rule fared: "speaks", "silent", "silenced", "not for this hook" or "no order to judge", and why."""

    rule: Rule
    status: str
    reason: str = ""
    evaluations: tuple[RuleEvaluation, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to show, what was held back for restraint, and the trace of each rule.

    `exempted` is what is not shown because of the user's role. The trace is whole only when the decision was made
    thoroughly; else it holds the rules that speak.
    """

    chart: Chart
    hook: str
    shown: tuple[Recommendation, ...]
    held_back: tuple[Recommendation, ...]
    rule_traces: tuple[RuleTrace, ...]
    side_patterns: Mapping[Side, SidePattern]
    content: Content
    hidden_for_role: tuple[Recommendation, ...] = ()


class OrderRating(NamedTuple):
    """An order of the call and the rating it has."""

    order: Imaging
    criterion: RatingCriterion
