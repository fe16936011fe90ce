"""Observations as facts: clinical design §2, "How a finding reaches us", all four shapes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from synthetic import LOINC, PATIENT, SNOMED, concept, encoded, observation

from cds_service.chart.chart_reader import ChartReader
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.knowledge import Knowledge
from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, Finding, FindingValue, SourceKind
from cds_service.model.sides import Side
from cds_service.model.terminology import Code

Read = Callable[..., Chart]
LOCATION, WORSE, BETTER, RADIATION = "38204-4", "38209-3", "38210-1", "38205-1"
ABSENT_DATA = {"dataAbsentReason": concept("not-performed")}


def fact(chart: Read, *arguments: Any, **fields: Any) -> Finding:
    [finding] = chart(observation(*arguments, **fields)).findings
    return finding


def marked(code: str) -> dict[str, Any]:
    return {"interpretation": [concept(code)]}


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"valueBoolean": True}, FindingValue.PRESENT),
        ({"valueBoolean": False}, FindingValue.ABSENT),
        ({"valueCodeableConcept": concept("52101004")}, FindingValue.PRESENT),
        ({"valueCodeableConcept": concept("10828004")}, FindingValue.PRESENT),
        ({"valueCodeableConcept": concept("2667000")}, FindingValue.ABSENT),
        ({"valueCodeableConcept": concept("260385009")}, FindingValue.ABSENT),
        ({"valueCodeableConcept": concept("24484000")}, FindingValue.PRESENT),  # severe
        (marked("POS"), FindingValue.PRESENT),
        (marked("NEG"), FindingValue.ABSENT),
        (marked("A"), FindingValue.PRESENT),
        (marked("N"), FindingValue.ABSENT),
        ({"interpretation": concept("POS")}, FindingValue.PRESENT),  # one where R4 has a list
        ({"valueString": "as described", **marked("POS")}, FindingValue.PRESENT),
        ({}, FindingValue.PRESENT),  # a finding code with no value at all
        ({"valueCodeableConcept": None}, FindingValue.PRESENT),
    ],
)
def test_an_answer_says_present_or_absent(chart: Read, answer: dict[str, Any], value: FindingValue) -> None:
    finding = fact(chart, "fadir-positive", **answer)
    assert (finding.id, finding.value, finding.qualifiers) == ("fadir-positive", value, {})


@pytest.mark.parametrize(
    "answer",
    [
        ABSENT_DATA,
        {"valueBoolean": True, **ABSENT_DATA},
        {"valueCodeableConcept": concept("99999999")},
        {"valueCodeableConcept": {"text": "positive, I think"}},
        {"valueString": "normal"},
        {"valueString": "see note"},
        {"valueInteger": 0},
        {"valueQuantity": {"value": 0, "unit": "/10"}},
        {"valueRange": {"low": {"value": 1}}},
        {"valueRatio": {}},
    ],
)
def test_an_answer_that_says_neither_is_not_recorded(chart: Read, answer: dict[str, Any]) -> None:
    result = chart(observation("fadir-positive", **answer))
    assert result.findings == ()
    assert len(result.ignored) == 1


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_an_observation_not_made_does_not_count(chart: Read, status: str) -> None:
    assert chart(observation("fadir-positive", status=status)).findings == ()


@pytest.mark.parametrize("status", ["final", "preliminary", "amended", "corrected", None])
def test_an_observation_of_another_status_counts(chart: Read, status: str | None) -> None:
    assert fact(chart, "fadir-positive", status=status).value is FindingValue.PRESENT


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"effectiveDateTime": "2026-02-20T23:59:00-08:00"}, "2026-02-20"),
        ({"effectiveInstant": "2026-02-21T00:00:00Z"}, "2026-02-21"),
        ({"effectivePeriod": {"start": "2026-02-01", "end": "2026-02-03"}}, "2026-02-03"),
        ({"effectivePeriod": {"start": "2026-02-01"}}, "2026-02-01"),
        ({"issued": "2026-02-20T00:00:00Z"}, None),
    ],
)
def test_the_date_is_when_it_was_observed(chart: Read, dates: dict[str, Any], day: str | None) -> None:
    finding = fact(chart, "fadir-positive", **{"effectiveDateTime": None, **dates})
    assert finding.when == (full_date(date.fromisoformat(day)) if day else None)


def test_source_and_body_sites_side(chart: Read) -> None:
    finding = fact(chart, "fadir-positive", bodySite=concept("7771000"))
    assert (finding.side, finding.source.kind) == (Side.LEFT, SourceKind.OBSERVATION)
    assert finding.source.reference == "Observation/Observation-1"


@pytest.mark.parametrize(
    ("site", "finding", "side"),
    [
        ("29836001", "hip-pain", Side.UNSTATED),
        ("287579007", "hip-pain", Side.RIGHT),
        ("85119005", "groin-pain", Side.LEFT),
        ("722115008", "calf-pain", Side.LEFT),
        ("52612000", "low-back-pain", Side.UNSTATED),
    ],
)
def test_the_location_of_pain_stands_for_the_pain_there(chart: Read, site: str, finding: str, side: Side) -> None:
    actual = fact(chart, LOCATION, LOINC, valueCodeableConcept=concept(site))
    assert (actual.id, actual.side, actual.value, actual.qualifiers) == (finding, side, FindingValue.PRESENT, {})


def test_a_side_of_the_location_stands_over_the_observations(chart: Read) -> None:
    sides = {"valueCodeableConcept": concept("85119005"), "bodySite": concept("24028007")}
    assert fact(chart, LOCATION, LOINC, **sides).side is Side.LEFT
    answer = {"valueCodeableConcept": concept("26893007", text="left groin")}
    assert fact(chart, LOCATION, LOINC, **answer).side is Side.LEFT
    assert fact(chart, LOCATION, LOINC, **{**sides, "valueCodeableConcept": concept("26893007")}).side is Side.RIGHT


@pytest.mark.parametrize("question", [WORSE, BETTER, LOCATION])
def test_an_answer_may_be_a_finding_itself(chart: Read, question: str) -> None:
    answer = concept("relief-when-seated", "https://hip-spine-cds.example/fhir/CodeSystem/finding")
    assert fact(chart, question, LOINC, valueCodeableConcept=answer).id == "relief-when-seated"


def test_a_factor_is_no_place(chart: Read) -> None:
    assert chart(observation(WORSE, LOINC, valueCodeableConcept=concept("29836001"))).findings == ()


@pytest.mark.parametrize("question", ["8670-2", "75325-1", RADIATION])
def test_the_answer_to_a_question_not_known_here_is_not_the_patients(chart: Read, question: str) -> None:
    """Family history is such a question."""
    assert chart(observation(question, LOINC, valueCodeableConcept=concept("23056005"))).findings == ()


@pytest.mark.parametrize("code", ["24531-6", "8867-4", "72514-3"])
def test_codes_of_other_things_stand_for_nothing(chart: Read, code: str) -> None:
    result = chart(observation(code, LOINC, valueQuantity={"value": 3}))
    assert result.findings == ()
    assert [record.code for record in result.ignored] == [f"{LOINC}|{code}"]


def test_an_unanswered_location_is_not_recorded(chart: Read) -> None:
    assert chart(observation(LOCATION, LOINC, valueCodeableConcept=concept("29836001"), **ABSENT_DATA)).findings == ()


def test_pain_that_radiates_is_marked_so(knowledge: Knowledge) -> None:
    """A site's own content asks where pain radiates to; no code for it is verified well enough to be shipped."""
    questions = {**knowledge.terminology.questions, Code("loinc", RADIATION): "radiation"}
    reader = ChartReader(
        replace(knowledge.terminology, questions=questions), knowledge.content, knowledge.narrative, knowledge.screen
    )
    body = observation(RADIATION, LOINC, valueCodeableConcept=concept("56459004"))
    resources = decode_resources(encoded(body), "prefetch.test").resources
    [finding] = reader.build_chart(ChartData(resources), PATIENT, date(2026, 3, 10)).findings
    assert (finding.id, finding.qualifiers) == ("foot-pain", {"radiation": "yes"})


def test_components_are_read_like_observations(chart: Read) -> None:
    parts = [
        {"code": concept("groin-pain", "https://hip-spine-cds.example/fhir/CodeSystem/finding"), "valueBoolean": False},
        {"code": concept(LOCATION, LOINC), "valueCodeableConcept": concept("46862004")},
        {"code": concept("limp", SNOMED)},
        {},
    ]
    result = chart(observation("72514-3", LOINC, component=parts))
    assert [(finding.id, finding.value) for finding in result.findings] == [
        ("groin-pain", FindingValue.ABSENT),
        ("buttock-pain", FindingValue.PRESENT),
    ]
    assert result.ignored == ()


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ({"valueString": "No relief"}, "no-relief"),
        ({"valueString": " relief "}, "relief"),
        ({"valueCodeableConcept": {"text": "no relief"}}, "no-relief"),
        ({"valueCodeableConcept": concept("no-relief", "https://hip-spine-cds.example/x")}, "no-relief"),
    ],
)
def test_the_response_to_a_treatment_says_that_it_was_done(chart: Read, answer: dict[str, Any], response: str) -> None:
    finding = fact(chart, "hip-anaesthetic-injection", **answer)
    assert (finding.value, finding.qualifiers) == (FindingValue.PRESENT, {"response": response})


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"valueString": "abnormal"}, "abnormal"),
        (marked("A"), "abnormal"),
        (marked("N"), "normal"),
        ({"interpretation": [concept("N"), concept("A")]}, "abnormal"),
        ({"interpretation": [concept("AA"), concept("N")]}, "abnormal"),
        ({"valueCodeableConcept": {"text": "Normal"}}, "normal"),
    ],
)
def test_the_result_of_a_test_says_that_it_was_done(chart: Read, answer: dict[str, Any], result: str) -> None:
    finding = fact(chart, "electrodiagnostics", **answer)
    assert (finding.value, finding.qualifiers) == (FindingValue.PRESENT, {"result": result})


def test_a_treatment_with_an_unknown_answer_is_not_recorded(chart: Read) -> None:
    assert chart(observation("hip-anaesthetic-injection", valueString="some")).findings == ()
