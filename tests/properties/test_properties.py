"""Properties that hold for every chart, on the shipped content. Hypothesis generates the same charts every time."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cds_service.logic import evaluation
from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.missing_findings import MAX_MISSING_FINDINGS
from cds_service.logic.patterns import evaluate_pattern
from cds_service.logic.rule_engine import decide
from cds_service.model.conditions import Block, Condition, Leaf, Newest, Present
from cds_service.model.content import LEVELS
from cds_service.model.dates import PartialDate, full_date
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import EACH_SIDE, Side
from tests.shipped import shipped_knowledge

CONTENT = shipped_knowledge().content
TODAY = date(2026, 3, 10)
ALWAYS_THE_SAME = settings(max_examples=150, derandomize=True, database=None, deadline=None)
DAYS_AGO = (0, 1, 29, 30, 31, 41, 42, 90, 91, 92, 182, 183, 365, 366)
DAYS = (
    None,
    *(full_date(TODAY - timedelta(days=days)) for days in DAYS_AGO),
    PartialDate(date(2026, 1, 1), date(2026, 1, 31)),
)
QUALIFIERS = ({}, {}, {"severity": "severe"}, {"response": "no-relief"}, {"result": "abnormal"}, {"radiation": "yes"})
FLAGS = (
    "saddle-anaesthesia",
    "cauda-equina-syndrome",
    "active-cancer",
    "cancer-history",
    "immunosuppression",
    "long-term-steroid",
    "fever",
    "spinal-infection",
    "weight-loss",
    "progressive-weakness",
    "major-trauma",
)
ASKED_FLAGS = sorted({leaf.finding for leaf in CONTENT.groups["asked-flag"]})


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every finding that a condition looks for as present, without stops."""
    match condition:
        case Block():
            for part in (*condition.all, *condition.any):
                yield from leaves(part)
        case Present() | Newest():
            yield from condition.leaves
        case _:
            return


# Leaves limited to one side are excluded: numbness of both legs does not count as numbness of one.
SUPPORTING = {
    region: sorted(
        {
            leaf.finding
            for pattern in CONTENT.patterns
            if pattern.region == region
            for leaf in leaves(pattern.block)
            if not leaf.filters.sides and not leaf.filters.qualifiers
        }
    )
    for region in ("spine", "hip")
}
PAINS = sorted({leaf.finding for leaf in CONTENT.groups["timed-pain"]})
CARE = sorted({leaf.finding for leaf in CONTENT.groups["conservative-treatment"]})
NAMES = [*SUPPORTING["spine"], *SUPPORTING["hip"], *PAINS, *CARE, *PAINS, "leg-numbness", "hip-osteoarthritis"]
UNRELATED = (
    "ankle-foot-disorder",
    "knee-disorder",
    "piriformis-syndrome",
    "sacroiliac-disorder",
)


def record(
    name: str, value: FindingValue = FindingValue.PRESENT, when: PartialDate | None = None, side: Side = Side.UNSTATED
) -> Finding:
    return Finding(name, value, side, when or full_date(TODAY), None, Source(SourceKind.CONDITION, "Condition/added"))


findings = st.builds(
    Finding,
    st.sampled_from(NAMES),
    st.sampled_from([FindingValue.PRESENT] * 4 + [FindingValue.ABSENT, FindingValue.ASKED]),
    st.sampled_from(Side),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    st.builds(Source, st.just(SourceKind.CONDITION), st.integers(1, 99).map("Condition/{}".format)),
    st.sampled_from(QUALIFIERS),
)


def imaging(stages: tuple[Stage, ...], max_size: int) -> st.SearchStrategy[list[Imaging]]:
    orders = st.builds(
        Imaging,
        st.sampled_from(stages),
        st.sampled_from(["hip", "lumbar-spine"]),
        st.sampled_from(["MR", "MR", "XR"]),
        st.sampled_from([None, "with"]),
        st.sampled_from(Side),
        st.sampled_from(DAYS),
        st.builds(Source, st.just(SourceKind.ORDER), st.integers(1, 999).map("ServiceRequest/{}".format)),
        is_selected=st.just(True),
    )
    return st.lists(orders, max_size=max_size)


def chart_of(facts: list[Finding], drafts: list[Imaging], rest: list[Imaging], repeated: bool) -> Chart:
    """Build a chart. `repeated`: the study of the first draft was done 41 days ago, as is common."""
    done = [replace(draft, stage=Stage.STUDY, when=DAYS[6]) for draft in drafts[:1] if repeated]
    return Chart(TODAY, 50, tuple(facts), (*drafts, *rest, *done))


charts = st.builds(
    chart_of,
    st.lists(findings, max_size=8),
    imaging((Stage.DRAFT,), 2),
    imaging((Stage.STUDY, Stage.REQUEST), 2),
    st.booleans(),
)
hooks = st.sampled_from(["patient-view", "order-sign", "order-sign"])


def with_finding(chart: Chart, *more: Finding) -> Chart:
    return Chart(TODAY, 50, (*chart.findings, *more), chart.imaging)


def without(chart: Chart, name: str) -> Chart:
    return Chart(TODAY, 50, tuple(fact for fact in chart.findings if fact.id != name), chart.imaging)


def advice(decision: Decision) -> list[object]:
    """Return what is recommended, whatever the order of the facts."""
    return [
        (
            card.rule.id,
            card.advice,
            card.side,
            card.notes,
            card.caveats,
            card.missing_findings,
            card.offers,
            *(frozenset(map(id, facts)) for facts in (card.orders, card.facts, card.advice_facts)),
        )
        for card in decision.shown
    ]


def regions(chart: Chart, side: Side) -> set[str]:
    index = ChartIndex(chart, CONTENT)
    patterns = evaluate_pattern(index, side, evaluation.evaluate, thorough=False).matching_patterns
    return {pattern.region for pattern in patterns}


@ALWAYS_THE_SAME
@given(charts, st.sampled_from(["spine", "hip"]), st.sampled_from(Side), st.data())
def test_a_supporting_finding_never_removes_a_pattern_of_its_region(
    chart: Chart, region: str, side: Side, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(SUPPORTING[region]))
    more = with_finding(chart, record(name, side=side))
    for each_side in EACH_SIDE:
        assert regions(chart, each_side) & {region} <= regions(more, each_side)


@ALWAYS_THE_SAME
@given(charts, hooks, st.randoms(use_true_random=False))
def test_the_order_of_findings_never_matters(chart: Chart, hook: str, shuffler: object) -> None:
    shuffled = list(chart.findings)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    other = Chart(TODAY, 50, tuple(shuffled), chart.imaging)
    assert advice(decide(CONTENT, other, hook)) == advice(decide(CONTENT, chart, hook))


@ALWAYS_THE_SAME
@given(charts, hooks, st.sampled_from(UNRELATED), st.sampled_from([FindingValue.PRESENT, FindingValue.ABSENT]))
def test_an_unrelated_finding_changes_nothing(chart: Chart, hook: str, name: str, value: FindingValue) -> None:
    more = with_finding(chart, record(name, value))
    assert decide(CONTENT, more, hook).shown == decide(CONTENT, chart, hook).shown


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_a_trace_never_changes_the_advice(chart: Chart, hook: str) -> None:
    assert advice(decide(CONTENT, chart, hook, thorough=True)) == advice(decide(CONTENT, chart, hook))


flags = st.sampled_from([record(name) for name in FLAGS] + [record(name, FindingValue.ASKED) for name in ASKED_FLAGS])


@ALWAYS_THE_SAME
@given(charts, hooks, flags)
def test_with_a_red_flag_no_offer_deletes_imaging(chart: Chart, hook: str, flag: Finding) -> None:
    decision = decide(CONTENT, with_finding(chart, flag), hook)
    assert offers(decision, deletes_order=True) == set()


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_a_flag_not_recorded_never_reassures_more_than_that_flag_absent(chart: Chart, hook: str) -> None:
    for name in FLAGS:
        bare = without(chart, name)
        unknown = decide(CONTENT, bare, hook)
        denied = decide(CONTENT, with_finding(bare, record(name, FindingValue.ABSENT)), hook)
        assert offers(unknown, deletes_order=True) <= offers(denied, deletes_order=True)
        assert offers(denied, deletes_order=False) <= offers(unknown, deletes_order=False)


def offers(decision: Decision, *, deletes_order: bool) -> set[tuple[str, str]]:
    """Return the rule and id of each offer that deletes an order, or of those that do not."""
    return {
        (card.rule.id, offer.id)
        for card in decision.shown
        for offer in card.offers
        if offer.deletes_order is deletes_order
    }


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_if_nothing_is_recorded_no_card_is_about_the_patient(chart: Chart, hook: str) -> None:
    bare = Chart(TODAY, 50, (), chart.imaging)
    assert [card.rule.id for card in decide(CONTENT, bare, hook).shown if card.rule.about == "patient"] == []


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_an_expired_finding_counts_as_not_recorded(chart: Chart, hook: str) -> None:
    bare = Chart(TODAY, 50, (), chart.imaging)
    expiring = [
        fact
        for fact in chart.findings
        if CONTENT.findings[fact.id].window_days and fact.value is not FindingValue.ASKED
    ]
    old = [record(fact.id, fact.value, full_date(date(1990, 1, 1)), fact.side) for fact in expiring]
    assert decide(CONTENT, with_finding(bare, *old), hook).shown == decide(CONTENT, bare, hook).shown


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_few_cards_the_most_urgent_first_and_none_lost(chart: Chart, hook: str) -> None:
    """Two cards per call, one per order, critical ones always; every other card is held back, not lost."""
    decision = decide(CONTENT, chart, hook, thorough=True)
    urgency = [(LEVELS.index(card.advice.level), card.rule.number) for card in decision.shown]
    assert urgency == sorted(urgency)
    not_critical = [card for card in decision.shown if card.advice.level != "critical"]
    assert not not_critical or len(decision.shown) <= CONTENT.policy.cards_per_call
    for order in {id(order): order for card in not_critical for order in card.orders}.values():
        assert sum(order in card.orders for card in decision.shown) <= CONTENT.policy.cards_per_order
    assert "critical" not in {card.advice.level for card in decision.held_back}
    rule_ids = [card.rule.id for card in (*decision.shown, *decision.held_back)]
    assert len(rule_ids) == len(set(rule_ids))
    assert set(rule_ids) <= {trace.rule.id for trace in decision.rule_traces if trace.status == "speaks"}


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_a_missing_finding_is_recorded_on_no_side_of_the_card(chart: Chart, hook: str) -> None:
    index = ChartIndex(chart, CONTENT)
    for card in decide(CONTENT, chart, hook).shown:
        assert len(card.missing_findings) <= MAX_MISSING_FINDINGS
        assert len(card.missing_findings) == len(set(card.missing_findings))
        sides = card.side.single_sides if card.side in EACH_SIDE else EACH_SIDE
        for ask in card.missing_findings:
            if ask.qualifier is None:
                assert not all(index.is_recorded(ask.finding, side) for side in sides)
            else:
                assert any(index.finding_state(ask.finding, side).present for side in sides)


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_of_findings_that_measure_the_same_thing_one_is_asked_for(chart: Chart, hook: str) -> None:
    same_measure = {discriminator.ask: discriminator.same_measure for discriminator in CONTENT.discriminators}
    for card in decide(CONTENT, chart, hook).shown:
        for ask in card.missing_findings:
            assert same_measure.get(ask, frozenset()).isdisjoint(card.missing_findings)


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_findings_that_no_rule_asks_about_cost_no_evaluations(chart: Chart, hook: str) -> None:
    """A thousand unrelated findings do not add a single evaluation of a condition."""
    many = [record(UNRELATED[number % len(UNRELATED)]) for number in range(1000)]
    more = with_finding(chart, *many)
    assert advice(decide(CONTENT, more, hook)) == advice(decide(CONTENT, chart, hook))
    assert count_evaluations(more, hook) == count_evaluations(chart, hook)


def count_evaluations(chart: Chart, hook: str) -> int:
    """Return how many conditions one decision evaluates."""
    count = 0
    evaluators = dict(evaluation._EVALUATORS)

    def counting(evaluator: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def evaluate_and_count(condition: Any, context: Any) -> Any:
            nonlocal count
            count += 1
            return evaluator(condition, context)

        return evaluate_and_count

    evaluation._EVALUATORS.update({kind: counting(evaluator) for kind, evaluator in evaluators.items()})
    try:
        decide(CONTENT, chart, hook)
    finally:
        evaluation._EVALUATORS.update(evaluators)
    return count
