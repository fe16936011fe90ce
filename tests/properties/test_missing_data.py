"""Missing data never flip advice (clinical design, second edition, R2): they may cost restraint, and never give any.

Each key left out of each call, and a sample of the other ways; `tests/attack/test_every_gap.py` tries each way.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.logic.rule_engine import decide
from tests.pathways.chart_reading import KEYS
from tests.pathways.gaps import FLAG_RULES, WAYS, Call, all_calls, made_worse
from tests.pathways.judging import knowledge, restraint_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from case_reading import read_cases

CALLS = all_calls()
CONTENT = knowledge().content
CASES = list(read_cases(CONTENT))
TYPES = [
    "Condition",
    "Observation",
    "Procedure",
    "MedicationRequest",
    "ServiceRequest",
    "ImagingStudy",
    "DiagnosticReport",
]
gaps = st.lists(st.tuples(st.sampled_from(list(KEYS)), st.sampled_from(list(WAYS))), min_size=1, max_size=3)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_left_out_gains_no_restraint_and_turns_nothing_milder(key: str) -> None:
    faults = []
    for call in CALLS:
        whole, part = call.judge(), call.judge((key, "left out"))
        if whole is not None and part is not None:
            faults += [f"{call.label}: {fault}" for fault in made_worse(whole, part, {key})]
    assert not faults, "\n".join(faults)


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
