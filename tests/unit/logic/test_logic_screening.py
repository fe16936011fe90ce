"""What restraint must earn: hits of the safety screen that count, data that arrived, and rows and offers held back."""

from dataclasses import replace

import pytest
from domain_facts import TODAY, chart, draft, finding
from msgspec import structs

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.rule_engine import decide
from cds_service.logic.screening import find_counting_hits, find_missing
from cds_service.model.conditions import ANY_TEXT, Received, Screened
from cds_service.model.content import Content
from cds_service.model.dates import full_date, parse_partial_date
from cds_service.model.facts import Chart, ScreenHit, Source, SourceKind
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.screen import ScreenGroup
from cds_service.model.sides import Side

SOURCE = Source(SourceKind.CONDITION_TEXT, "Condition/1")
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
PAIN = finding("low-back-pain", when="2026-03-05", onset="2026-02-20")
LUMBAR = draft("lumbar-spine")


def group(window: int | None, clock: str = "recorded", **flags: bool) -> ScreenGroup:
    return ScreenGroup("g", "the group", frozenset({"all"}), window, clock, **flags)


def hit(when: str | None = None, onset: str | None = None, side: Side = Side.UNSTATED, cause: str = "x") -> ScreenHit:
    dates = [parse_partial_date(day) if day else None for day in (when, onset)]
    return ScreenHit("g", SOURCE, cause, *dates, side)


def counts(
    content: Content, screen_group: ScreenGroup, *hits: ScreenHit, since: str | None = None, order: str = "left"
) -> bool:
    known = replace(content, screen_groups={"g": screen_group})
    index = ChartIndex(structs.replace(chart(PAIN), screen_hits=hits), known)
    context = EvaluationContext(index, Side.LEFT, draft("hip", side=order))
    if since:
        context.set_anchor("study", [parse_partial_date(since)])
    condition = Screened(frozenset({"g"}), "study" if since else None)
    return hits[0] in find_counting_hits(condition, context)


@pytest.mark.parametrize(
    ("when", "window", "answer"),
    [
        ("2025-12-09", 91, True),
        ("2025-12-08", 91, False),
        ("1990-01-01", None, True),
        (None, 91, True),
        ("2025-12", 91, True),
        ("2025-11", 91, False),
    ],
)
def test_a_hit_counts_within_its_groups_window_and_without_a_date(
    content: Content, when: str | None, window: int | None, answer: bool
) -> None:
    assert counts(content, group(window), hit(when)) is answer


@pytest.mark.parametrize(
    ("when", "answer"), [("2026-02-20", True), ("2026-02-19", False), (None, True), ("2026-02", True)]
)
def test_a_clock_may_run_from_the_beginning_of_the_pain(content: Content, when: str | None, answer: bool) -> None:
    assert counts(content, group(365, "since-pain"), hit(when)) is answer


@pytest.mark.parametrize(
    ("when", "onset", "answer"),
    [
        ("2026-03-01", None, True),  # after the pain
        ("2026-03-01", "2025-12-09", True),  # older than the pain, within the window
        ("2026-03-01", "2025-12-08", False),  # long-standing
        ("2025-12-08", None, False),
        (None, None, True),
        ("2025-12-08", "2026-03-01", True),  # the onset decides
    ],
)
def test_trouble_of_the_sphincters_counts_unless_it_is_long_standing_and_older_than_the_pain(
    content: Content, when: str | None, onset: str | None, answer: bool
) -> None:
    assert counts(content, group(91, "sphincter"), hit(when, onset)) is answer


def test_an_older_record_of_the_same_makes_a_trouble_long_standing(content: Content) -> None:
    old, other = hit("2020-01-01"), hit("2020-01-01", cause="y")
    for new in (hit("2026-03-01"), hit()):
        assert not counts(content, group(91, "sphincter"), new, old)
        assert counts(content, group(91, "sphincter"), new, other)
    assert counts(content, group(91, "sphincter"), hit("2026-03-01", "2026-03-01"), old)


@pytest.mark.parametrize(
    ("when", "is_always", "answer"),
    [("2026-01-10", False, True), ("2026-01-09", False, False), (None, False, True), ("1990-01-01", True, True)],
)
def test_since_a_study_what_was_known_when_it_was_read_does_not_count(
    content: Content, when: str | None, is_always: bool, answer: bool
) -> None:
    assert counts(content, group(None, is_always=is_always), hit(when), since="2026-01-10") is answer


@pytest.mark.parametrize(
    ("side", "order", "answer"),
    [
        (Side.LEFT, "left", True),
        (Side.RIGHT, "left", False),
        (Side.UNSTATED, "left", True),
        (Side.RIGHT, "both", True),
        (Side.RIGHT, "unstated", True),
    ],
)
def test_a_sided_group_counts_for_the_sides_that_the_order_covers(
    content: Content, side: Side, order: str, answer: bool
) -> None:
    assert counts(content, group(None, is_sided=True), hit(side=side), order=order) is answer
    assert counts(content, group(None), hit(side=side), order=order)


def test_only_the_groups_named_count(content: Content) -> None:
    met = structs.replace(chart(PAIN), screen_hits=(ScreenHit("cancer", SOURCE, "cancer"),))
    context = EvaluationContext(ChartIndex(met, content), Side.LEFT)
    assert evaluate(Screened(frozenset({"cancer"})), context) == Outcome(
        Screened(frozenset({"cancer"})), YES, hits=met.screen_hits
    )
    assert evaluate(Screened(frozenset({"weight"})), context).truth is UNKNOWN


def test_what_did_not_arrive_is_named() -> None:
    whole = chart(PAIN)
    lacking = structs.replace(whole, missing_types=frozenset({"Procedure"}))
    assert find_missing(["Procedure", "Condition"], whole) == []
    assert find_missing(["Procedure", "Condition"], lacking) == ["Procedure"]
    assert find_missing(["Condition"], lacking) == []


@pytest.mark.parametrize("gap", [{"unscreened": {"format": 1}}, {"unreadable": {"long text": 1}}])
def test_a_text_that_nobody_could_read_is_missing_text(gap: dict[str, dict[str, int]]) -> None:
    unread = structs.replace(chart(PAIN), **gap)  # type: ignore[arg-type]
    assert find_missing([ANY_TEXT], unread) == [ANY_TEXT]
    assert find_missing(["Condition"], unread) == []
    assert find_missing([ANY_TEXT], chart(PAIN)) == []


@pytest.mark.parametrize(("missing", "answer"), [((), YES), (("Procedure",), NO), (("ImagingStudy",), YES)])
def test_received(content: Content, missing: tuple[str, ...], answer: Truth) -> None:
    lacking = structs.replace(chart(PAIN), missing_types=frozenset(missing))
    context = EvaluationContext(ChartIndex(lacking, content), Side.LEFT)
    assert evaluate(Received(frozenset({"Procedure"})), context).truth is answer


def offered(content: Content, call_chart: Chart, *, rule: str, hook: str = "order-sign") -> list[str] | None:
    cards = [card for card in decide(content, call_chart, hook).shown if card.rule.id == rule]
    return [offer.id for offer in cards[0].offers] if cards else None


HITS = (ScreenHit("cancer", SOURCE, "cancer", full_date(TODAY)),)


@pytest.mark.parametrize(
    "change", [{"screen_hits": HITS}, {"missing_types": frozenset({"Condition"})}, {"unscreened": {"format": 1}}]
)
def test_a_row_and_an_offer_of_restraint_must_be_earned(content: Content, change: dict[str, object]) -> None:
    waiting, replacing = chart(PAIN, LUMBAR), chart(finding("groin-pain", "left"), LUMBAR)
    assert offered(content, waiting, rule="conservative-care-first") == [
        "refer-physical-therapy",
        "postpone-lumbar-imaging",
    ]
    assert offered(content, structs.replace(waiting, **change), rule="conservative-care-first") is None  # type: ignore[arg-type]
    rule = "hip-pattern-spine-imaging"
    assert offered(content, replacing, rule=rule) == ["add-hip-radiograph", "replace-with-hip-radiograph"]
    assert offered(content, structs.replace(replacing, **change), rule=rule) == ["add-hip-radiograph"]  # type: ignore[arg-type]


def test_a_hit_raises_no_card(content: Content) -> None:
    assert decide(content, structs.replace(chart(PAIN), screen_hits=HITS), "patient-view").shown == ()


def test_a_rule_that_offers_nothing_by_design_is_heard(content: Content) -> None:
    pains = [finding("buttock-pain", "right", onset="2026-02-20"), finding("calf-pain", "right")]
    met = structs.replace(chart(*pains, draft("hip", side="right")), screen_hits=HITS)
    assert offered(content, met, rule="spine-pattern-hip-imaging") == []


def test_the_dead_get_no_card(content: Content) -> None:
    saddle = chart(finding("saddle-anaesthesia"))
    assert decide(content, saddle, "patient-view").shown
    decision = decide(content, structs.replace(saddle, is_deceased=True), "patient-view", thorough=True)
    assert decision.shown == ()
    evaluated = [trace for trace in decision.rule_traces if trace.evaluations]
    assert {(trace.status, trace.reason) for trace in evaluated} == {("silenced", "the patient has died")}
