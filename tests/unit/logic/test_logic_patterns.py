"""The pain pattern of a side, by the shipped patterns."""

import pytest
from domain_facts import Indexed, absent, finding

from cds_service.logic.evaluation import evaluate
from cds_service.logic.patterns import evaluate_pattern
from cds_service.model.facts import Finding
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side

SEVERE = {"severity": "severe"}


def left(name: str, **qualifiers: str) -> Finding:
    return finding(name, "left", **qualifiers)


def pattern(indexed: Indexed, *facts: Finding, side: Side = Side.LEFT) -> SidePattern:
    return evaluate_pattern(indexed(*facts), side, evaluate, thorough=False)


@pytest.mark.parametrize(
    ("facts", "name", "pattern_ids"),
    [
        ([left("buttock-pain"), left("calf-pain")], "spine-only", ["S1"]),
        ([left("sciatica")], "spine-only", ["S2"]),
        ([left("posterior-thigh-pain"), left("slr-positive")], "spine-only", ["S3"]),
        ([left("calf-pain"), left("electrodiagnostics", result="abnormal")], "spine-only", ["S3"]),
        ([left("calf-pain"), left("electrodiagnostics", result="normal")], "none", []),
        ([left("lateral-hip-pain"), left("femoral-stretch-positive")], "both", ["S4", "H5"]),
        ([left("anterior-thigh-pain"), left("femoral-stretch-positive")], "spine-only", ["S4"]),
        ([left("femoral-stretch-positive"), left("groin-pain")], "both", ["S4", "H1"]),
        ([left("leg-pain"), left("relief-when-seated"), left("cannot-lie-flat")], "spine-only", ["S5"]),
        ([left("leg-pain"), left("cannot-lie-flat")], "undetermined", []),
        ([finding("leg-pain", "both"), left("cannot-lie-flat")], "spine-only", ["S5"]),
        ([finding("leg-pain", "both")], "undetermined", []),
        ([left("groin-pain")], "hip-only", ["H1"]),
        ([left("fadir-positive"), left("limp")], "hip-only", ["H2"]),
        ([left("hip-rotation-limited"), left("buttock-pain")], "undetermined", []),
        ([left("hip-rotation-limited"), left("faber-positive"), left("buttock-pain")], "hip-only", ["H2"]),
        ([left("hip-rotation-limited"), left("hip-pain")], "hip-only", ["H2"]),
        ([left("hip-rotation-limited"), left("hip-pain"), left("foot-drop")], "undetermined", []),
        ([left("hip-rotation-limited"), left("anterior-thigh-pain")], "hip-only", ["H2"]),
        ([left("hip-rotation-limited"), left("anterior-thigh-pain"), left("low-back-pain")], "undetermined", []),
        ([left("start-up-pain"), left("hip-pain")], "hip-only", ["H3"]),
        ([left("buttock-pain"), left("hip-osteoarthritis", **SEVERE)], "hip-only", ["H4"]),
        (
            [left("hip-pain"), left("hip-osteoarthritis", **SEVERE), left("hip-replacement-in-place")],
            "undetermined",
            [],
        ),
        ([left("buttock-pain")], "undetermined", []),
        ([left("hip-pain"), left("labral-tear")], "undetermined", []),
        ([left("foot-pain", radiation="yes"), left("buttock-pain")], "spine-only", ["S1"]),
        ([left("foot-pain"), left("buttock-pain")], "undetermined", []),
        ([left("knee-pain")], "none", []),
        ([absent("groin-pain", "left")], "none", []),
    ],
)
def test_pattern(indexed: Indexed, facts: list[Finding], name: str, pattern_ids: list[str]) -> None:
    side_pattern = pattern(indexed, *facts)
    assert side_pattern.name == name
    assert [matching.id for matching in side_pattern.matching_patterns] == pattern_ids


def test_each_side_is_evaluated_by_itself(indexed: Indexed) -> None:
    facts = [finding("buttock-pain", "left"), finding("calf-pain", "right")]
    assert pattern(indexed, *facts).name == "undetermined"
    assert pattern(indexed, *facts, side=Side.RIGHT).name == "none"


def test_pain_below_the_knee_never_cancels_a_hip_pattern(indexed: Indexed) -> None:
    assert pattern(indexed, left("groin-pain"), left("calf-pain")).name == "hip-only"


def test_a_trace_includes_the_patterns_that_do_not_hold(indexed: Indexed) -> None:
    index = indexed(left("groin-pain"))
    outcomes = evaluate_pattern(index, Side.LEFT, evaluate, thorough=False).outcomes
    assert [outcome.pattern_id for outcome in outcomes] == ["H1"]
    assert len(evaluate_pattern(index, Side.LEFT, evaluate, thorough=True).outcomes) == len(index.content.patterns)


def test_if_the_findings_point_to_both_regions_one_fact_of_each_leads(indexed: Indexed) -> None:
    facts = [left("buttock-pain"), left("calf-pain"), left("groin-pain"), left("limp")]
    assert [fact.id for fact in pattern(indexed, *facts).leading_facts] == ["buttock-pain", "groin-pain"]
    assert [fact.id for fact in pattern(indexed, left("groin-pain")).leading_facts] == ["groin-pain"]
    assert pattern(indexed, left("buttock-pain")).leading_facts == ()
