"""The eleven conditions and the block: when the answer is yes, no or not known."""

import pytest
from domain_facts import Indexed, absent, draft, finding, request, study

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.model.conditions import (
    Absent,
    Age,
    Block,
    Condition,
    Duration,
    Imaged,
    ImagingSpec,
    Leaf,
    Newest,
    NotRecorded,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Spoke,
    name_pattern,
    on_judged_side,
)
from cds_service.model.filters import Filters
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
LUMBAR = ImagingSpec(region=frozenset({"lumbar-spine"}))
GROIN, LIMP, PREGNANT = (finding(name, "left") for name in ("groin-pain", "limp", "pregnancy"))


def leaves(*names: str) -> tuple[Leaf, ...]:
    return tuple(Leaf(name) for name in names)


def truth(condition: Condition, index: ChartIndex, side: Side = Side.LEFT, **context: object) -> Truth:
    return evaluate(condition, EvaluationContext(index, side, **context)).truth  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ([GROIN], YES),
        ([absent("groin-pain", "left")], NO),
        ([finding("groin-pain", "left", "2020-01-01")], NO),
        ([finding("groin-pain", "right")], UNKNOWN),
        ([PREGNANT], UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_present(indexed: Indexed, facts: list[object], answer: Truth) -> None:
    assert truth(Present(leaves("groin-pain", "limp")), indexed(*facts)) is answer


def test_present_at_least_counts_different_findings(indexed: Indexed) -> None:
    two = Present(leaves("groin-pain", "limp"), at_least=2)
    assert truth(two, indexed(GROIN, LIMP)) is YES
    assert truth(two, indexed(GROIN, GROIN)) is UNKNOWN
    assert truth(two, indexed(GROIN, absent("limp"))) is NO


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ([absent("groin-pain"), absent("limp")], YES),
        ([absent("groin-pain")], UNKNOWN),
        ([absent("groin-pain"), LIMP], NO),
        ([], UNKNOWN),
        ([absent("groin-pain", when="2020-01-01"), absent("limp")], UNKNOWN),
    ],
)
def test_absent_never_holds_for_a_finding_that_is_not_recorded(
    indexed: Indexed, facts: list[object], answer: Truth
) -> None:
    assert truth(Absent(leaves("groin-pain", "limp")), indexed(*facts)) is answer


@pytest.mark.parametrize(("facts", "answer"), [([], YES), ([GROIN], NO), ([absent("groin-pain")], NO)])
def test_not_recorded(indexed: Indexed, facts: list[object], answer: Truth) -> None:
    assert truth(NotRecorded(leaves("groin-pain", "limp")), indexed(*facts)) is answer


def test_newest(indexed: Indexed) -> None:
    hip = finding("hip-anaesthetic-injection", when="2026-01-01", response="relief")
    spine = finding("lumbar-epidural", when="2026-02-01")
    competing = leaves("hip-anaesthetic-injection", "lumbar-epidural")
    assert truth(Newest(competing, "lumbar-epidural"), indexed(hip, spine)) is YES
    assert truth(Newest(competing, "hip-anaesthetic-injection"), indexed(hip, spine)) is NO
    assert truth(Newest(competing, "lumbar-epidural"), indexed()) is UNKNOWN
    relief = Filters(qualifiers={"response": ("relief",)})
    assert truth(Newest(competing, "hip-anaesthetic-injection", relief), indexed(hip)) is YES
    assert truth(Newest(competing, "lumbar-epidural", relief), indexed(spine)) is NO


def test_an_undated_record_is_the_newest_only_if_none_is_dated(indexed: Indexed) -> None:
    competing = leaves("nsaid", "physical-therapy")
    dated, undated = finding("nsaid", when="2025-01-01"), finding("physical-therapy", when=None)
    assert truth(Newest(competing, "physical-therapy"), indexed(dated, undated)) is NO
    assert truth(Newest(competing, "physical-therapy"), indexed(undated)) is YES


INJECTION, EPIDURAL = "hip-anaesthetic-injection", "lumbar-epidural"
NONE, RELIEF = ({"response": value} for value in ("no-relief", "relief"))


def answered(response: str, **filters: object) -> Filters:
    return Filters(qualifiers={"response": (response,)}, **filters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (("2026-01-01", NONE), ("2026-02-01", RELIEF), NO),
        (("2026-02-01", NONE), ("2026-01-01", RELIEF), YES),
        (("2026-01-01", NONE), ("2026-01-01", RELIEF), NO),
        (("2026-01-01", NONE), ("2026-01-01", NONE), YES),
        (("2026-01-10", NONE), ("2026-01", RELIEF), NO),
        (("2026-02-01", NONE), ("2026-01", RELIEF), YES),
        ((None, NONE), (None, RELIEF), NO),
        (("2026-01-01", NONE), ("2026-02-01", {}), YES),
        (("2026-01-01", NONE), ("2026-02-01", {"response": "not-recorded"}), YES),
    ],
)
def test_the_newest_record_that_states_a_qualifier(
    indexed: Indexed, first: tuple[str, dict[str, str]], second: tuple[str, dict[str, str]], answer: Truth
) -> None:
    index = indexed(*(finding(INJECTION, "left", when, **stated) for when, stated in (first, second)))
    condition = Newest(leaves(INJECTION), INJECTION, answered("no-relief"), stating="response")
    assert truth(condition, index) is answer


def test_newest_is_not_known_if_no_record_states_the_qualifier(indexed: Indexed) -> None:
    condition = Newest(leaves(INJECTION), INJECTION, stating="response")
    assert truth(condition, indexed(finding(INJECTION))) is UNKNOWN


def test_newest_looks_at_the_sides_its_filter_names(indexed: Indexed) -> None:
    index = indexed(finding(INJECTION, "right", **NONE))
    assert truth(Newest(leaves(INJECTION), INJECTION, answered("no-relief")), index) is UNKNOWN
    assert truth(Newest(leaves(INJECTION), INJECTION, answered("no-relief", side="either")), index) is YES


@pytest.mark.parametrize(("done", "answer"), [("2026-02-01", YES), ("2026-01-31", NO)])
def test_newest_names_a_date(indexed: Indexed, done: str, answer: Truth) -> None:
    competing = leaves(INJECTION, EPIDURAL)
    newest = Newest(competing, EPIDURAL, answered("relief", anchor="response"), stating="response")
    since = Imaged(ImagingSpec(), Filters(since=("response",), undated="ignored"))
    facts = [finding(INJECTION, "left", "2026-01-01", **RELIEF), finding(EPIDURAL, when="2026-02-01", **RELIEF)]
    index = indexed(*facts, study("hip", when=done))
    block_truth = truth(Block(all=(newest, since), has_anchor=True), index)
    assert (block_truth is YES) is (answer is YES)


@pytest.mark.parametrize(
    ("pattern", "side", "answer"),
    [
        ("hip-only", "this", YES),
        ("hip-only", "opposite", UNKNOWN),
        ("none", "opposite", YES),
        ("hip-only", "either", YES),
        ("hip-only", "all-covered", NO),
        ("spine-only", "this", NO),
    ],
)
def test_pattern(indexed: Indexed, pattern: str, side: str, answer: Truth) -> None:
    assert truth(PatternIs(frozenset({pattern}), side), indexed(GROIN)) is answer


def test_pattern_of_an_empty_chart_is_not_known(indexed: Indexed) -> None:
    assert truth(PatternIs(frozenset({"hip-only"})), indexed()) is UNKNOWN


def test_a_pattern_of_both_regions_leads_with_a_fact_of_each(indexed: Indexed) -> None:
    spine, calf = finding("buttock-pain", "left"), finding("calf-pain", "left")
    view = EvaluationContext(indexed(GROIN, spine, calf), Side.LEFT)
    assert evaluate(PatternIs(frozenset({"both"})), view).facts == (spine, GROIN)
    view = EvaluationContext(indexed(spine, calf), Side.LEFT)
    assert evaluate(PatternIs(frozenset({"spine-only"})), view).facts == ()


def test_an_empty_chart_has_no_pattern(indexed: Indexed) -> None:
    assert truth(PatternIs(frozenset({"none"})), indexed()) is YES


def test_the_patterns_of_an_empty_chart_are_evaluated_for_a_trace_alone(indexed: Indexed) -> None:
    index, condition = indexed(), PatternIs(frozenset({"hip-only"}))
    assert evaluate(condition, EvaluationContext(index, Side.LEFT, thorough=True)).parts
    assert not evaluate(condition, EvaluationContext(index, Side.LEFT)).parts


def test_imaged(indexed: Indexed) -> None:
    assert truth(Imaged(LUMBAR), indexed(study("lumbar-spine"))) is YES
    assert truth(Imaged(LUMBAR), indexed(study("hip"), request("lumbar-spine"))) is UNKNOWN


def test_ordered_ignores_the_judged_order(indexed: Indexed) -> None:
    judged, other = draft("lumbar-spine", name="o1"), draft("lumbar-spine", name="o2")
    assert truth(Ordered(LUMBAR), indexed(judged), order=judged) is UNKNOWN
    assert truth(Ordered(LUMBAR), indexed(judged, other), order=judged) is YES
    assert truth(Ordered(LUMBAR), indexed(judged)) is YES


def test_ordered_may_be_narrowed_to_drafts(indexed: Indexed) -> None:
    drafts = Ordered(LUMBAR, stages=frozenset({"draft"}))
    assert truth(drafts, indexed(request("lumbar-spine"))) is UNKNOWN
    assert truth(drafts, indexed(draft("lumbar-spine"))) is YES


def test_ordered_treatment(indexed: Indexed) -> None:
    therapy = draft("", name="t1", treatment="physical-therapy")
    wanted = Ordered(ImagingSpec(), treatments=frozenset({"physical-therapy"}))
    assert truth(wanted, indexed(therapy)) is YES
    assert truth(wanted, indexed(draft("hip"))) is UNKNOWN


@pytest.mark.parametrize(
    ("condition", "order", "answer"),
    [
        (OrderIs(ImagingSpec(), one_side=True), draft("hip", side="left"), YES),
        (OrderIs(ImagingSpec(), one_side=True), draft("hip", side="both"), NO),
        (OrderIs(ImagingSpec(), one_side=True), draft("hip"), NO),
        (OrderIs(ImagingSpec(), sides_differ=True), draft("hip", code_side=Side.LEFT), YES),
        (OrderIs(ImagingSpec(), sides_differ=True), draft("hip"), NO),
        (OrderIs(ImagingSpec(modality=frozenset({"MR"}))), draft("hip"), YES),
        (OrderIs(ImagingSpec(modality=frozenset({"CT"}))), draft("hip"), NO),
        (OrderIs(ImagingSpec()), None, UNKNOWN),
    ],
)
def test_order(indexed: Indexed, condition: Condition, order: object, answer: Truth) -> None:
    assert truth(condition, indexed(), order=order) is answer


@pytest.mark.parametrize(
    ("onset", "when", "condition", "answer"),
    [
        ("2026-01-27", "2026-03-01", Duration(at_least=42), YES),
        ("2026-01-28", "2026-03-01", Duration(at_least=42), NO),
        (None, "2026-01-27", Duration(at_least=42), YES),
        (None, "2026-03-01", Duration(at_least=42), UNKNOWN),
        ("2026-01-28", "2026-03-01", Duration(below=42), YES),
        ("2026-01-27", "2026-03-01", Duration(below=42), NO),
        (None, "2026-03-01", Duration(below=42), UNKNOWN),
        (None, "2026-01-01", Duration(below=42), NO),
        ("2026-01", "2026-03-01", Duration(at_least=42), UNKNOWN),
        (None, None, Duration(at_least=42), UNKNOWN),
    ],
)
def test_duration(indexed: Indexed, onset: str | None, when: str | None, condition: Duration, answer: Truth) -> None:
    assert truth(condition, indexed(finding("groin-pain", "left", when, onset))) is answer


@pytest.mark.parametrize(
    ("age", "condition", "answer"),
    [
        (18, Age(at_least=18), YES),
        (17, Age(at_least=18), NO),
        (17, Age(below=18), YES),
        (18, Age(below=18), NO),
        (None, Age(below=18), UNKNOWN),
    ],
)
def test_age(indexed: Indexed, age: int | None, condition: Age, answer: Truth) -> None:
    assert truth(condition, indexed(age=age)) is answer


def test_spoke(indexed: Indexed) -> None:
    condition = Spoke(frozenset({"a", "b"}))
    assert truth(condition, indexed(), spoken_rules=frozenset({"b"})) is YES
    assert truth(condition, indexed(), spoken_rules=frozenset({"c"})) is NO


YES_, NO_, UNKNOWN_ = Age(at_least=1), Age(below=1), Present(leaves("limp"))


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize(
    ("block", "holds"),
    [
        (Block(), True),
        (Block(all=(YES_, YES_)), True),
        (Block(all=(YES_, UNKNOWN_)), False),
        (Block(any=(NO_, YES_)), True),
        (Block(any=(NO_, UNKNOWN_)), False),
        (Block(none=(NO_, UNKNOWN_)), True),
        (Block(none=(UNKNOWN_, YES_)), False),
        (Block(all=(YES_,), any=(YES_,), none=(YES_,)), False),
        (Block(all=(Block(any=(YES_,)),), none=(Block(all=(NO_,)),)), True),
    ],
)
def test_a_block_holds_only_through_conditions_that_are_yes(
    indexed: Indexed, block: Block, holds: bool, thorough: bool
) -> None:
    assert (truth(block, indexed(), thorough=thorough) is YES) is holds


@pytest.mark.parametrize(
    ("block", "answer"),
    [
        (Block(all=(UNKNOWN_,)), UNKNOWN),
        (Block(all=(UNKNOWN_, NO_)), NO),
        (Block(any=(UNKNOWN_, NO_)), UNKNOWN),
        (Block(any=(NO_, NO_)), NO),
        (Block(none=(YES_,)), NO),
    ],
)
def test_a_trace_distinguishes_no_from_not_known(indexed: Indexed, block: Block, answer: Truth) -> None:
    assert truth(block, indexed(), thorough=True) is answer


def test_the_facts_of_a_block_exclude_its_stops(indexed: Indexed) -> None:
    block = Block(all=(Present(leaves("groin-pain")),), none=(Absent(leaves("limp")),))
    outcome = evaluate(block, EvaluationContext(indexed(GROIN, LIMP), Side.LEFT, thorough=True))
    assert outcome.supporting_facts() == (GROIN,)


def required(*names: str) -> frozenset[str]:
    return frozenset(map(on_judged_side, names))


def pattern(*names: str, side: str = "this") -> PatternIs:
    return PatternIs(frozenset(names), side)


BOTH_PATTERNS = name_pattern("both")
ELSEWHERE = Present((Leaf("limp", Filters(side="either")), Leaf("fever")))


@pytest.mark.parametrize(
    ("block", "requirements"),
    [
        (Block(all=(Present(leaves("groin-pain", "limp")),)), (required("groin-pain", "limp"),)),
        (Block(all=(Age(below=60), Present(leaves("limp")))), (required("limp"),)),
        (
            Block(all=(Present(leaves("limp")), Present(leaves("fever")))),
            (required("limp"), required("fever")),
        ),
        (
            Block(any=(Present(leaves("limp")), Newest(leaves("fever", "limp"), "fever"))),
            (required("fever", "limp"),),
        ),
        (Block(any=(Present(leaves("limp")), Age(below=60))), ()),
        (Block(all=(Block(any=(Present(leaves("limp")),)),)), (required("limp"),)),
        (Block(none=(Present(leaves("limp")),)), ()),
        (Block(all=(ELSEWHERE,)), (required("fever") | {"limp"},)),
        (Block(all=(pattern("both"),)), (required(BOTH_PATTERNS),)),
        (Block(all=(pattern("both", side="opposite"),)), (frozenset({BOTH_PATTERNS}),)),
        (Block(all=(pattern("both", "none"),)), ()),
        (Block(any=(pattern("both"), Present(leaves("limp")))), (required(BOTH_PATTERNS, "limp"),)),
        (
            Block(any=(Block(all=(pattern("both"), Present(leaves("limp")))), Present(leaves("fever")))),
            (required(BOTH_PATTERNS, "fever"), required("limp", "fever")),
        ),
        (Block(any=(pattern("both"), Age(below=60))), ()),
        (Block(none=(pattern("both"),)), ()),
        (Block(), ()),
    ],
)
def test_a_block_knows_what_must_be_recorded_for_it_to_hold(
    block: Block, requirements: tuple[frozenset[str], ...]
) -> None:
    assert block.requirements == requirements
    assert block.can_hold(frozenset().union(*requirements))
    assert block.can_hold(frozenset()) is not bool(requirements)


def test_requirements_are_checked_for_a_side(indexed: Indexed) -> None:
    index = indexed(GROIN, LIMP)  # both on the left
    this, either = Block(all=(Present(leaves("limp")),)), Block(all=(ELSEWHERE,))
    assert index.can_hold(this, Side.LEFT)
    assert not index.can_hold(this, Side.RIGHT)
    assert index.can_hold(this, Side.BOTH)
    assert all(index.can_hold(either, side) for side in (Side.LEFT, Side.RIGHT, Side.BOTH))
    assert not indexed(PREGNANT).can_hold(either, Side.LEFT)


def test_a_pattern_is_evaluated_only_if_one_of_its_findings_is_recorded(indexed: Indexed) -> None:
    this_side, opposite = Block(all=(pattern("hip-only"),)), Block(all=(pattern("hip-only", side="opposite"),))
    index = indexed(GROIN)
    assert [index.has_no_pattern_findings(side) for side in (Side.LEFT, Side.RIGHT, Side.BOTH)] == [False, True, False]
    assert index.can_hold(this_side, Side.LEFT)
    assert not index.can_hold(this_side, Side.RIGHT)
    assert index.can_hold(opposite, Side.RIGHT)
    assert not indexed(PREGNANT).can_hold(opposite, Side.RIGHT)
