"""Procedures and medications as treatments that were tried: clinical design §2, and terminology §8 on drug names."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from synthetic import CPT, LOINC, OWN, RXNORM, Json, concept, resource

from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, SourceKind, Stage
from cds_service.model.sides import Side

Read = Callable[..., Chart]
LOCAL = "https://ehr.example/drugs"


def procedure(code: str, system: str = OWN, **fields: Any) -> Json:
    body = {"status": "completed", "code": concept(code, system), "performedDateTime": "2026-01-12"}
    return resource("Procedure", **{**body, **fields})


def drug(kind: str = "MedicationRequest", **fields: Any) -> Json:
    body = {"status": "active", "medicationCodeableConcept": concept("310965", RXNORM)}
    return resource(kind, **{**body, **fields})


def ids(chart: Chart) -> list[str]:
    return [finding.id for finding in chart.findings]


def test_a_procedure_is_a_treatment_with_side_and_date(chart: Read) -> None:
    [finding] = chart(procedure("hip-steroid-injection", bodySite=[concept("7771000")])).findings
    assert (finding.id, finding.side, finding.when) == (
        "hip-steroid-injection",
        Side.LEFT,
        full_date(date(2026, 1, 12)),
    )
    assert finding.source.kind is SourceKind.PROCEDURE


def test_a_course_of_treatment_began_when_its_period_starts(chart: Read) -> None:
    period = {"start": "2025-06-01", "end": "2026-02-01"}
    [finding] = chart(procedure("physical-therapy", performedDateTime=None, performedPeriod=period)).findings
    assert finding.when == full_date(date(2025, 6, 1))


@pytest.mark.parametrize(
    ("outcome", "response"),
    [
        ({"text": "No relief"}, {"response": "no-relief"}),
        ({"text": "80% relief."}, {"response": "relief"}),
        ({"text": "some relief of the knee pain"}, {}),
        (concept("x"), {}),
        (None, {}),
    ],
)
def test_an_outcome_is_the_response(chart: Read, outcome: Json | None, response: dict[str, str]) -> None:
    [finding] = chart(procedure("hip-anaesthetic-injection", outcome=outcome)).findings
    assert finding.qualifiers == response


def test_an_outcome_is_the_response_of_a_procedure_named_in_words(chart: Read) -> None:
    named = procedure("x", outcome={"text": "No relief"}) | {"code": {"text": "Right transforaminal ESI."}}
    [finding] = chart(named).findings
    assert (finding.id, finding.side.value, finding.qualifiers) == (
        "lumbar-epidural",
        "right",
        {"response": "no-relief"},
    )


def test_an_outcome_that_is_no_response_is_not_read_as_part_of_the_name(chart: Read) -> None:
    named = procedure("x", outcome={"text": "started physical therapy"}) | {
        "code": {"text": "Right transforaminal ESI."}
    }
    assert [finding.id for finding in chart(named).findings] == ["lumbar-epidural"]


@pytest.mark.parametrize("code", [concept("physical-therapy", OWN), {"text": "Physical therapy"}])
def test_a_procedure_that_is_understood_is_not_ignored(chart: Read, code: Json) -> None:
    result = chart(procedure("x") | {"code": code})
    assert ([finding.id for finding in result.findings], result.ignored) == (["physical-therapy"], ())


def test_a_code_may_state_a_qualifier_of_which_the_record_adds_none(chart: Read) -> None:
    [finding] = chart(procedure("62323", CPT)).findings
    assert finding.qualifiers == {"guided": "yes"}


def test_a_code_may_state_a_qualifier(chart: Read) -> None:
    [finding] = chart(procedure("64483", CPT, outcome={"text": "relief"})).findings
    assert finding.qualifiers == {"guided": "yes", "response": "relief"}


@pytest.mark.parametrize("status", ["not-done", "preparation", "entered-in-error", "on-hold"])
def test_a_procedure_not_begun_does_not_count(chart: Read, status: str) -> None:
    result = chart(procedure("physical-therapy", status=status))
    assert (result.findings, len(result.ignored)) == ((), 1)


@pytest.mark.parametrize("status", ["in-progress", "stopped", "unknown", None])
def test_a_procedure_begun_counts(chart: Read, status: str | None) -> None:
    assert ids(chart(procedure("physical-therapy", status=status))) == ["physical-therapy"]


def test_one_code_may_stand_for_two_things(chart: Read) -> None:
    assert set(ids(chart(procedure("27130", CPT)))) == {"hip-surgery", "hip-replacement-in-place", "surgery-elsewhere"}


def test_an_imaging_procedure_is_imaging_done(chart: Read) -> None:
    [imaging] = chart(procedure("36490-1", LOINC)).imaging
    assert (imaging.stage, imaging.region, imaging.when) == (Stage.STUDY, "hip", full_date(date(2026, 1, 12)))


def test_an_imaging_procedure_under_way_is_not_done(chart: Read) -> None:
    assert chart(procedure("36490-1", LOINC, status="in-progress")).imaging == ()


def test_a_procedure_unknown_here_is_passed_over(chart: Read) -> None:
    result = chart(procedure("44950", CPT))
    assert (result.findings, [record.code for record in result.ignored]) == ((), [f"{CPT}|44950"])


@pytest.mark.parametrize(
    ("kind", "dates", "day"),
    [
        ("MedicationRequest", {"authoredOn": "2025-12-01"}, date(2025, 12, 1)),
        ("MedicationRequest", {}, None),
        ("MedicationStatement", {"effectiveDateTime": "2025-12-01"}, date(2025, 12, 1)),
        ("MedicationStatement", {"effectivePeriod": {"start": "2025-11-01"}}, date(2025, 11, 1)),
        ("MedicationStatement", {}, None),
    ],
)
def test_a_medication_by_rxnorm_with_its_beginning(chart: Read, kind: str, dates: Json, day: date | None) -> None:
    [finding] = chart(drug(kind, **dates)).findings
    assert (finding.id, finding.when) == ("nsaid", full_date(day) if day else None)
    assert finding.source.kind is SourceKind.MEDICATION


@pytest.mark.parametrize(
    "named",
    [
        {"medicationCodeableConcept": {"text": "Ibuprofen 400 mg tablet"}},
        {"medicationCodeableConcept": {"text": "IBUPROFEN, oral"}},
        {"medicationCodeableConcept": {"text": "ibuprofen/famotidine"}},
        {"medicationCodeableConcept": {"coding": [{"system": LOCAL, "code": "1", "display": "naproxen"}]}},
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "M/1", "display": "Meloxicam"}},
        {
            "medicationCodeableConcept": None,
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m", "code": concept("310965", RXNORM)}],
        },
        {
            "medicationCodeableConcept": None,
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "celecoxib"}}],
        },
    ],
)
def test_a_medication_by_its_name_or_contained(chart: Read, named: Json) -> None:
    assert ids(chart(drug(**named))) == ["nsaid"]


def test_a_name_of_two_words_is_found(chart: Read) -> None:
    assert ids(chart(drug(medicationCodeableConcept={"text": "Mycophenolic acid 180 mg"}))) == ["immunosuppression"]


def test_two_names_of_one_treatment_are_one_finding(chart: Read) -> None:
    named = {"coding": [{"system": LOCAL, "code": "1", "display": "Naproxen"}], "text": "naproxen or ibuprofen"}
    assert ids(chart(drug(medicationCodeableConcept=named))) == ["nsaid"]


@pytest.mark.parametrize(
    "named",
    [
        {"medicationCodeableConcept": {"text": "ibuprofenlike"}},
        {"medicationCodeableConcept": {"text": "paracetamol"}},
        {"medicationCodeableConcept": None},
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/1"}},
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "#other"}, "contained": [{"id": "m"}]},
    ],
)
def test_another_medication_is_passed_over(chart: Read, named: Json) -> None:
    result = chart(drug(**named))
    assert (result.findings, len(result.ignored)) == ((), 1)


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("MedicationStatement", {"status": "not-taken"}),
        ("MedicationStatement", {"status": "intended"}),
        ("MedicationStatement", {"status": "entered-in-error"}),
        ("MedicationStatement", {"taken": "n"}),
        ("MedicationStatement", {"wasNotTaken": True}),
        ("MedicationRequest", {"status": "cancelled"}),
        ("MedicationRequest", {"status": "draft"}),
        ("MedicationRequest", {"doNotPerform": True}),
    ],
)
def test_a_medication_not_taken_does_not_count(chart: Read, kind: str, refusal: Json) -> None:
    result = chart(drug(kind, **refusal))
    assert (result.findings, len(result.ignored)) == ((), 1)


@pytest.mark.parametrize("taken", [{"taken": "y"}, {"wasNotTaken": False}, {"status": "stopped"}])
def test_a_medication_taken_counts(chart: Read, taken: Json) -> None:
    assert ids(chart(drug("MedicationStatement", **taken))) == ["nsaid"]
