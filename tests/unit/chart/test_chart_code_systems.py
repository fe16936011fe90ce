"""Code systems as senders write them, and sides in more ways: clinical design, second edition, F5."""

from collections.abc import Callable
from typing import Any

import pytest
from synthetic import ICD, OWN, SNOMED, Json, concept, condition, observation, order

from cds_service.model.facts import Chart
from cds_service.model.sides import Side

Read = Callable[..., Chart]
GERMAN = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
SITES = "http://terminology.hl7.org/CodeSystem/v2-0163"
INTERNATIONAL = "http://snomed.info/sct/900000000000207008"


def ids(chart: Read, *resources: Json) -> list[str]:
    return [fact.id for fact in chart(*resources).findings]


@pytest.mark.parametrize(
    "system",
    [
        SNOMED,
        "https://snomed.info/sct",
        "http://snomed.info/sct/",
        "https://snomed.info/sct/",
        " http://snomed.info/sct ",
        "http://snomed.info/sct\n",
        "HTTP://SNOMED.INFO/SCT",
        INTERNATIONAL,
        f"{INTERNATIONAL}/version/20240101",
        "https://snomed.info/sct/731000124108/version/20240301",
        "http://snomed.info/sct/83821000000107",
        "http://snomed.info/sct|http://snomed.info/sct/900000000000207008/version/20240101",
        "urn:oid:2.16.840.1.113883.6.96",
        " urn:oid:2.16.840.1.113883.6.96",
    ],
)
def test_snomed_ct_goes_by_many_names(chart: Read, system: str) -> None:
    assert ids(chart, condition("49218002", system)) == ["hip-pain"]


@pytest.mark.parametrize(
    "system",
    [
        "http://snomed.info/sctx",
        "http://snomed.info",
        "http://snomed.info/id/49218002",
        "http://example.org/sct",
        "",
        None,
    ],
)
def test_another_system_is_not_snomed_ct(chart: Read, system: str | None) -> None:
    code = {"coding": [{"system": system, "code": "49218002"}]}
    assert ids(chart, condition("x", code=code)) == []


@pytest.mark.parametrize(
    ("system", "code", "finding"),
    [
        ("https://hl7.org/fhir/sid/icd-10-cm", "M25.551", "hip-pain"),
        ("http://hl7.org/fhir/sid/icd-10-cm/", "M25551", "hip-pain"),
        (" http://hl7.org/fhir/sid/icd-10-cm", " M25.551 ", "hip-pain"),
        ("http://hl7.org/fhir/sid/icd-10-cm|2026", "C50.911", "active-cancer"),
        ("https://loinc.org/", "8310-5", ""),
        ("https://hip-spine-cds.example/fhir/CodeSystem/finding/", "groin-pain", "groin-pain"),
        ("http://hip-spine-cds.example/fhir/CodeSystem/finding", "groin-pain", "groin-pain"),
    ],
)
def test_so_do_the_others(chart: Read, system: str, code: str, finding: str) -> None:
    assert ids(chart, condition(code, system)) == [finding] * bool(finding)


@pytest.mark.parametrize(
    ("code", "system"), [("72148", "https://www.ama-assn.org/go/cpt"), ("30679-5", "https://loinc.org")]
)
def test_an_order_is_known_however_its_system_is_written(chart: Read, code: str, system: str) -> None:
    [imaging] = chart(order(code, system, status="active")).imaging
    assert (imaging.region, imaging.modality) == ("lumbar-spine", "MR")


def test_a_unknown_code_is_counted_under_its_system(chart: Read) -> None:
    result = chart(condition("1", f"{INTERNATIONAL}/version/20240101"), condition("2", "https://ehr.example", number=2))
    assert dict(result.unmapped) == {"sct": 1, "other": 1}


@pytest.mark.parametrize("system", [GERMAN, "http://fhir.de/CodeSystem/dimdi/icd-10-gm", f"{GERMAN}|2026", ICD])
@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("C50.4", {"active-cancer"}),
        ("C79.5", {"active-cancer"}),
        ("C44.3", set()),
        ("M54.3", {"sciatica"}),
        ("M54.4", {"sciatica", "low-back-pain"}),
        ("M54.5", {"low-back-pain"}),
        ("M54.16", {"lumbar-radiculopathy"}),
        ("M54.12", set()),
        ("M48.06", {"lumbar-stenosis"}),
        ("M48.02", set()),
        ("M16.1", {"hip-osteoarthritis"}),
        ("M46.46", {"spinal-infection"}),
        ("S72.0", {"hip-fracture"}),
        ("S72.1", {"hip-fracture"}),
        ("S32.0", {"vertebral-fracture"}),
        ("S32.4", {"pelvic-fracture"}),
        ("I71.4", {"aortic-aneurysm"}),
        ("G83.4", {"cauda-equina-syndrome"}),
        ("G57.0", {"piriformis-syndrome"}),
        ("G57.1", {"meralgia-paraesthetica"}),
        ("K40.9", {"inguinal-hernia"}),
        ("M70.6", {"trochanteric-pain-syndrome"}),
        ("R33", {"urinary-retention"}),
        ("R15", {"bowel-incontinence"}),
        ("R32", {"urinary-incontinence"}),
        ("N39.4", {"urinary-incontinence"}),
        ("B20", {"immunosuppression"}),
        ("Z94.0", {"immunosuppression"}),
        ("Z85.3", {"cancer-history"}),
        ("Z80.3", set()),
        ("Z12.3", set()),
    ],
)
def test_the_categories_that_icd_10_shares_mean_the_same(
    chart: Read, system: str, code: str, findings: set[str]
) -> None:
    assert set(ids(chart, condition(code, system))) == findings


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("N39.41", {"urinary-incontinence"}),  # overflow there, urge incontinence here
        ("N39.42", {"urinary-incontinence"}),
        ("I70.23", set()),  # a stage there, the right leg here
        ("I70.24", set()),
        ("M80.08", {"osteoporosis"}),  # skull, ribs and trunk there too
        ("M80.05", {"osteoporosis"}),  # the whole of pelvis and thigh
        ("M25.55", set()),
        ("M16.11", {"hip-osteoarthritis"}),
        ("S72.01", {"hip-fracture"}),
        ("S72.11", {"hip-fracture"}),
        ("S32.01", {"vertebral-fracture"}),
        ("M54.56", {"low-back-pain"}),
        ("C79.5 +", {"active-cancer"}),
        ("M54.16 !", {"lumbar-radiculopathy"}),
    ],
)
def test_the_german_fifth_character_is_read_only_where_it_means_the_same(
    chart: Read, code: str, findings: set[str]
) -> None:
    facts = chart(condition(code, GERMAN)).findings
    assert {fact.id for fact in facts} == findings
    assert {fact.side for fact in facts} <= {Side.UNSTATED}


@pytest.mark.parametrize(
    ("site", "side"),
    [
        (concept("RT", SITES), Side.RIGHT),
        (concept("LT", SITES), Side.LEFT),
        (concept("RT", "http://hl7.org/fhir/v2/0163"), Side.RIGHT),
        (concept("LT", "urn:oid:2.16.840.1.113883.12.163"), Side.LEFT),
        (concept("BU", SITES), Side.UNSTATED),
        ({"coding": [{"system": "urn:oid:1.2.3.4", "code": "77", "display": "Left hip"}]}, Side.LEFT),
        ({"coding": [{"display": "Right hip region structure"}]}, Side.RIGHT),
        ({"coding": [{"display": "Hip"}]}, Side.UNSTATED),
        ({"coding": [{"display": "Both hips"}]}, Side.BOTH),
        ({"text": "left"}, Side.LEFT),
    ],
)
@pytest.mark.parametrize("system", [SNOMED, OWN])
def test_a_body_site_gives_its_side_by_code_and_by_display(chart: Read, site: Json, side: Side, system: str) -> None:
    code = {SNOMED: "49218002", OWN: "hip-pain"}[system]
    [fact] = chart(condition(code, system, bodySite=[site])).findings
    assert fact.side is side


def test_the_display_of_a_body_site_is_the_place_of_an_order(chart: Read) -> None:
    site = {"coding": [{"system": "urn:oid:1.2.3.4", "code": "77", "display": "Left hip"}]}
    [imaging] = chart(order("73721", status="active", bodySite=[site])).imaging
    assert (imaging.region, imaging.side) == ("hip", Side.LEFT)


LONE = {"system": ICD, "code": "M25.551"}


@pytest.mark.parametrize(
    "resource",
    [
        condition("x", code={"coding": LONE}),
        condition("M25.551", ICD, clinicalStatus={"coding": {"code": "active"}}),
        condition("M25.551", ICD, bodySite={"coding": {"system": SITES, "code": "RT"}}),
        condition("M25.551", ICD, severity={"coding": {"system": SNOMED, "code": "24484000"}}),
        observation(
            "x",
            code={"coding": {"system": OWN, "code": "hip-pain"}},
            bodySite={"coding": {"system": SITES, "code": "RT"}},
        ),
        order("72148", status="active", reasonCode=[{"coding": LONE}]),
    ],
)
def test_a_coding_may_be_an_object(chart: Read, resource: Json) -> None:
    result = chart(resource)
    assert [(fact.id, fact.side) for fact in result.findings] == [("hip-pain", Side.RIGHT)]
    assert result.unreadable == {}


@pytest.mark.parametrize("coding", ["M25.551", 7, [["M25.551"]], {"system": 7}, [{"system": ICD}, 5]])
def test_a_coding_of_another_shape_stays_unreadable(chart: Read, coding: Any) -> None:
    result = chart(condition("x", code={"coding": coding}))
    assert (result.findings, dict(result.unreadable)) == ((), {"Condition": 1})
