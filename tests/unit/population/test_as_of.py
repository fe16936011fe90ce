"""Tests of the chart as it was: what was known at a moment."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cds_service.fhir.resources import SupportedResource
from cds_service.population.as_of import Moment, as_known, date_resource, read_moment

_DECODER: msgspec.json.Decoder[SupportedResource] = msgspec.json.Decoder(SupportedResource)
NINE = Moment(date(2026, 3, 10), datetime(2026, 3, 10, 9, tzinfo=UTC))


def resource(kind: str, **fields: Any) -> SupportedResource:
    return _DECODER.decode(msgspec.json.encode({"resourceType": kind, "id": "1", **fields}))


KNOWN = [
    ("Condition", {"recordedDate": "2026-03-09"}, True),
    ("Condition", {"recordedDate": "2026-03-11"}, False),
    ("Condition", {"recordedDate": "2026-03-11", "onsetDateTime": "2026-01-01"}, False),
    ("Condition", {"onsetDateTime": "2026-03-09"}, True),
    ("Condition", {"onsetDateTime": "2026-04"}, False),
    ("Condition", {}, True),
    ("Condition", {"recordedDate": "3/11/2026"}, True),
    ("Condition", {"recordedDate": "2026-03"}, True),
    ("Condition", {"recordedDate": "2026"}, True),
    ("Condition", {"recordedDate": "2026-03-10"}, True),
    ("Condition", {"recordedDate": "2026-03-10T08:00:00Z"}, True),
    ("Condition", {"recordedDate": "2026-03-10T12:00:00Z"}, False),
    ("Condition", {"recordedDate": "2026-03-10T10:30:00+02:00"}, True),
    ("Observation", {"effectiveDateTime": "2026-03-10T08:00:00Z"}, True),
    ("Observation", {"effectivePeriod": {"start": "2026-03-01", "end": "2026-03-20"}}, False),
    ("Procedure", {"performedDateTime": "2026-03-10"}, False),
    ("Procedure", {"performedDateTime": "2026-03-09"}, True),
    ("ImagingStudy", {"started": "2026-03-10"}, False),
    ("ImagingStudy", {"started": "2026-03-10T08:59:00Z"}, True),
    ("DiagnosticReport", {"effectiveDateTime": "2026-03-01", "issued": "2026-03-11T08:00:00Z"}, False),
    ("MedicationRequest", {"authoredOn": "2026-03-11"}, False),
    ("DocumentReference", {"date": "2026-03-11T08:00:00Z"}, False),
    ("QuestionnaireResponse", {"authored": "2026-03-09"}, True),
    ("Patient", {}, True),
]


@pytest.mark.parametrize(("kind", "fields", "is_known"), KNOWN)
def test_a_record_is_known_from_when_it_was_recorded(kind: str, fields: dict[str, Any], is_known: bool) -> None:
    assert date_resource(resource(kind, **fields), "").is_known(NINE) is is_known


def test_the_date_of_issue_outweighs_when_it_was_measured() -> None:
    result = date_resource(resource("Observation", effectiveDateTime="2026-03-01"), "2026-03-12T10:00:00Z")
    assert not result.is_known(NINE)
    assert result.is_recorded


def test_a_moment_without_a_time_holds_what_was_recorded_that_day_but_no_later_study() -> None:
    day = Moment(NINE.day)
    note = date_resource(resource("Condition", recordedDate="2026-03-10T17:00:00Z"), "")
    study = date_resource(resource("ImagingStudy", started="2026-03-10T08:00:00Z"), "")
    assert note.is_known(day)
    assert not study.is_known(day)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-10T09:00:00Z", NINE),
        ("2026-03-10", Moment(date(2026, 3, 10))),
        ("2026-03-10T09:00:00", Moment(date(2026, 3, 10))),
        ("2026-03", None),
        ("2026-13-10", None),
        ("", None),
        (None, None),
        ("yesterday", None),
    ],
)
def test_only_a_whole_date_is_a_moment(text: str | None, moment: Moment | None) -> None:
    assert read_moment(text) == moment


def test_a_problem_that_ended_later_had_not_ended() -> None:
    ended = resource("Condition", abatementDateTime="2026-05-01", clinicalStatus={"coding": [{"code": "resolved"}]})
    known = as_known(date_resource(ended, ""), NINE)
    assert known == resource("Condition")
    before = resource("Condition", abatementDateTime="2026-01-01", clinicalStatus={"coding": [{"code": "resolved"}]})
    assert as_known(date_resource(before, ""), NINE) is before


@pytest.mark.parametrize(
    ("fields", "is_dead"),
    [
        ({"deceasedDateTime": "2026-03-09"}, True),
        ({"deceasedDateTime": "2026-03-10"}, True),
        ({"deceasedDateTime": "2026-03-11T10:00:00Z"}, False),
        ({"deceasedDateTime": "2025"}, True),
        ({"deceasedDateTime": "2026"}, False),
        ({"deceasedBoolean": True}, False),
        ({}, False),
    ],
)
def test_a_patient_who_died_later_was_alive(fields: dict[str, Any], is_dead: bool) -> None:
    known = as_known(date_resource(resource("Patient", **fields), ""), NINE)
    assert getattr(known, "is_deceased") is is_dead  # noqa: B009 - of a union
