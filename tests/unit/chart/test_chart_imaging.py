"""ImagingStudies, reports and orders as region, modality, contrast and side: clinical design §3."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from synthetic import CPT, DICOM, LOINC, Json, concept, order, resource

from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, Imaging, SourceKind, Stage
from cds_service.model.sides import Side

Read = Callable[..., Chart]
LOCAL = "https://ehr.example/orders"


def study(**fields: Any) -> Json:
    return resource("ImagingStudy", **{"status": "available", "started": "2026-01-12T08:00:00Z", **fields})


def done(chart: Read, **fields: Any) -> Imaging:
    [imaging] = chart(study(**fields)).imaging
    assert imaging.stage is Stage.STUDY
    return imaging


def summary(imaging: Imaging) -> tuple[str | None, str | None, str | None, Side]:
    return imaging.region, imaging.modality, imaging.contrast, imaging.side


def test_a_procedure_code_says_all(chart: Read) -> None:
    imaging = done(chart, procedureCode=[concept("36490-1", LOINC)])
    assert summary(imaging) == ("hip", "MR", "without", Side.RIGHT)
    assert (imaging.when, imaging.source.kind) == (full_date(date(2026, 1, 12)), SourceKind.STUDY)


@pytest.mark.parametrize(
    "site",
    [
        {"system": "http://snomed.info/sct", "code": "29836001"},
        {"code": "HIP", "display": "Hip"},
        concept("29836001"),  # R5's shape
        {"display": "Hip joint"},
    ],
)
def test_else_the_body_site_of_the_series(chart: Read, site: Json) -> None:
    series = [{"bodySite": site, "laterality": {"system": "http://snomed.info/sct", "code": "7771000"}}]
    assert summary(done(chart, series=series)) == ("hip", None, None, Side.LEFT)


def test_laterality_may_be_a_word(chart: Read) -> None:
    series = [{"bodySite": {"display": "Hip"}, "laterality": {"display": "Right"}}]
    assert done(chart, series=series).side is Side.RIGHT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MRI HIP LT WO CONTRAST", ("hip", "MR", "without", Side.LEFT)),
        ("CT lumbar spine w/wo contrast", ("lumbar-spine", "CT", "both", Side.UNSTATED)),
        ("XR Pelvis, bilateral", ("pelvis", "XR", None, Side.BOTH)),
        ("X-ray right knee", ("knee", "XR", None, Side.RIGHT)),
        ("MR L-SPINE W CONTRAST", ("lumbar-spine", "MR", "with", Side.UNSTATED)),
        ("MR abdomen and pelvis", ("other", "MR", None, Side.UNSTATED)),
    ],
)
@pytest.mark.parametrize("field", ["description", "series", "procedureCode"])
def test_else_the_descriptions(
    chart: Read, field: str, text: str, expected: tuple[str | None, str | None, str | None, Side]
) -> None:
    shapes = {"description": text, "series": [{"description": text}], "procedureCode": [{"text": text}]}
    assert summary(done(chart, **{field: shapes[field]})) == expected


def test_a_local_procedure_codes_display_is_read(chart: Read) -> None:
    local = {"coding": [{"system": LOCAL, "code": "MRHL", "display": "MR Hip Left"}]}
    assert summary(done(chart, procedureCode=[local])) == ("hip", "MR", None, Side.LEFT)


@pytest.mark.parametrize(
    ("code", "modality"), [("CR", "XR"), ("DX", "XR"), ("MR", "MR"), ("CT", "CT"), ("RF", "RF"), ("SR", None)]
)
@pytest.mark.parametrize("place", ["study", "series"])
def test_the_modality_is_dicoms(chart: Read, place: str, code: str, modality: str | None) -> None:
    coding = {"system": DICOM, "code": code}
    where = {"modality": [coding]} if place == "study" else {"series": [{"modality": coding}]}
    imaging = done(chart, **{"description": "hip", **where})
    assert imaging.modality == modality


def test_two_modalities_say_nothing_and_a_report_object_is_none(chart: Read) -> None:
    both = [{"code": "MR"}, {"code": "CT"}]
    assert done(chart, description="hip", modality=both).modality is None
    assert done(chart, description="hip", modality=[{"code": "MR"}, {"code": "SR"}]).modality == "MR"


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "registered"])
def test_a_study_not_done_does_not_count(chart: Read, status: str) -> None:
    assert chart(study(description="MRI hip", status=status)).imaging == ()


@pytest.mark.parametrize("description", [None, "MRI", "MRI hip and lumbar spine"])
def test_a_study_whose_region_cannot_be_told_is_passed_over(chart: Read, description: str | None) -> None:
    result = chart(study(description=description))
    assert result.imaging == ()
    assert "region" in result.ignored[0].reason


def test_a_study_without_a_date_is_undated(chart: Read) -> None:
    assert done(chart, description="MRI hip", started=None).when is None


def test_an_imaging_report_is_imaging_done(chart: Read) -> None:
    report = resource(
        "DiagnosticReport", status="final", code=concept("36490-1", LOINC), effectiveDateTime="2026-01-12"
    )
    [imaging] = chart(report).imaging
    assert summary(imaging) == ("hip", "MR", "without", Side.RIGHT)
    assert (imaging.stage, imaging.when, imaging.source.kind) == (
        Stage.STUDY,
        full_date(date(2026, 1, 12)),
        SourceKind.REPORT,
    )


def test_a_coded_conclusion_is_a_finding_on_the_reports_side(chart: Read) -> None:
    report = resource(
        "DiagnosticReport",
        status="final",
        code=concept("36490-1", LOINC),
        effectivePeriod={"start": "2026-01-12"},
        conclusionCode=[concept("239872002"), concept("1")],
    )
    [finding] = chart(report).findings
    assert (finding.id, finding.side, finding.when) == ("hip-osteoarthritis", Side.RIGHT, full_date(date(2026, 1, 12)))


@pytest.mark.parametrize(
    ("code", "conclusion"),
    [
        ({"text": "MRI of the left hip"}, None),
        ({"text": "Report"}, [concept("239872002")]),  # hip osteoarthritis
    ],
)
def test_a_report_that_gives_imaging_or_a_conclusion_is_not_ignored(
    chart: Read, code: Json, conclusion: list[Json] | None
) -> None:
    result = chart(resource("DiagnosticReport", status="final", code=code, conclusionCode=conclusion))
    assert (len(result.imaging) + len(result.findings), result.ignored) == (1, ())


def test_a_report_of_something_else_is_passed_over(chart: Read) -> None:
    result = chart(resource("DiagnosticReport", status="final", code=concept("24331-1", LOINC)))
    assert (result.imaging, result.findings, len(result.ignored)) == ((), (), 1)


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error", "unknown"])
def test_a_report_not_made_does_not_count(chart: Read, status: str) -> None:
    assert chart(resource("DiagnosticReport", status=status, code=concept("36490-1", LOINC))).imaging == ()


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        (concept("72148", CPT), {}, ("lumbar-spine", "MR", "without", Side.UNSTATED)),
        (concept("36490-1", LOINC), {}, ("hip", "MR", "without", Side.RIGHT)),
        (concept("73502", CPT), {"bodySite": [concept("24028007")]}, ("hip", "XR", None, Side.RIGHT)),
        (concept("73502", CPT, text="XR hip left"), {}, ("hip", "XR", None, Side.LEFT)),
        (concept("73721", CPT), {"bodySite": [concept("287579007")]}, ("hip", "MR", "without", Side.RIGHT)),
        (concept("73721", CPT), {"bodySite": [concept("82169009")]}, ("knee", "MR", "without", Side.LEFT)),
        (concept("73721", CPT), {"orderDetail": [{"text": "left hip"}]}, ("hip", "MR", "without", Side.LEFT)),
        (concept("72148", CPT), {"bodySite": [concept("29836001")]}, ("lumbar-spine", "MR", "without", Side.UNSTATED)),
        ({"text": "MRI HIP LT WO CONTRAST"}, {}, ("hip", "MR", "without", Side.LEFT)),
        (concept("9", LOCAL, text="MRI HIP LT WO CONTRAST"), {}, ("hip", "MR", "without", Side.LEFT)),
        (
            {"coding": [{"system": LOCAL, "code": "9", "display": "CT Pelvis"}]},
            {},
            ("pelvis", "CT", None, Side.UNSTATED),
        ),
        ({"text": "MRI"}, {"bodySite": [{"text": "left hip"}]}, ("hip", "MR", None, Side.LEFT)),
        ({"text": "CT hip and knee"}, {}, (None, "CT", None, Side.UNSTATED)),
    ],
)
def test_an_order_is_described_by_code_then_body_site_then_text(
    chart: Read, code: Json, more: Json, expected: tuple[str | None, str | None, str | None, Side]
) -> None:
    [imaging] = chart(order("x", status="active", **{"code": code, **more})).imaging
    assert summary(imaging) == expected


def test_code_and_body_site_that_name_different_sides_leave_the_order_without_a_side(chart: Read) -> None:
    [imaging] = chart(order("36490-1", LOINC, status="active", bodySite=[concept("287679003")])).imaging
    assert (imaging.side, imaging.code_side, imaging.has_side_conflict) == (Side.UNSTATED, Side.RIGHT, True)


@pytest.mark.parametrize(
    "code",
    [None, {}, {"coding": [{}]}, {"text": "HIP PAIN"}, concept("24531-6", LOINC), concept("1", LOCAL, text="hip")],
)
def test_what_is_no_imaging_that_we_know_is_none(chart: Read, code: Json | None) -> None:
    result = chart(order("x", status="active", code=code))
    assert (result.imaging, len(result.ignored)) == ((), 1)
