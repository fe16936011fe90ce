"""The decision of one call as frozen values: recommendations, what was held back, and the trace that explains both."""

from collections.abc import Mapping

import msgspec

from cds_service.model.content import Advice, Ask, Caveat, Content, Note, Offer, RatingCriterion, Rule
from cds_service.model.dates import PartialDate
from cds_service.model.facts import Chart, Fact, Imaging
from cds_service.model.outcome import Outcome
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side


class RuleEvaluation(msgspec.Struct, frozen=True, gc=False):
    """One evaluation of a rule, for one order (or the patient) and one side.

    `advice` is the row that applies, if any; `advice_outcome` is the outcome of that row's block. `passed_over`: the
    rows before it, with the outcomes that say why they do not apply.
    """

    rule: Rule
    order: Imaging | None
    side: Side
    outcome: Outcome
    advice: Advice | None = None
    advice_outcome: Outcome | None = None
    passed_over: tuple[tuple[Advice, Outcome], ...] = ()


class Recommendation(msgspec.Struct, frozen=True, gc=False):
    """What one rule recommends in this call: the advice, the orders and side concerned, and the supporting facts.

    `facts` make the rule speak; `advice_facts` select its row of advice, such as a treatment tried. `overrides` are
    the rule's override reasons without those that repeat what the recommendation rests on.
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
    overrides: tuple[str, ...] = ()


class RuleTrace(msgspec.Struct, frozen=True, gc=False):
    """The result of one rule: "speaks", "silent", "silenced", "not for this hook" or "no order to judge", and why."""

    rule: Rule
    status: str
    reason: str = ""
    evaluations: tuple[RuleEvaluation, ...] = ()


class Denial(msgspec.Struct, frozen=True, gc=False):
    """A finding recorded absent, in the words of a card, and the newest day on which it was."""

    words: str
    when: PartialDate | None


class SafetySummary(msgspec.Struct, frozen=True, gc=False):
    """What is denied of the content's safety flags, in its order, and the flags of which nothing is recorded."""

    denied: tuple[Denial, ...] = ()
    not_recorded: tuple[str, ...] = ()


class SuppressedCard(msgspec.Struct, frozen=True, gc=False):
    """A card that was held back because its user has answered it, and why: one of `suppression.judging.REASONS`."""

    recommendation: Recommendation
    reason: str


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The recommendations to show, those held back by the limits on cards, and the trace of each rule.

    `hidden_for_role` is what is not shown because of the user's role, `suppressed` what the user has answered before.
    `is_suppression_unknown`: the store could not be asked what the user has answered, so everything is shown.
    `has_met_missing_data`: a condition failed because data that it asks for did not arrive whole.
    `has_met_screen_hits`: a condition met hits of the safety screen that count.
    The traces cover all rules only if the decision was made with `thorough`; otherwise only the rules that speak.
    """

    chart: Chart
    hook: str
    shown: tuple[Recommendation, ...]
    held_back: tuple[Recommendation, ...]
    rule_traces: tuple[RuleTrace, ...]
    side_patterns: Mapping[Side, SidePattern]
    content: Content
    hidden_for_role: tuple[Recommendation, ...] = ()
    safety: SafetySummary = SafetySummary()
    suppressed: tuple[SuppressedCard, ...] = ()
    is_suppression_unknown: bool = False
    has_met_missing_data: bool = False
    has_met_screen_hits: bool = False


class OrderRating(msgspec.Struct, frozen=True, gc=False):
    """An order of the call, and the criterion that rates it."""

    order: Imaging
    criterion: RatingCriterion
