"""Text of records as facts: which text is read, with which codes, side and date, and what is never read."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from synthetic import LOINC, concept, condition, observation, order, resource

from cds_service.chart import record_text
from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import ServiceRequest
from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, FindingValue, SourceKind
from cds_service.model.sides import Side

Read = Callable[..., Chart]
LOCAL = "https://ehr.example/local"
HISTORY = "10164-2"


def text_findings(result: Chart) -> list[str]:
    """Return the findings from text."""
    marks = {FindingValue.PRESENT: "", FindingValue.ABSENT: "no ", FindingValue.ASKED: "? "}
    words = [fact for fact in result.findings if fact.source.kind.is_text]
    return [f"{marks[fact.value]}{fact.id} {fact.side.value}".removesuffix(" unstated") for fact in words]


def text_condition(text: str | None, **fields: Any) -> dict[str, Any]:
    return condition("x", **{"code": {"text": text} if text else None, **fields})


@pytest.mark.parametrize(
    ("text", "recorded", "found"),
    [
        ("MVA in 2006", "2026-01-05", []),
        ("MVA in 2025", "2026-01-05", ["major-trauma"]),  # it may have been in December
        ("MVA in 2024", "2025-06-01", []),
        ("MVA last week", "2026-01-05", ["major-trauma"]),
        ("Fracture of hip in 1998", "2026-01-05", []),
        ("Back pain since MVA in 2006", "2026-01-05", ["low-back-pain"]),
        ("Left hip replacement 2015", "2026-01-05", ["hip-replacement-in-place left"]),
    ],
)
def test_an_event_with_a_year_long_past_is_over(chart: Read, text: str, recorded: str, found: list[str]) -> None:
    assert text_findings(chart(text_condition(text, recordedDate=recorded))) == found


def test_a_problems_name_and_its_notes_are_read_with_its_dates(chart: Read) -> None:
    notes = [{"text": "Denies calf pain", "time": "2026-02-01T09:00:00Z"}, {"text": "Left foot drop"}, {"time": "2026"}]
    result = chart(text_condition("L groin pain", note=notes, onsetDateTime="2025-12-01"))
    assert text_findings(result) == ["groin-pain left", "no calf-pain", "foot-drop left"]
    name, denied, drop = result.findings
    assert {fact.source.kind for fact in result.findings} == {SourceKind.CONDITION_TEXT}
    assert (name.when, name.onset) == (full_date(date(2026, 1, 5)), full_date(date(2025, 12, 1)))
    assert (denied.when, denied.onset, drop.when) == (full_date(date(2026, 2, 1)), None, full_date(date(2026, 1, 5)))


def test_notes_may_be_single_or_plain_text_as_in_older_versions(chart: Read) -> None:
    assert text_findings(chart(text_condition("cough", note="Left groin pain"))) == ["groin-pain left"]
    assert text_findings(chart(text_condition("cough", note={"text": "Left groin pain"}))) == ["groin-pain left"]
    assert text_findings(chart(text_condition("cough", notes="Left groin pain"))) == [
        "groin-pain left"
    ]  # DSTU2's Condition.notes
    body = observation("fadir-positive", valueBoolean=True, comment="left groin pain")
    assert text_findings(chart(body)) == ["groin-pain left"]


def test_a_displayed_name_is_read_only_where_no_code_means_anything(chart: Read) -> None:
    local = {"coding": [{"system": LOCAL, "code": "1", "display": "Left groin pain"}]}
    assert text_findings(chart(condition("x", code=local))) == ["groin-pain left"]
    known_code = {"coding": [{**concept("49218002")["coding"][0], "display": "Left groin pain"}]}
    assert text_findings(chart(condition("x", code=known_code))) == []


def test_a_code_that_stands_for_nothing_may_have_words_that_do(chart: Read) -> None:
    icd = "http://hl7.org/fhir/sid/icd-10-cm"
    assert text_findings(chart(condition("R20.2", icd, code=concept("R20.2", icd, text="Saddle numbness")))) == [
        "saddle-anaesthesia"
    ]


def test_the_body_site_gives_a_name_its_side_but_not_a_note(chart: Read) -> None:
    result = chart(text_condition("groin pain", bodySite=[concept("7771000")], note=[{"text": "calf pain"}]))
    assert text_findings(result) == ["groin-pain left", "calf-pain"]


def test_text_that_repeats_the_code_adds_no_finding(chart: Read) -> None:
    coded = concept("102570003", text="Groin pain")
    assert text_findings(chart(condition("x", code=coded, bodySite=[concept("7771000")]))) == []
    assert text_findings(chart(condition("x", code=concept("102570003", text="Left groin pain")))) == [
        "groin-pain left"
    ]
    severe = concept("239872002", text="Severe hip OA")
    [words] = [finding for finding in chart(condition("x", code=severe)).findings if finding.source.kind.is_text]
    assert words.qualifiers == {"severity": "severe"}


def test_a_name_on_the_other_side_than_its_code_is_set_apart(chart: Read) -> None:
    result = chart(condition("x", code=concept("102570003", text="Right groin pain"), bodySite=[concept("7771000")]))
    assert text_findings(result) == []
    assert [(finding.id, finding.side.value) for finding in result.contradicted] == [("groin-pain", "right")]


def test_a_note_against_a_code_is_set_apart(chart: Read) -> None:
    result = chart(condition("102570003", note=[{"text": "Denies groin pain."}]))
    assert [fact.value for fact in result.findings] == [FindingValue.PRESENT]
    assert [(finding.id, finding.value) for finding in result.contradicted] == [("groin-pain", FindingValue.ABSENT)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"verificationStatus": concept("refuted")}, ["no groin-pain"]),
        ({"verificationStatus": concept("differential")}, ["? groin-pain"]),
        ({"verificationStatus": concept("entered-in-error")}, []),
        ({"clinicalStatus": concept("resolved")}, []),
        ({"abatementDateTime": "2026-01-01"}, []),
    ],
)
def test_the_status_of_a_problem_holds_for_its_name(chart: Read, fields: dict[str, Any], expected: list[str]) -> None:
    result = chart(text_condition("groin pain", note=[{"text": "calf pain"}], **fields))
    assert text_findings(result) == expected


def test_a_refuted_denial_says_nothing(chart: Read) -> None:
    assert text_findings(chart(text_condition("no groin pain", verificationStatus=concept("refuted")))) == []


@pytest.mark.parametrize("code", ["8661-1", "10154-3", HISTORY, "46239-0", "29299-5"])
def test_complaint_and_history_are_read(chart: Read, code: str) -> None:
    result = chart(observation(code, LOINC, valueString="Left groin pain, denies back pain"))
    assert text_findings(result) == ["groin-pain left", "no low-back-pain"]
    assert {fact.source.kind for fact in result.findings} == {SourceKind.OBSERVATION_TEXT}


@pytest.mark.parametrize("code", ["10157-6", "11348-0", "8670-2"])
def test_family_and_past_history_are_not_the_patients_pain(chart: Read, code: str) -> None:
    body = observation(code, LOINC, valueString="Left groin pain", note=[{"text": "hip pain"}])
    assert chart(body).findings == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": {"text": "Chief complaint"}, "valueString": "L groin pain"}, ["groin-pain left"]),
        ({"code": {"text": "Family history"}, "valueString": "groin pain"}, []),
        ({"code": {"text": "Groin pain"}, "valueBoolean": True}, ["groin-pain"]),
        ({"code": {"text": "Groin pain"}, "valueBoolean": False}, ["no groin-pain"]),
        ({"code": {"text": "Groin pain"}, "valueString": "No."}, ["no groin-pain"]),
        ({"code": {"text": "Groin pain"}, "valueCodeableConcept": {"text": "denies"}}, ["no groin-pain"]),
        ({"code": {"text": "Groin pain"}, "valueCodeableConcept": concept("2667000")}, ["no groin-pain"]),
        ({"code": {"text": "Groin pain"}, "valueString": "left, since May"}, ["groin-pain left"]),
        ({"code": {"text": "Left SLR"}, "interpretation": [concept("POS")]}, ["slr-positive left"]),
        ({"code": {"text": "Left SLR"}, "valueString": "negative"}, ["no slr-positive left"]),
        ({"code": {"text": "Left groin pain"}}, ["groin-pain left"]),
        ({"code": None, "valueString": "Left groin pain"}, ["groin-pain left"]),
        ({"code": {"text": "Groin pain"}, "dataAbsentReason": concept("unknown")}, []),
        ({"code": {"text": "Groin pain"}, "status": "entered-in-error"}, []),
        ({"code": {"text": "Pain"}, "valueQuantity": {"value": 7}}, []),
    ],
)
def test_observations_without_a_coding_are_read(chart: Read, fields: dict[str, Any], expected: list[str]) -> None:
    assert text_findings(chart(observation("x", **fields))) == expected


@pytest.mark.parametrize(
    ("display", "fields", "expected"),
    [
        ("Straight leg raise, left", {"valueString": "positive"}, ["slr-positive left"]),
        ("Groin pain", {"valueBoolean": False}, ["no groin-pain"]),
        ("Groin pain", {}, []),  # perhaps a question not answered
        ("Family history of sciatica", {"valueBoolean": True}, []),
        ("Past history", {"valueString": "groin pain"}, []),
        ("Heart rate", {"valueQuantity": {"value": 80}}, []),
    ],
)
def test_an_answer_to_an_unknown_code_is_read_where_its_name_is_of_a_finding(
    chart: Read, display: str, fields: dict[str, Any], expected: list[str]
) -> None:
    code = {"coding": [{"system": LOCAL, "code": "7", "display": display}]}
    assert text_findings(chart(observation("x", **{**fields, "code": code}))) == expected


def test_answers_about_pain_may_be_words(chart: Read) -> None:
    assert text_findings(chart(observation("38204-4", LOINC, valueString="left groin"))) == ["groin-pain left"]
    where = {"code": concept("38204-4", LOINC), "valueCodeableConcept": {"text": "right buttock"}}
    assert text_findings(chart(observation("72514-3", LOINC, component=[where]))) == ["buttock-pain right"]


def test_of_a_procedures_name_only_what_was_done_is_read(chart: Read) -> None:
    done = {"status": "completed", "performedDateTime": "2026-02-01"}
    result = chart(resource("Procedure", code={"text": "Left total hip arthroplasty for groin pain"}, **done))
    assert text_findings(result) == ["hip-replacement-in-place left"]
    assert result.findings[0].source.kind is SourceKind.PROCEDURE_TEXT
    noted = resource("Procedure", code={"text": "Physical therapy"}, note=[{"text": "Still left calf pain"}], **done)
    assert text_findings(chart(noted)) == ["physical-therapy", "calf-pain left"]


def draft(**fields: Any) -> DraftOrder:
    import msgspec

    body = order("73721", **fields)
    return DraftOrder("ServiceRequest/o1", msgspec.convert(body, ServiceRequest), is_selected=True)


def test_an_orders_reasons_details_and_notes_are_read_as_said_today(chart: Read) -> None:
    fields = {
        "reasonCode": [{"text": "L hip pain, r/o labral tear"}],
        "orderDetail": [{"text": "denies back pain"}],
        "note": [{"text": "Right calf pain"}],
    }
    result = chart(drafts=[draft(**fields)])
    assert text_findings(result) == ["hip-pain left", "? labral-tear", "no low-back-pain", "calf-pain right"]
    assert {fact.source.kind for fact in result.findings} == {SourceKind.ORDER_TEXT}
    assert {fact.when for fact in result.findings} == {full_date(date(2026, 3, 10))}


@pytest.mark.parametrize(
    ("reason", "region"),
    [
        ("left hip pain", "hip"),
        ("r/o hip fracture", "hip"),
        ("knee pain", "lower-limb-joint"),
        ("hip and knee pain", "lower-limb-joint"),
        ("hip pain, fell on knee", "lower-limb-joint"),
        ("follow up", "lower-limb-joint"),
    ],
)
def test_a_reason_in_words_decides_the_joint(chart: Read, reason: str, region: str) -> None:
    assert chart(drafts=[draft(reasonCode=[{"text": reason}])]).imaging[0].region == region


def test_a_problem_in_words_named_as_the_reason_stays_one_in_words(chart: Read) -> None:
    named = draft(reasonReference=[{"reference": "Condition/Condition-1"}])
    kinds = [fact.source.kind for fact in chart(text_condition("left hip pain"), drafts=[named]).findings]
    assert kinds == [SourceKind.CONDITION_TEXT, SourceKind.ORDER_TEXT]


def test_a_text_that_is_too_long_is_reported_as_cut(chart: Read) -> None:
    result = chart(text_condition("Left groin pain. " + "x" * 110_000))
    assert text_findings(result) == ["groin-pain left"]
    assert record_text._TRUNCATED_REASON in {record.reason for record in result.ignored}
    assert result.unreadable == {"long text": 1}


def test_a_reports_conclusion_tells_diagnoses_and_no_symptoms(chart: Read) -> None:
    words = "Left labral tear. Indication: sciatica. History: groin pain for a year. Impression: groin pain."
    report = resource("DiagnosticReport", status="final", code={"text": "MRI"}, conclusion=words)
    assert [(fact.id, fact.side, fact.source.kind) for fact in chart(report).findings] == [
        ("labral-tear", Side.LEFT, SourceKind.REPORT_TEXT)
    ]


def test_the_conclusion_of_a_report_on_something_else_is_not_read(chart: Read) -> None:
    report = resource("DiagnosticReport", status="final", code={"text": "Surgical pathology"}, conclusion="Labral tear")
    assert chart(report).findings == ()
