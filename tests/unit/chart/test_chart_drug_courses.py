"""Steroids taken for long, and drugs that are no longer taken: clinical design, second edition, F1 and F3."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from synthetic import RXNORM, Json, concept, resource

from cds_service.model.facts import Chart

Read = Callable[..., Chart]
TODAY = date(2026, 3, 10)
PREDNISONE = {"text": "prednisone 5 mg oral tablet"}


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def request(days: int, number: int = 1, drug: Json = PREDNISONE, **fields: Any) -> Json:
    body = {"status": "active", "medicationCodeableConcept": drug, "authoredOn": ago(days)}
    return resource("MedicationRequest", number, **{**body, **fields})


def statement(drug: Json = PREDNISONE, **fields: Any) -> Json:
    return resource("MedicationStatement", **{"status": "active", "medicationCodeableConcept": drug, **fields})


def lasting(days: float, repeats: int = 0, unit: str = "d") -> Json:
    return {"expectedSupplyDuration": {"value": days, "unit": unit, "code": unit}, "numberOfRepeatsAllowed": repeats}


def is_long(chart: Read, *records: Json) -> bool:
    return "long-term-steroid" in [fact.id for fact in chart(*records).findings]


@pytest.mark.parametrize(
    "records",
    [
        [statement(effectivePeriod={"start": ago(84)})],
        [statement(effectivePeriod={"start": ago(200), "end": ago(100)}, status="completed")],
        [statement(effectivePeriod={"start": ago(90), "end": "2026-12-01"})],
        [request(84, dispenseRequest={"numberOfRepeatsAllowed": 3})],
        [request(100), request(10, number=2)],
        [request(200, status="completed"), request(120, number=2, status="completed"), request(40, number=3)],
        [request(20, dispenseRequest=lasting(90))],
        [request(1, dispenseRequest=lasting(30, repeats=5))],
        [request(1, dispenseRequest=lasting(3, repeats=0, unit="mo"))],
        [request(90, number=number, dispenseRequest=lasting(28)) for number in (1,)]
        + [request(90 - 28 * number, number=number + 1, dispenseRequest=lasting(28)) for number in (1, 2, 3)],
    ],
    ids=lambda records: str(len(records)),
)
def test_a_steroid_of_twelve_weeks_is_long(chart: Read, records: list[Json]) -> None:
    assert is_long(chart, *records)


@pytest.mark.parametrize(
    "records",
    [
        [statement(effectivePeriod={"start": ago(83)})],
        [statement(effectivePeriod={"start": ago(200), "end": ago(117)}, status="completed")],
        [statement(effectiveDateTime=ago(200))],
        [request(200)],  # never renewed
        [request(60, dispenseRequest={"numberOfRepeatsAllowed": 3})],
        [request(300), request(10, number=2)],  # two courses far apart
        [request(40), request(10, number=2)],
        [request(5, dispenseRequest=lasting(10))],
        [request(150, dispenseRequest=lasting(5)), request(60, number=2, dispenseRequest=lasting(5))],
        [statement(effectivePeriod={"start": ago(900), "end": ago(600)}, status="completed")],  # long ago
        [request(100), request(10, number=2, status="entered-in-error")],
        [request(100), request(10, number=2, doNotPerform=True)],
        [request(100, statusReason={"text": "Patient refused"}), request(10, number=2)],
        [request(100, authoredOn=None), request(10, number=2)],
    ],
    ids=lambda records: str(len(records)),
)
def test_a_shorter_course_is_not(chart: Read, records: list[Json]) -> None:
    assert not is_long(chart, *records)


@pytest.mark.parametrize(
    "drug",
    [
        {"text": "Prednisone 10 mg"},
        {"text": "predniSONE (DELTASONE) 10 mg tablet"},
        {"text": "Prednisolone 5mg tablets"},
        {"text": "methylprednisolone 4 mg oral tablet"},
        {"text": "Dexamethasone 0.5 mg tablet"},
        {"text": "hydrocortisone 10 mg oral tablet"},
        {"text": "deflazacort 6 mg tablet"},
        concept("8640", RXNORM),
        concept("8638", RXNORM),
        concept("3264", RXNORM),
        concept("312617", RXNORM),
        concept("198145", RXNORM),
    ],
)
def test_steroids_are_known_by_name_and_code(chart: Read, drug: Json) -> None:
    assert is_long(chart, statement(drug, effectivePeriod={"start": ago(120)}))


LOCAL = [
    {"text": "methylprednisolone 4 mg dose pack"},
    {"text": "Medrol Dosepak"},
    {"text": "prednisone taper"},
    {"text": "prednisolone acetate 1 % ophthalmic suspension"},
    {"text": "dexamethasone / tobramycin eye drops"},
    {"text": "hydrocortisone 1 % topical cream"},
    {"text": "hydrocortisone 2.5 % rectal foam"},
    {"text": "hydrocortisone acetate 25 MG Rectal Suppository"},
    {"text": "ciprofloxacin / dexamethasone otic suspension"},
    {"text": "methylprednisolone acetate 40 MG/ML injectable suspension"},
    {"text": "betamethasone dipropionate 0.05 % lotion"},
    {"text": "budesonide inhaler"},
    {"text": "fluticasone nasal spray"},
    {"text": "ibuprofen 600 mg"},
]


@pytest.mark.parametrize("drug", LOCAL)
def test_local_drugs_and_packs_are_not(chart: Read, drug: Json) -> None:
    assert not is_long(chart, statement(drug, effectivePeriod={"start": ago(400)}))
    assert not is_long(chart, request(120, drug=drug), request(30, number=2, drug=drug))


DOSAGES = [
    [{"text": "1 drop in both eyes twice daily"}],
    [{"text": "taper over 6 days"}],
    [{"text": "Take 2 tablets daily for 5 days"}],
    [{"text": "x 7 days"}],
    [{"route": {"coding": [{"display": "Nasal route"}]}}],
    [{"route": {"text": "Topical"}}],
    [{"site": {"text": "left hip joint"}}],
    [{"patientInstruction": "Apply to the skin"}],
    [{"text": "Inject into the joint once"}],
]


@pytest.mark.parametrize("dosage", DOSAGES)
def test_so_says_the_dosage(chart: Read, dosage: list[Json]) -> None:
    start = {"start": ago(120)}
    assert not is_long(chart, statement(effectivePeriod=start, dosage=dosage))
    repeated = {"numberOfRepeatsAllowed": 3}
    assert not is_long(chart, request(120, dosageInstruction=dosage, dispenseRequest=repeated))
    assert is_long(chart, statement(effectivePeriod=start, dosage=[{"text": "1 tablet daily by mouth for 6 months"}]))


@pytest.mark.parametrize("strange", [{}, [], "daily", 7, [{"text": 5}], {"numberOfRepeatsAllowed": "3"}])
def test_a_strange_dosage_makes_nothing_unreadable(chart: Read, strange: Any) -> None:
    result = chart(request(100, dosageInstruction=strange, dispenseRequest=strange), request(10, number=2))
    assert ([fact.id for fact in result.findings], result.unreadable) == (["long-term-steroid"], {})


def test_a_long_course_is_dated_by_its_last_day_and_its_beginning(chart: Read) -> None:
    [fact] = chart(request(100), request(10, number=2)).findings
    assert fact.when
    assert fact.onset
    assert (fact.when.first.isoformat(), fact.onset.first.isoformat()) == (ago(10), ago(100))


@pytest.mark.parametrize(
    ("status", "days", "counts"),
    [
        ("active", 2000, True),
        ("on-hold", 2000, True),
        ("unknown", 2000, True),
        ("completed", 365, True),
        ("completed", 366, False),
        ("stopped", 366, False),
    ],
)
def test_a_drug_that_weakens_defence_counts_while_it_is_taken_and_a_year_longer(
    chart: Read, status: str, days: int, counts: bool
) -> None:
    result = chart(request(days, drug={"text": "methotrexate 2.5 mg"}, status=status))
    assert ("immunosuppression" in [fact.id for fact in result.findings]) is counts


@pytest.mark.parametrize(
    "drug",
    [
        "oxybutynin 5 mg",
        "tolterodine ER",
        "solifenacin",
        "darifenacin",
        "trospium",
        "fesoterodine",
        "mirabegron 25 mg",
        "vibegron",
    ],
)
def test_drugs_for_the_bladder_stand_for_its_long_standing_trouble(chart: Read, drug: str) -> None:
    assert [fact.id for fact in chart(request(400, drug={"text": drug})).findings] == ["overactive-bladder"]
