"""Properties of a dry run: order never matters, every line is accounted for, and parts add up."""

import json
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.population.counts import Counts, Measure, merge, total
from cds_service.population.judging import PopulationJudge
from cds_service.population.line_reader import Line
from tests.population_export import (
    LOINC,
    PERIOD,
    Json,
    about,
    as_lines,
    back_pain,
    concept,
    content_judge,
    empty_types,
    gather_patients,
    judge_lines,
    mri,
    patient,
    problem,
    projector,
    visit,
)

CODES = ("M54.50", "M25.551", "M16.11", "C50.911", "N31.9", "I10", "R50.9", "M54.16")
DAYS = ("2026-03-01", "2026-02-11", "2025-06", "2020", "2026-03-10T08:00:00Z", "soon", None)
BINARIES = (b'{"resourceType":"Binary","id":"1","data":"QmFjayBwYWlu"}', b'{"resourceType":"Binary","id":"1"}')
BROKEN = (*BINARIES, b"{", b"[]", b'{"resourceType":"Condition"}', b'{"resourceType":"Claim","id":"1"}', b"\xff\xfe")


@st.composite
def charts(draw: st.DrawFn) -> list[Json]:
    """Draw a patient: some with back pain, some whose own record is missing."""
    name = draw(st.sampled_from(["a", "b", "c", "d"]))
    made = [*back_pain(name)] if draw(st.booleans()) else [patient(name), visit(name, "2026-03-10")]
    made += empty_types(name) if draw(st.booleans()) else []
    made += [
        problem(name, draw(st.sampled_from(CODES)), draw(st.sampled_from(DAYS)), number)
        for number in range(draw(st.integers(0, 3)))
    ]
    made += [mri(name, "2026-03-10T09:40:00Z", 7)] if draw(st.booleans()) else []
    made += [note(name)] if draw(st.booleans()) else []
    return made[draw(st.integers(0, 1)) :]


def note(name: str) -> Json:
    """Build a note whose text is a Binary, which may be there."""
    kind = concept(LOINC, "11506-3")
    form = {"attachment": {"contentType": "text/plain", "url": "Binary/1"}}
    return about(name, "DocumentReference", status="current", type=kind, date="2026-03-05", content=[form])


EXPORTS = st.tuples(st.lists(charts(), max_size=4), st.lists(st.sampled_from(BROKEN), max_size=3)).map(
    lambda drawn: [*as_lines(one for chart in drawn[0] for one in chart), *map(Line, drawn[1])]
)


@settings(max_examples=40)
@given(EXPORTS, st.randoms(use_true_random=False))
def test_the_order_of_lines_never_matters(lines: list[Line], chance: random.Random) -> None:
    counts = judge_lines(lines)
    chance.shuffle(lines)
    assert judge_lines(lines) == counts


@settings(max_examples=40)
@given(EXPORTS)
def test_every_line_is_accounted_for_and_every_patient_once(lines: list[Line]) -> None:
    counts = judge_lines(lines)
    used = (Measure.LINES_JUDGED, Measure.LINES_UNUSED, Measure.LINES_TOLD)
    assert total(counts, Measure.LINES) == sum(total(counts, measure) for measure in used) == len(lines)
    names = {one["id"] for one in map(_parse, lines) if one.get("resourceType") == "Patient"}
    assert total(counts, Measure.PATIENTS) + total(counts, Measure.NO_MOMENT) == len(names)


@settings(max_examples=25)
@given(EXPORTS)
def test_the_counts_of_parts_add_up(lines: list[Line]) -> None:
    reader, judge = projector(), PopulationJudge(content_judge(), PERIOD)
    patients = gather_patients(reader, lines)
    parts: list[Counts] = [judge.judge_patients([one]) for one in patients.items()]
    assert merge(parts) == judge.judge_patients(patients.items())
    assert all(number > 0 for number in merge(parts).values())


def _parse(line: Line) -> Json:
    try:
        made = json.loads(line.text)
    except ValueError:
        return {}
    return made if isinstance(made, dict) else {}


def test_counts_are_of_a_counter() -> None:
    assert isinstance(judge_lines([]), Counter)
