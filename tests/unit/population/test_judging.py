"""Tests of judging a population: the same as single calls, as of each moment, and what is counted."""

import json
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import astuple, replace

from cds_service.engine import build_engine
from cds_service.logic.withheld_restraint import explain_withheld_restraint
from cds_service.model.decision import Decision
from cds_service.population.as_of import Moment
from cds_service.population.counts import Counts, Measure, Row
from cds_service.population.judging import PopulationJudge, band_age
from cds_service.population.line_reader import Line
from cds_service.population.moments import Call
from cds_service.population.patient_records import PatientRecords, read_patient
from cds_service.service.card_recorder import NullRecorder
from cds_service.settings import Settings
from tests.pathways.calling import prefetched
from tests.pathways.scenarios import Scenario, all_scenarios
from tests.population_export import (
    CPT,
    PERIOD,
    Json,
    about,
    as_lines,
    back_pain,
    concept,
    content_judge,
    empty_types,
    judge_lines,
    mri,
    patient,
    problem,
    projector,
    told,
    visit,
)

SCENARIOS = [one for one in all_scenarios() if one.hook != "order-select"]


def records_of(resources: list[Json], name: str) -> PatientRecords:
    records = [one.data for one in projector().project(as_lines(resources)) if one.patient == name]
    return read_patient(name, records)


def decision_of_call(one: Scenario, request: Json) -> Decision:
    """Return the decision of the service on a call, on the scenario's day."""
    engine = build_engine(Settings(), recorder=NullRecorder(), clock=lambda: one.now)
    decoded = engine.service.decode_request(json.dumps(request).encode(), frozenset({one.hook}))
    decision = engine.service.answer_call(one.service, decoded, "test").decision
    assert decision is not None
    return decision


def said(decision: Decision) -> dict[str, Any]:
    """Return what a decision comes to."""
    return {
        "shown": [(one.rule.id, one.advice.card, one.advice.level, one.side, one.orders) for one in decision.shown],
        "held back": [one.rule.id for one in decision.held_back],
        "findings": {*map(str, decision.chart.findings)},
        "imaging": {*map(str, decision.chart.imaging)},
        "screened": {*map(str, decision.chart.screen_hits)},
        "missing": (decision.chart.missing_types, dict(decision.chart.unreadable), dict(decision.chart.unscreened)),
    }


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: one.name)
def test_a_moment_is_judged_as_a_call_of_that_day_is(one: Scenario) -> None:
    request = one.request | {"prefetch": prefetched(one)}
    drafts = [entry["resource"] for entry in request["context"].get("draftOrders", {}).get("entry", ())]
    patient = records_of([*one.server, *drafts], one.patient_id)
    orders = tuple(dated.resource for dated in patient.dated if dated.resource.id in {draft["id"] for draft in drafts})
    visits = [dated.resource for dated in patient.dated if type(dated.resource).__name__ == "Encounter"]
    wanted = request["context"].get("encounterId")
    visit = next((visit for visit in visits if visit.id == wanted), None)
    moment = Moment(one.on, datetime.combine(one.on, datetime.max.time(), one.now.tzinfo))
    decision = content_judge().take(patient).decide(Call(one.hook, moment, visit, orders))  # type: ignore[arg-type]
    assert said(decision) == said(decision_of_call(one, request))
    looked_for = replace(decision, has_met_missing_data=True)
    assert explain_withheld_restraint(decision) == explain_withheld_restraint(looked_for)


def rows(counts: Counts, measure: Measure) -> dict[tuple[str, ...], int]:
    return {tuple(filter(None, astuple(row)[1:])): number for row, number in counts.items() if row.measure is measure}


def test_advice_to_wait_is_counted_by_rule_and_group() -> None:
    counts = judge_lines(as_lines([*back_pain("p1"), *empty_types("p1")]))
    assert rows(counts, Measure.SHOWN) == {
        ("order-sign", "conservative-care-first", "2026-03", "North", "50-59", "female", "info"): 1
    }
    assert counts[Row(Measure.PATIENTS, site="North", age_band="50-59", sex="female")] == 1
    assert counts[Row(Measure.SHOWN_PATIENTS, "order-sign", "conservative-care-first", site="North", age_band="50-59", sex="female")] == 1  # fmt: skip # noqa: E501
    assert not rows(counts, Measure.SCREENED)


def test_what_was_recorded_later_changes_nothing_before() -> None:
    before = as_lines([*back_pain("p1"), *empty_types("p1")])
    later = problem("p1", "C79.51", "2026-03-11", 9)
    with_later = judge_lines([*before, *as_lines([later])])
    assert rows(with_later, Measure.SHOWN) == rows(judge_lines(before), Measure.SHOWN)


def test_a_reason_to_act_that_was_known_holds_restraint_back_and_is_named() -> None:
    bladder = problem("p1", "N31.9", "2026-01-01", 9)
    counts = judge_lines(as_lines([*back_pain("p1"), *empty_types("p1"), bladder]))
    at = ("order-sign", "conservative-care-first", "2026-03", "North", "50-59", "female")
    assert not rows(counts, Measure.SHOWN)
    assert rows(counts, Measure.SCREENED) == {(*at, "sphincter"): 1}
    assert rows(counts, Measure.SCREENED_MOMENTS) == {at: 1}
    assert rows(counts, Measure.WITHOUT_SCREEN) == {(*at, "conservative-care-first"): 1}
    assert not rows(counts, Measure.INCOMPLETE)


def test_a_record_that_cannot_be_decoded_holds_restraint_back() -> None:
    odd = problem("p1", "I10", "2020-01-01", 9) | {"code": "I10"}
    counts = judge_lines(as_lines([*back_pain("p1"), *empty_types("p1"), odd]))
    assert "conservative-care-first" in {rule for _, rule, *_ in rows(counts, Measure.INCOMPLETE)}
    assert rows(counts, Measure.UNREADABLE) == {("Condition",): 1}


def test_lines_without_their_patient_are_told_and_no_phantom_is_judged() -> None:
    counts = judge_lines(as_lines([*back_pain("p1"), problem("ghost", "I10", "2026-01-01")]))
    assert told(counts) == {"Condition|its patient has no Patient resource": 1}
    assert sum(rows(counts, Measure.PATIENTS).values()) == 1


def test_of_copies_the_newest_counts_whatever_their_order() -> None:
    old = problem("p1", "M54.50", "2026-03-01", meta={"lastUpdated": "2026-01-01T00:00:00Z"})
    new = problem("p1", "I10", "2026-03-01", meta={"lastUpdated": "2026-02-01T00:00:00Z"})
    plain = [patient("p1"), visit("p1", "2026-03-10"), mri("p1", "2026-03-10")]
    one = judge_lines(as_lines([*plain, old, new, new]))
    assert one == judge_lines(as_lines([new, old, *plain, new]))
    assert told(one) == {"Condition|came more than once; the newest counts": 2}
    assert one[Row(Measure.UNMAPPED, detail="Condition|http://hl7.org/fhir/sid/icd-10-cm|I10")] == 1


def test_what_cannot_be_read_is_counted_once_for_a_patient() -> None:
    def order(number: int) -> Json:
        code = {"coding": [{"system": "urn:local", "code": "X9"}], "text": "MRI of region 4711"}
        return mri("p1", "2026-01-01", number, code=code)

    def note(number: int, code: str) -> Json:
        form = {"attachment": {"contentType": "application/pdf; v=1", "url": "Binary/1"}}
        kind = concept("http://loinc.org", code)
        return about("p1", "DocumentReference", number, status="current", type=kind, date="2026-01-01", content=[form])

    notes = [note(1, "11506-3"), note(2, "11506-3"), note(3, "00000-0"), note(4, "00000-0")]
    counts = judge_lines(as_lines([patient("p1"), order(8), order(9), *notes]))
    assert rows(counts, Measure.ORDER_NAME) == {("mri of region ####",): 1}
    assert rows(counts, Measure.UNMAPPED) == {("ServiceRequest|urn:local|X9",): 1}
    assert rows(counts, Measure.NOTE_TYPE) == {
        ("read|http://loinc.org|11506-3",): 1,
        ("not read|http://loinc.org|00000-0",): 1,
    }
    assert rows(counts, Measure.NOTE_FORMAT) == {("application/pdf|not in the export",): 1}


def test_records_without_the_date_of_their_record_are_counted() -> None:
    undated = [
        about("p1", "Condition", 1, code=concept(CPT, "1"), onsetDateTime="2020-01-01"),
        about("p1", "Condition", 2, code=concept(CPT, "1")),
    ]
    counts = judge_lines(as_lines([patient("p1"), *undated]))
    assert rows(counts, Measure.NO_DATE) == {("Condition|clinical date",): 1, ("Condition|always known",): 1}


def test_a_patient_without_a_moment_is_counted_apart() -> None:
    counts = judge_lines(as_lines([patient("p1")]))
    assert counts[Row(Measure.NO_MOMENT)] == 1
    assert not rows(counts, Measure.PATIENTS)


def test_nothing_is_said_of_a_patient_who_had_died() -> None:
    chart = [*back_pain("p1"), *empty_types("p1")]
    chart[0] = chart[0] | {"deceasedDateTime": "2026-03-10"}
    counts = judge_lines(as_lines(chart))
    assert sum(rows(counts, Measure.DECEASED).values()) == 2
    assert not rows(counts, Measure.SHOWN)


def test_types_that_the_export_lacks_are_not_taken_for_none() -> None:
    judge = content_judge()
    lacking = type(judge)(judge.content, judge.chart_reader, judge.notes, judge.asked, frozenset({"Procedure"}))
    counts = judge_lines(as_lines([*back_pain("p1"), *empty_types("p1")]), PopulationJudge(lacking, PERIOD))
    assert not rows(counts, Measure.SHOWN)
    assert rows(counts, Measure.INCOMPLETE)


def test_two_contents_that_agree_differ_in_nothing() -> None:
    judge = PopulationJudge(content_judge(), PERIOD, content_judge())
    counts = judge_lines(as_lines([*back_pain("p1"), *empty_types("p1")]), judge)
    assert rows(counts, Measure.SHOWN)
    assert not rows(counts, Measure.GAINED)
    assert not rows(counts, Measure.LOST)


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, "not recorded"), (0, "0-17"), (17, "0-17"), (18, "18-29"), (79, "70-79"), (104, "80 and older")],
)
def test_ages_come_in_bands(age: int | None, band: str) -> None:
    assert band_age(age) == band


def test_a_lone_patient_is_judged_from_whatever_its_lines_hold() -> None:
    assert judge_lines([Line(json.dumps(patient("p1", birth="1900")).encode())])[Row(Measure.NO_MOMENT)] == 1
