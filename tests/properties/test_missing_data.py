"""Missing data never flip advice (clinical design, second edition, R2): they may cost restraint, and never give any.

Each key left out of each call, and a sample of the other ways; `tests/attack/test_every_gap.py` tries each way.
"""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cds_service.logic.rule_engine import decide
from tests.pathways.chart_reading import ALL_KEYS, KEYS, WORD_KEYS
from tests.pathways.gaps import FLAG_RULES, WAYS, Call, all_calls, is_gap, made_milder, made_worse
from tests.pathways.judging import restraint_of
from tests.shipped import shipped_knowledge

sys.path.insert(0, str(Path(__file__).parents[1]))
from case_reading import shipped_cases

CALLS = all_calls()
CONTENT = shipped_knowledge().content
CASES = shipped_cases()
TYPES = [
    "Condition",
    "Observation",
    "Procedure",
    "MedicationRequest",
    "ServiceRequest",
    "ImagingStudy",
    "DiagnosticReport",
]
GAPS = [(key, way) for key in ALL_KEYS for way in WAYS if is_gap(key, way)]
gaps = st.lists(st.sampled_from(GAPS), min_size=1, max_size=3)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_left_out_gains_no_restraint_and_turns_nothing_milder(key: str) -> None:
    faults = []
    for call in CALLS:
        whole, part = call.judge(), call.judge((key, "left out"))
        if whole is not None and part is not None:
            faults += [f"{call.label}: {fault}" for fault in made_worse(whole, part, {key})]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("key", WORD_KEYS)
def test_a_source_of_words_that_is_not_sent_turns_nothing_milder(key: str) -> None:
    """Restraint may rest on the rest, as for an EHR that has no such source."""
    faults = [
        f"{call.label}: {fault}"
        for call in CALLS
        if (part := call.judge((key, "left out"))) is not None
        for fault in made_milder(call.judge(), part, {key})
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("key", WORD_KEYS)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "left out"])
def test_a_source_of_words_that_failed_or_was_cut_gives_no_restraint(key: str, way: str) -> None:
    for call in CALLS:
        if restraint_of(call.judge()):
            assert restraint_of(call.judge((key, way))) == frozenset(), call.label


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(CALLS), gaps.map(lambda drawn: tuple(dict(drawn).items())))
def test_a_call_with_gaps_gains_no_restraint_and_turns_nothing_milder(
    call: Call, given_gaps: tuple[tuple[str, str], ...]
) -> None:
    part = call.judge(*given_gaps)
    whole = call.judge()
    if part is not None and whole is not None:
        assert made_worse(whole, part, {key for key, _ in given_gaps}) == [], call.label


@pytest.mark.parametrize("missing", TYPES)
def test_a_type_that_did_not_arrive_whole_costs_a_case_restraint_at_most(missing: str) -> None:
    """The facts being the same: no restraint is gained, no other card comes down, and none is lost that is a flag's."""
    for case in CASES:
        whole = decide(CONTENT, case.chart, case.hook)
        part = decide(CONTENT, replace(case.chart, missing_types=frozenset({missing})), case.hook)
        assert restraint_of(part) <= restraint_of(whole), case.name
        flags = [(card.rule.id, card.advice.level) for card in whole.shown if card.rule.id in FLAG_RULES]
        assert flags == [(card.rule.id, card.advice.level) for card in part.shown if card.rule.id in FLAG_RULES]


@pytest.mark.parametrize("missing", ["Condition", "Observation"])
def test_without_conditions_or_observations_no_case_is_given_restraint(missing: str) -> None:
    for case in CASES:
        part = decide(CONTENT, replace(case.chart, missing_types=frozenset({missing})), case.hook)
        assert restraint_of(part) == frozenset(), case.name


def test_a_text_that_could_not_be_screened_forbids_restraint() -> None:
    for case in CASES:
        part = decide(CONTENT, replace(case.chart, unscreened={"language": 1}), case.hook)
        assert restraint_of(part) == frozenset(), case.name
