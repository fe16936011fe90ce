"""The ten filters of findings, and the matching of imaging."""

import pytest
from domain_facts import Indexed, absent, asked, draft, finding, imaging, study

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec, newest_findings
from cds_service.model.conditions import Block, Condition, Imaged, ImagingSpec, Leaf, Present
from cds_service.model.facts import Finding, Stage
from cds_service.model.filters import Filters
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side

NUMB, PAIN = "leg-numbness", "groin-pain"


def holds(condition: Condition, index: ChartIndex, context: EvaluationContext | None = None) -> bool:
    return evaluate(condition, context or EvaluationContext(index, Side.LEFT)).truth is Truth.YES


def filtered(name: str, **filters: object) -> Present:
    return Present((Leaf(name, Filters(**filters)),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("side", "recorded", "answer"),
    [
        ("this", "left", True),
        ("this", "right", False),
        ("opposite", "right", True),
        ("opposite", "left", False),
        ("either", "right", True),
        ("covered", "right", True),
        ("all-covered", "right", False),
        ("all-covered", "both", True),
        ("this", "unstated", True),
        ("opposite", "unstated", True),
    ],
)
def test_side(indexed: Indexed, side: str, recorded: str, answer: bool) -> None:
    assert holds(filtered(PAIN, side=side), indexed(finding(PAIN, recorded))) is answer


def test_covered_is_what_the_order_covers(indexed: Indexed) -> None:
    index = indexed(finding(PAIN, "right"))
    left, both = draft("hip", side="left"), draft("hip")
    assert not holds(filtered(PAIN, side="covered"), index, EvaluationContext(index, Side.LEFT, left))
    assert holds(filtered(PAIN, side="covered"), index, EvaluationContext(index, Side.LEFT, both))


def test_an_absence_on_one_of_all_covered_sides_contradicts(indexed: Indexed) -> None:
    index = indexed(finding(PAIN, "left"), absent(PAIN, "right"))
    assert evaluate(filtered(PAIN, side="all-covered"), EvaluationContext(index, Side.LEFT)).truth is Truth.NO


@pytest.mark.parametrize(("side", "facts"), [("covered", ["left"]), ("all-covered", ["left", "right"])])
def test_only_a_match_leaves_out_the_facts_of_a_side_that_does_not_match(
    indexed: Indexed, side: str, facts: list[str]
) -> None:
    index = indexed(finding(PAIN, "left"), absent(PAIN, "right"))
    outcome = evaluate(filtered(PAIN, side=side), EvaluationContext(index, Side.LEFT))
    assert [fact.side.value for fact in outcome.facts] == facts


@pytest.mark.parametrize(("recorded", "answer"), [("left", True), ("both", True), ("unstated", False)])
def test_stated(indexed: Indexed, recorded: str, answer: bool) -> None:
    assert holds(filtered(PAIN, stated=True), indexed(finding(PAIN, recorded))) is answer


@pytest.mark.parametrize(("recorded", "sides"), [("left", "one"), ("unstated", "one"), ("both", "both")])
def test_sides(indexed: Indexed, recorded: str, sides: str) -> None:
    index = indexed(finding(NUMB, recorded))
    assert holds(filtered(NUMB, sides=sides), index)
    assert not holds(filtered(NUMB, sides="both" if sides == "one" else "one"), index)


def test_both_sides_must_be_named(indexed: Indexed) -> None:
    both_stated, one_unstated = [finding(NUMB, "left"), finding(NUMB, "right")], [finding(NUMB, "left"), finding(NUMB)]
    assert holds(filtered(NUMB, sides="both"), indexed(*both_stated))
    assert not holds(filtered(NUMB, sides="both"), indexed(*one_unstated))
    assert not holds(filtered(NUMB, sides="both"), indexed(finding(NUMB, "both", "2026-01-01"), absent(NUMB, "left")))


@pytest.mark.parametrize(
    ("other", "sides"), [("2026-02-08", "both"), ("2026-02-07", "one"), ("2025-03-10", "one"), (None, "one")]
)
def test_the_other_side_counts_in_the_conditions_own_window(indexed: Indexed, other: str | None, sides: str) -> None:
    index = indexed(finding(NUMB, "left"), finding(NUMB, "right", other))
    for wanted in ("one", "both"):
        recent = filtered(NUMB, sides=wanted, within=30, undated="ignored")
        assert holds(recent, index) is (wanted == sides)


def test_the_other_side_must_pass_the_other_filters_too(indexed: Indexed) -> None:
    tests = [finding("electrodiagnostics", "left", result="abnormal"), finding("electrodiagnostics", "right")]
    assert holds(filtered("electrodiagnostics", sides="one", qualifiers={"result": ("abnormal",)}), indexed(*tests))


@pytest.mark.parametrize(
    ("when", "undated", "answer"),
    [
        ("2026-02-08", "ignored", True),
        ("2026-02-07", "counts", False),
        ("2026-02", "counts", True),
        ("2026-02", "ignored", False),
        (None, "counts", True),
        (None, "ignored", False),
    ],
)
def test_within_and_undated(indexed: Indexed, when: str | None, undated: str, answer: bool) -> None:
    assert holds(filtered(PAIN, within=30, undated=undated), indexed(finding(PAIN, "left", when))) is answer


@pytest.mark.parametrize(("when", "answer"), [("2026-02-08", True), ("2026-02-09", False)])
def test_ago(indexed: Indexed, when: str, answer: bool) -> None:
    assert holds(filtered(PAIN, ago=30, undated="ignored"), indexed(finding(PAIN, "left", when))) is answer


def test_a_time_filter_replaces_the_window(indexed: Indexed) -> None:
    old = indexed(finding(PAIN, "left", "2024-03-10"))
    assert not holds(filtered(PAIN), old)
    assert holds(filtered(PAIN, within=800, undated="ignored"), old)


@pytest.mark.parametrize(("when", "answer"), [("2026-02-01", True), ("2026-01-31", False), (None, False)])
def test_since_the_onset(indexed: Indexed, when: str | None, answer: bool) -> None:
    index = indexed(finding(PAIN, "left", "2026-03-01", "2026-02-01"), finding("nsaid", when=when))
    assert holds(filtered("nsaid", since=("onset",), undated="ignored"), index) is answer


ONSETS = {
    "onset": {("2026-03-01", "2026-02-08"): True, ("2026-03-01", "2026-02-07"): False, ("2026-02-08", None): True},
    "stated-onset": {
        ("2026-03-01", "2026-02-08"): True,
        ("2026-03-01", "2026-02-07"): False,
        ("2026-02-08", None): None,
    },
    "recorded": {("2026-02-08", "2020-01-01"): True, ("2026-02-07", "2026-02-20"): False, ("2026-02-08", None): True},
}


@pytest.mark.parametrize("undated", ["counts", "ignored"])
@pytest.mark.parametrize(
    ("by", "dates", "answer"), [(by, dates, answer) for by in ONSETS for dates, answer in ONSETS[by].items()]
)
def test_the_date_that_counts_is_the_onset_or_the_record(
    indexed: Indexed, by: str, dates: tuple[str, str | None], answer: bool | None, undated: str
) -> None:
    """None: there is no such date, so that `undated` decides."""
    expected = undated == "counts" if answer is None else answer
    assert holds(filtered(PAIN, within=30, by=by, undated=undated), indexed(finding(PAIN, "left", *dates))) is expected


@pytest.mark.parametrize(("by", "done", "answer"), [("onset", "2026-02-01", True), (None, "2026-02-01", False)])
def test_an_anchor_takes_the_date_that_counts(indexed: Indexed, by: str | None, done: str, answer: bool) -> None:
    named = filtered(PAIN, within=365, by=by, undated="counts", anchor="sign")
    since = Imaged(ImagingSpec(), Filters(since=("sign",), undated="ignored"))
    index = indexed(finding(PAIN, "left", "2026-03-01", "2026-01-20"), study("hip", when=done))
    assert holds(Block(all=(named, since), has_anchor=True), index) is answer


@pytest.mark.parametrize(
    ("when", "answer"),
    [("2026-02-10", True), ("2026-02-17", True), ("2026-02-18", False), ("2026-02-09", False), (None, None)],
)
@pytest.mark.parametrize("undated", ["counts", "ignored"])
def test_for_so_many_days_after_an_anchor(
    indexed: Indexed, when: str | None, answer: bool | None, undated: str
) -> None:
    named = filtered(PAIN, within=365, undated="counts", anchor="operation")
    after = filtered("limp", since=("operation",), for_days=7, undated=undated)
    index = indexed(finding(PAIN, "left", "2026-02-10"), finding("limp", "left", when))
    expected = undated == "counts" if answer is None else answer
    assert holds(Block(all=(named, after), has_anchor=True), index) is expected


def test_the_recorded_onset_is_an_anchor_that_may_have_no_date(indexed: Indexed) -> None:
    stated, unstated = finding(PAIN, "left", "2026-03-01", "2026-02-01"), finding(PAIN, "left", "2026-03-01")
    for undated, answer in (("counts", True), ("ignored", False)):
        since = filtered("nsaid", since=("recorded-onset",), undated=undated)
        assert holds(since, indexed(stated, finding("nsaid", when="2026-02-01")))
        assert not holds(since, indexed(stated, finding("nsaid", when="2026-01-31")))
        assert holds(since, indexed(unstated, finding("nsaid", when="2026-02-01"))) is answer


@pytest.mark.parametrize(("done", "answer"), [("2026-02-10", True), ("2026-02-09", False), (None, False)])
def test_since_an_anchor(indexed: Indexed, done: str | None, answer: bool) -> None:
    named = filtered(PAIN, within=365, undated="counts", anchor="sign")
    since = Imaged(ImagingSpec(), Filters(since=("sign",), undated="ignored"))
    block = Block(all=(named, since), has_anchor=True)
    assert holds(block, indexed(finding(PAIN, "left", "2026-02-10"), study("hip", when=done))) is answer


def test_since_an_anchor_without_a_date(indexed: Indexed) -> None:
    index = indexed(finding(PAIN, "left", None), study("hip"))
    for undated, answer in (("counts", True), ("ignored", False)):
        named = filtered(PAIN, within=365, undated="counts", anchor="sign")
        since = Imaged(ImagingSpec(), Filters(since=("sign",), undated=undated))
        assert holds(Block(all=(named, since), has_anchor=True), index) is answer


def test_an_anchor_has_the_newest_date(indexed: Indexed) -> None:
    index = indexed(
        finding(PAIN, "left", "2026-02-10"), finding("limp", "left", "2026-01-10"), study("hip", when="2026-02-01")
    )
    named = tuple(filtered(name, within=365, undated="counts", anchor="sign") for name in (PAIN, "limp"))
    since = Imaged(ImagingSpec(), Filters(since=("sign",), undated="ignored"))
    assert not holds(Block(all=(*named, since), has_anchor=True), index)


def test_an_anchor_has_no_date_if_one_of_its_facts_has_none(indexed: Indexed) -> None:
    done = study("hip", when="2026-03-01")
    named = tuple(filtered(name, within=365, undated="counts", anchor="sign") for name in ("limp", PAIN))
    for first, second in (("2026-02-10", None), (None, "2026-02-10")):
        index = indexed(finding("limp", "left", first), finding(PAIN, "left", second), done)
        for undated, answer in (("counts", True), ("ignored", False)):
            since = Imaged(ImagingSpec(), Filters(since=("sign",), undated=undated))
            assert holds(Block(all=(*named, since), has_anchor=True), index) is answer


@pytest.mark.parametrize(
    ("qualifiers", "answer"), [({"severity": "severe"}, True), ({"severity": "mild"}, False), ({}, False)]
)
def test_with(indexed: Indexed, qualifiers: dict[str, str], answer: bool) -> None:
    index = indexed(finding("hip-osteoarthritis", "left", **qualifiers))
    assert holds(filtered("hip-osteoarthritis", qualifiers={"severity": ("severe",)}), index) is answer


def test_with_not_recorded(indexed: Indexed) -> None:
    wanted = filtered("hip-osteoarthritis", qualifiers={"severity": ("not-recorded",)})
    assert holds(wanted, indexed(finding("hip-osteoarthritis", "left")))
    assert holds(wanted, indexed(finding("hip-osteoarthritis", "left", severity="not-recorded")))


def test_asked(indexed: Indexed) -> None:
    index = indexed(asked("hip-fracture", "left"))
    assert not holds(filtered("hip-fracture"), index)
    assert holds(filtered("hip-fracture", asked=True), index)


@pytest.mark.parametrize("filters", [{}, {"within": 91, "undated": "counts"}])
def test_asked_alone(indexed: Indexed, filters: dict[str, object]) -> None:
    only = filtered("hip-fracture", asked="only", **filters)
    assert holds(only, indexed(asked("hip-fracture", "left")))
    assert not holds(only, indexed(finding("hip-fracture", "left")))
    assert holds(only, indexed(finding("hip-fracture", "left"), asked("hip-fracture", "left")))


def test_the_block_of_an_entry_must_hold_too(indexed: Indexed) -> None:
    entry = Present((Leaf("urinary-retention", block=Block(all=(Present((Leaf("leg-pain"),)),))),))
    retention: Finding = finding("urinary-retention")
    assert not holds(entry, indexed(retention))
    assert holds(entry, indexed(retention, finding("leg-pain", "left")))


HIP = ImagingSpec(frozenset({"hip"}), frozenset({"MR"}))
SAME = ImagingSpec(*(frozenset({"same"}),) * 3)


@pytest.mark.parametrize(
    ("region", "modality", "answer"),
    [("hip", "MR", True), ("hip", "CT", False), ("knee", "MR", False), (None, None, False)],
)
def test_imaging_by_region_and_modality(region: str | None, modality: str | None, answer: bool) -> None:
    assert matches_spec(imaging(Stage.STUDY, region, modality), HIP, None) is answer


@pytest.mark.parametrize(
    ("done", "ordered", "answer"),
    [("with", "with", True), ("without", "with", False), (None, "with", True), ("with", None, True)],
)
def test_same_contrast_if_it_is_recorded(done: str | None, ordered: str | None, answer: bool) -> None:
    order = draft("hip", contrast=ordered)
    assert matches_spec(imaging(Stage.STUDY, "hip", contrast=done), SAME, order) is answer


def test_same_matches_nothing_without_an_order() -> None:
    assert not matches_spec(imaging(Stage.STUDY, None, None), SAME, None)


@pytest.mark.parametrize(
    ("region", "side", "answer"),
    [("hip", "left", True), ("hip", "right", False), ("hip", "unstated", True), ("lumbar-spine", "right", True)],
)
def test_a_study_counts_for_the_sides_it_covers(indexed: Indexed, region: str, side: str, answer: bool) -> None:
    assert holds(Imaged(ImagingSpec()), indexed(study(region, side=side))) is answer


def test_a_study_with_its_side_stated(indexed: Indexed) -> None:
    stated = Imaged(ImagingSpec(), Filters(stated=True))
    assert holds(stated, indexed(study("hip", side="left")))
    assert not holds(stated, indexed(study("hip")))


def test_a_day_within_a_month_and_that_month_are_both_the_newest() -> None:
    month, day = finding(PAIN, when="2026-01"), finding(PAIN, when="2026-01-15")
    assert newest_findings((month, day)) == (month, day)


def test_a_month_that_ended_before_a_day_is_not_the_newest() -> None:
    month, day = finding(PAIN, when="2025-12"), finding(PAIN, when="2026-01-15")
    assert newest_findings((month, day)) == (day,)
