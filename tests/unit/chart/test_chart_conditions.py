"""Conditions as facts: clinical design §1.3, §1.4 and §2, in the shapes of R4, STU3 and DSTU2."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from synthetic import ICD, OWN, SNOMED, concept, condition, patient

from cds_service.model.dates import PartialDate, full_date
from cds_service.model.facts import Chart, Finding, FindingValue
from cds_service.model.sides import Side

Read = Callable[..., Chart]


def fact(chart: Read, *arguments: Any, **fields: Any) -> Finding:
    [finding] = chart(condition(*arguments, **fields)).findings
    return finding


@pytest.mark.parametrize(
    ("code", "finding", "side"),
    [
        ("M25.551", "hip-pain", Side.RIGHT),
        ("M25.552", "hip-pain", Side.LEFT),
        ("M25.559", "hip-pain", Side.UNSTATED),
        ("M16.0", "hip-osteoarthritis", Side.BOTH),
        ("M1611", "hip-osteoarthritis", Side.RIGHT),  # without the point, as claims write it
        ("M169", "hip-osteoarthritis", Side.UNSTATED),
        ("m16.12", "hip-osteoarthritis", Side.LEFT),
        ("S72.011A", "hip-fracture", Side.RIGHT),
        ("M87.052", "femoral-head-necrosis", Side.LEFT),
        ("M79.604", "leg-pain", Side.RIGHT),
    ],
)
def test_icd_10_cm_gives_finding_and_side(chart: Read, code: str, finding: str, side: Side) -> None:
    actual = fact(chart, code, ICD)
    assert (actual.id, actual.side, actual.value) == (finding, side, FindingValue.PRESENT)


@pytest.mark.parametrize("system", [ICD, "http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.90"])
def test_a_system_goes_by_several_names(chart: Read, system: str) -> None:
    assert fact(chart, "M54.31", system).id == "sciatica"


def test_one_code_may_stand_for_two_findings(chart: Read) -> None:
    findings = chart(condition("M54.41", ICD)).findings
    assert {(finding.id, finding.side) for finding in findings} == {
        ("sciatica", Side.RIGHT),
        ("low-back-pain", Side.UNSTATED),
    }


@pytest.mark.parametrize(
    "code", ["R20.0", "R20.2", "M62.81", "R26.89", "R10.31", "R10.32", "N31.9", "M25.851", "S73.191A"]
)
def test_codes_that_name_neither_site_nor_cause_stand_for_nothing(chart: Read, code: str) -> None:
    result = chart(condition(code, ICD))
    assert result.findings == ()
    assert [record.code for record in result.ignored] == [f"{ICD}|{code}"]


@pytest.mark.parametrize("code", [concept("23056005"), {"text": "sciatica"}])
def test_a_condition_that_is_understood_by_its_code_or_its_words_is_not_ignored(chart: Read, code: object) -> None:
    result = chart(condition("x", code=code))
    assert ([finding.id for finding in result.findings], result.ignored) == (["sciatica"], ())


@pytest.mark.parametrize("code", ["C44.91", "Z85.828"])
def test_skin_cancer_other_than_melanoma_is_no_flag(chart: Read, code: str) -> None:
    assert chart(condition(code, ICD)).findings == ()


def test_a_code_without_its_system_stands_for_nothing(chart: Read) -> None:
    unnamed = condition("x", code={"coding": [{"code": "23056005"}]})
    assert chart(unnamed, condition("23056005", "https://ehr.example/local")).findings == ()


def test_the_display_of_a_second_coding_is_read_where_the_first_has_none(chart: Read) -> None:
    local = {"system": "https://ehr.example/local"}
    named = {"coding": [{**local, "code": "7"}, {**local, "code": "8", "display": "Right sciatica"}]}
    actual = fact(chart, "x", code=named)
    assert (actual.id, actual.side) == ("sciatica", Side.RIGHT)


def test_a_second_coding_counts_when_the_first_is_local(chart: Read) -> None:
    both = {"coding": [{"system": "https://ehr.example/local", "code": "7"}, None, {}, *concept("23056005")["coding"]]}
    assert fact(chart, "x", code=both).id == "sciatica"


def test_codings_that_mean_the_same_are_one_finding(chart: Read) -> None:
    same = {"coding": [*concept("23056005")["coding"], {"system": ICD, "code": "M54.30"}]}
    assert len(chart(condition("x", code=same)).findings) == 1


def test_a_code_written_as_a_number_is_read(chart: Read) -> None:
    assert fact(chart, "x", code={"coding": [{"system": SNOMED, "code": 23056005}]}).id == "sciatica"


@pytest.mark.parametrize(
    ("site", "side"),
    [
        ([concept("24028007")], Side.RIGHT),
        ([concept("7771000")], Side.LEFT),
        ([concept("51440002")], Side.BOTH),
        ([concept("287679003")], Side.LEFT),  # the left hip region
        ([concept("24028007"), concept("7771000")], Side.BOTH),
        ([{"text": "Right hip"}], Side.RIGHT),
        ([{"text": "hip, LT"}], Side.LEFT),
        ([{"text": "bilateral hips"}], Side.BOTH),
        ([{"text": "bright"}], Side.UNSTATED),
        ({"text": "left"}, Side.LEFT),  # one where R4 has a list
        ([], Side.UNSTATED),
    ],
)
def test_the_body_site_gives_the_side_by_code_or_word(chart: Read, site: object, side: Side) -> None:
    assert fact(chart, "49218002", bodySite=site).side is side


def test_a_side_in_the_code_overrides_the_body_site(chart: Read) -> None:
    assert fact(chart, "M25.551", ICD, bodySite=[concept("7771000")]).side is Side.RIGHT


@pytest.mark.parametrize(
    ("code", "severity"),
    [("255604002", "mild"), ("6736007", "moderate"), ("1255665007", "moderate"), ("24484000", "severe")],
)
def test_severity_qualifies(chart: Read, code: str, severity: str) -> None:
    assert fact(chart, "239872002", severity=concept(code)).qualifiers == {"severity": severity}


@pytest.mark.parametrize("severity", [None, {}, concept("1"), {"text": "severe"}])
def test_severity_that_is_not_coded_is_not_recorded(chart: Read, severity: object) -> None:
    assert fact(chart, "239872002", severity=severity).qualifiers == {}


@pytest.mark.parametrize(
    ("status", "value"),
    [
        ("confirmed", FindingValue.PRESENT),
        ("provisional", FindingValue.PRESENT),
        ("unconfirmed", FindingValue.PRESENT),
        ("differential", FindingValue.ASKED),
        ("refuted", FindingValue.ABSENT),
    ],
)
@pytest.mark.parametrize("shape", [concept, str, lambda code: {"text": code.title()}])
def test_verification_decides_the_value(
    chart: Read, status: str, value: FindingValue, shape: Callable[..., Any]
) -> None:
    assert fact(chart, "23056005", verificationStatus=shape(status)).value is value


def test_refuted_is_absent_even_when_no_longer_active(chart: Read) -> None:
    over = {"verificationStatus": concept("refuted"), "clinicalStatus": concept("inactive")}
    assert fact(chart, "23056005", **over).value is FindingValue.ABSENT


def test_entered_in_error_says_nothing(chart: Read) -> None:
    result = chart(condition("23056005", verificationStatus=concept("entered-in-error")))
    assert result.findings == ()
    assert "error" in result.ignored[0].reason


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
@pytest.mark.parametrize("shape", [concept, str])
def test_what_is_over_does_not_count(chart: Read, status: str, shape: Callable[[str], Any]) -> None:
    result = chart(condition("23056005", clinicalStatus=shape(status)))
    assert result.findings == ()
    assert status in result.ignored[0].reason


def test_a_status_counts_wherever_it_stands_among_the_codings(chart: Read) -> None:
    coded = {"coding": [{"system": "https://ehr.example/local", "code": "3"}, {"code": "resolved"}]}
    assert chart(condition("23056005", clinicalStatus=coded)).findings == ()


@pytest.mark.parametrize("status", ["active", "recurrence", "relapse", None])
def test_what_is_active_or_of_no_status_counts(chart: Read, status: str | None) -> None:
    assert fact(chart, "23056005", clinicalStatus=concept(status) if status else None).value is FindingValue.PRESENT


@pytest.mark.parametrize(
    "abated",
    [
        {"abatementDateTime": "2026-02-01"},
        {"abatementBoolean": True},
        {"abatementPeriod": {"end": "2026-02"}},
        {"abatementAge": {"value": 60}},
        {"abatementRange": {}},
        {"abatementString": "last winter"},
    ],
)
def test_what_has_abated_does_not_count(chart: Read, abated: dict[str, Any]) -> None:
    assert chart(condition("23056005", clinicalStatus=None, **abated)).findings == ()


def test_not_abated_counts(chart: Read) -> None:
    assert fact(chart, "23056005", abatementBoolean=False).value is FindingValue.PRESENT


@pytest.mark.parametrize(
    ("dates", "when", "onset"),
    [
        ({"recordedDate": "2026-01-05"}, "2026-01-05", None),
        ({"onsetDateTime": "2025-11-02T23:30:00-05:00"}, "2025-11-02", "2025-11-02"),  # the day as written
        ({"recordedDate": "2026-01-05", "onsetDateTime": "2024-01-01"}, "2026-01-05", "2024-01-01"),
        ({"recordedDate": "2024-01-05", "onsetDateTime": "2025-01-01"}, "2025-01-01", "2025-01-01"),
        ({"onsetPeriod": {"start": "2025-11-02"}}, "2025-11-02", "2025-11-02"),
        ({"dateRecorded": "2026-01-05"}, "2026-01-05", None),
        ({"assertedDate": "2026-01-05"}, "2026-01-05", None),
        ({"meta": {"lastUpdated": "2026-03-01T00:00:00Z"}}, None, None),
        ({"recordedDate": "2026-03-11"}, "2026-03-11", None),  # a day ahead: another zone
        ({"recordedDate": "2026-03-12"}, None, None),
        ({"recordedDate": "1959-01-01"}, None, None),  # before birth
        ({"recordedDate": "2026-02-30"}, None, None),
        ({"recordedDate": "soon", "onsetDateTime": ""}, None, None),
    ],
)
def test_dates_are_recorded_or_onset_the_newer_and_impossible_ones_are_none(
    chart: Read, dates: dict[str, Any], when: str | None, onset: str | None
) -> None:
    [finding] = chart(patient(), condition("23056005", **{"recordedDate": None, **dates})).findings
    expected = tuple(full_date(date.fromisoformat(day)) if day else None for day in (when, onset))
    assert (finding.when, finding.onset) == expected


def test_partial_dates_stay_partial(chart: Read) -> None:
    finding = fact(chart, "23056005", recordedDate="2025-03", onsetDateTime="2024")
    assert finding.when == PartialDate(date(2025, 3, 1), date(2025, 3, 31))
    assert finding.onset == PartialDate(date(2024, 1, 1), date(2024, 12, 31))


def test_a_dstu2_condition_is_read(chart: Read) -> None:
    finding = fact(
        chart,
        "23056005",
        subject=None,
        patient={"reference": "Patient/patient-1"},
        clinicalStatus="active",
        verificationStatus="confirmed",
        recordedDate=None,
        dateRecorded="2026-01-05",
    )
    assert (finding.id, finding.when, finding.source.reference) == (
        "sciatica",
        full_date(date(2026, 1, 5)),
        "Condition/Condition-1",
    )


def test_a_condition_of_our_own_code_system_is_read(chart: Read) -> None:
    assert fact(chart, "lateral-hip-pain", OWN).id == "lateral-hip-pain"


def test_a_condition_without_code_is_passed_over(chart: Read) -> None:
    assert chart(condition("x", code=None), condition("x", code={"text": "cough"})).findings == ()
