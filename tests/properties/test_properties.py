"""What must hold of every chart, over the shipped content: charts are made by hypothesis, always the same ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.logic import evaluation as judging
from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.missing_findings import MAX_MISSING_FINDINGS
from cds_service.logic.patterns import evaluate_pattern
from cds_service.logic.rule_engine import decide
from cds_service.model.conditions import Block, Condition, Leaf, Newest, Present
from cds_service.model.content import LEVELS
from cds_service.model.dates import PartialDate, full_date
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Chart, Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import EACH_SIDE, Side

CONTENT = load_knowledge(shipped_cards()).content
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
    """Every finding a condition looks for as present, stops left out."""
    match condition:
        case Block():
            for part in (*condition.all, *condition.any):
                yield from leaves(part)
        case Present() | Newest():
            yield from condition.leaves
        case _:
            return


# Numbness of both legs does not count as that of one: what is asked of one side only supports nothing by being added.
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


def imaging(stages: tuple[Stage, ...], most: int) -> st.SearchStrategy[list[Imaging]]:
    one = st.builds(
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
    return st.lists(one, max_size=most)


def chart_of(facts: list[Finding], drafts: list[Imaging], rest: list[Imaging], repeated: bool) -> Chart:
    """A chart; `repeated`: what the first draft orders was done five weeks ago, as is common."""
    done = [replace(one, stage=Stage.STUDY, when=DAYS[6]) for one in drafts[:1] if repeated]
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
    """What is said, whatever the order of the facts behind it."""
    return [
        (one.rule.id, one.advice, one.side, one.notes, one.caveats, one.missing_findings, one.offers, *facts_of(one))
        for one in decision.shown
    ]


def facts_of(one: Recommendation) -> tuple[frozenset[int], ...]:
    """The very records a recommendation names: its orders, what makes it speak, what chooses its advice."""
    return tuple(frozenset(map(id, facts)) for facts in (one.orders, one.facts, one.advice_facts))


def regions(chart: Chart, side: Side) -> set[str]:
    held = evaluate_pattern(ChartIndex(chart, CONTENT), side, evaluate, thorough=False).matching_patterns
    return {pattern.region for pattern in held}


@ALWAYS_THE_SAME
@given(charts, st.sampled_from(["spine", "hip"]), st.sampled_from(Side), st.data())
def test_a_supporting_finding_never_takes_a_pattern_of_its_region_away(
    chart: Chart, region: str, side: Side, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(SUPPORTING[region]))
    more = with_finding(chart, record(name, side=side))
    for judged in EACH_SIDE:
        assert regions(chart, judged) & {region} <= regions(more, judged)


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
def test_a_trace_never_changes_what_is_said(chart: Chart, hook: str) -> None:
    assert advice(decide(CONTENT, chart, hook, thorough=True)) == advice(decide(CONTENT, chart, hook))


flags = st.sampled_from([record(name) for name in FLAGS] + [record(name, FindingValue.ASKED) for name in ASKED_FLAGS])


@ALWAYS_THE_SAME
@given(charts, hooks, flags)
def test_with_a_red_flag_nothing_that_leaves_imaging_out_is_offered(chart: Chart, hook: str, flag: Finding) -> None:
    decision = decide(CONTENT, with_finding(chart, flag), hook)
    assert [offer.id for one in decision.shown for offer in one.offers if offer.deletes_order] == []


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_a_flag_not_recorded_never_reassures_more_than_that_flag_absent(chart: Chart, hook: str) -> None:
    for name in FLAGS:
        bare = without(chart, name)
        unknown = decide(CONTENT, bare, hook)
        denied = decide(CONTENT, with_finding(bare, record(name, FindingValue.ABSENT)), hook)
        assert leaving_out(unknown) <= leaving_out(denied)
        assert adding(denied) <= adding(unknown)


def leaving_out(decision: Decision) -> set[tuple[str, str]]:
    return {(one.rule.id, offer.id) for one in decision.shown for offer in one.offers if offer.deletes_order}


def adding(decision: Decision) -> set[tuple[str, str]]:
    """What is offered for more to be done."""
    return {(one.rule.id, offer.id) for one in decision.shown for offer in one.offers if not offer.deletes_order}


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_where_nothing_is_recorded_no_card_is_about_the_patient(chart: Chart, hook: str) -> None:
    bare = Chart(TODAY, 50, (), chart.imaging)
    assert [one.rule.id for one in decide(CONTENT, bare, hook).shown if one.rule.about == "patient"] == []


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_what_has_expired_counts_as_not_recorded(chart: Chart, hook: str) -> None:
    bare = Chart(TODAY, 50, (), chart.imaging)
    names = [
        fact
        for fact in chart.findings
        if CONTENT.findings[fact.id].window_days and fact.value is not FindingValue.ASKED
    ]
    old = [record(fact.id, fact.value, full_date(date(1990, 1, 1)), fact.side) for fact in names]
    assert decide(CONTENT, with_finding(bare, *old), hook).shown == decide(CONTENT, bare, hook).shown


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_few_cards_the_most_urgent_first_and_none_lost(chart: Chart, hook: str) -> None:
    """Two cards of a call, one of an order, a critical one always; what else speaks is held back, not forgotten."""
    decision = decide(CONTENT, chart, hook, thorough=True)
    urgency = [(LEVELS.index(one.advice.level), one.rule.number) for one in decision.shown]
    assert urgency == sorted(urgency)
    rest = [one for one in decision.shown if one.advice.level != "critical"]
    assert not rest or len(decision.shown) <= CONTENT.policy.cards_per_call
    for order in {id(order): order for one in rest for order in one.orders}.values():
        assert sum(order in one.orders for one in decision.shown) <= CONTENT.policy.cards_per_order
    assert "critical" not in {one.advice.level for one in decision.held_back}
    told = [one.rule.id for one in (*decision.shown, *decision.held_back)]
    assert len(told) == len(set(told))
    assert set(told) <= {trace.rule.id for trace in decision.rule_traces if trace.status == "speaks"}


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_what_is_asked_for_is_recorded_on_no_side_of_the_card(chart: Chart, hook: str) -> None:
    index = ChartIndex(chart, CONTENT)
    for one in decide(CONTENT, chart, hook).shown:
        assert len(one.missing_findings) <= MAX_MISSING_FINDINGS
        assert len(one.missing_findings) == len(set(one.missing_findings))
        sides = one.side.single_sides if one.side in EACH_SIDE else EACH_SIDE
        for ask in one.missing_findings:
            if ask.qualifier is None:
                assert not all(index.is_recorded(ask.finding, side) for side in sides)
            else:
                assert any(index.finding_state(ask.finding, side).present for side in sides)


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_what_measures_the_same_thing_is_asked_for_once(chart: Chart, hook: str) -> None:
    same = {one.ask: one.same_measure for one in CONTENT.discriminators}
    for one in decide(CONTENT, chart, hook).shown:
        for ask in one.missing_findings:
            assert same.get(ask, frozenset()).isdisjoint(one.missing_findings)


@ALWAYS_THE_SAME
@given(charts, hooks)
def test_findings_that_no_rule_asks_about_cost_nothing_to_judge(chart: Chart, hook: str) -> None:
    """A chart of a thousand other things is judged by as many questions as without them."""
    many = [record(UNRELATED[number % len(UNRELATED)]) for number in range(1000)]
    more = with_finding(chart, *many)
    assert advice(decide(CONTENT, more, hook)) == advice(decide(CONTENT, chart, hook))
    assert judged(more, hook) == judged(chart, hook)


def judged(chart: Chart, hook: str) -> int:
    """How many conditions were judged."""
    count = 0
    known = dict(judging._EVALUATORS)

    def counting(judge: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def counted(condition: Any, view: Any) -> Any:
            nonlocal count
            count += 1
            return judge(condition, view)

        return counted

    judging._EVALUATORS.update({kind: counting(judge) for kind, judge in known.items()})
    try:
        decide(CONTENT, chart, hook)
    finally:
        judging._EVALUATORS.update(known)
    return count
