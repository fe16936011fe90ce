"""What was not done, what only orders, and injections of a joint: clinical design, second edition, F4 and F6."""

from collections.abc import Callable
from typing import Any

import pytest
from synthetic import CPT, OWN, SNOMED, Json, concept, condition, order, resource

from cds_service.model.facts import Chart
from cds_service.model.sides import Side

Read = Callable[..., Chart]
HIP, KNEE, SHOULDER = concept("24136001"), concept("72696002"), {"text": "left shoulder"}


def procedure(code: str, system: str = OWN, /, **fields: Any) -> Json:
    body = {"status": "completed", "code": concept(code, system), "performedDateTime": "2026-01-12"}
    return resource("Procedure", **{**body, **fields})


def ids(chart: Read, *resources: Json) -> list[str]:
    return [fact.id for fact in chart(*resources).findings]


@pytest.mark.parametrize("code", ["308447003", "444831000124102"])
@pytest.mark.parametrize("status", ["completed", "in-progress", None])
def test_a_referral_is_no_therapy(chart: Read, code: str, status: str | None) -> None:
    display = {"coding": [{"system": SNOMED, "code": code, "display": "Referral to physical therapy"}]}
    assert ids(chart, procedure("x", status=status, code=concept(code))) == []
    assert ids(chart, procedure("x", status=status, code=display)) == []
    assert ids(chart, order(code, SNOMED, status="completed")) == []
    assert ids(chart, condition(code)) == []


@pytest.mark.parametrize("code", ["308447003", "444831000124102", "91251008", "229065009"])
def test_an_open_referral_is_a_treatment_ordered(chart: Read, code: str) -> None:
    result = chart(order(code, SNOMED, status="active"))
    assert (result.findings, [one.treatment for one in result.imaging]) == ((), ["physical-therapy"])


@pytest.mark.parametrize("status", ["revoked", "entered-in-error", "unknown"])
def test_a_revoked_referral_orders_nothing(chart: Read, status: str) -> None:
    result = chart(order("308447003", SNOMED, status=status))
    assert (result.findings, result.imaging) == ((), ())


NOT_DONE = [
    {"status": "not-done"},
    {"status": "preparation"},
    {"statusReason": {"text": "Patient refused"}},
    {"statusReason": {"coding": [{"system": SNOMED, "code": "1", "display": "Procedure declined by patient"}]}},
    {"outcome": {"text": "Cancelled by patient"}},
    {"outcome": {"text": "did not attend"}},
    {"note": [{"text": "No show"}]},
    {"note": [{"text": "Patient didn't attend"}]},
    {"note": [{"text": "Pt declined today."}]},
    {"note": [{"text": "Appointment canceled, never started"}]},
    {"note": {"text": "DNA"}},
    {"notPerformed": True},
    {"notDone": True},
]


@pytest.mark.parametrize("fields", NOT_DONE)
@pytest.mark.parametrize(
    "code", [concept("97110", CPT), concept("physical-therapy", OWN), {"text": "Physical therapy"}]
)
def test_what_was_not_done_was_not_tried(chart: Read, code: Json, fields: Json) -> None:
    result = chart(procedure("x", **{"code": code, **fields}))
    assert (result.findings, len(result.ignored)) == ((), 1)


@pytest.mark.parametrize(
    "note",
    [
        "Attended eight sessions between January and March with effort. One no show in February because of snow.",
        "Good progress",
        "Will continue",
    ],
)
def test_what_was_done_was_tried(chart: Read, note: str) -> None:
    assert "physical-therapy" in ids(chart, procedure("97110", CPT, note=[{"text": note}]))


@pytest.mark.parametrize(
    "text",
    [
        "Patient declined physical therapy",
        "Physical therapy, declined",
        "Physical therapy: no show",
        "No show for physical therapy",
        "Did not attend physical therapy",
        "Never started physical therapy",
        "Physical therapy was cancelled",
        "Referral to physical therapy",
        "Refused ibuprofen",
    ],
)
def test_what_a_note_says_was_declined_was_not_tried(chart: Read, text: str) -> None:
    present = [
        fact.id for fact in chart(condition("M25.551", note=[{"text": text}])).findings if fact.value.value == "present"
    ]
    assert "physical-therapy" not in present
    assert "nsaid" not in present


@pytest.mark.parametrize("reason", [{"text": "Patient declined"}, {"text": "never filled"}, concept("x", text="x")])
def test_a_drug_that_was_declined_was_not_taken(chart: Read, reason: Json) -> None:
    drug = {"status": "stopped", "medicationCodeableConcept": {"text": "ibuprofen"}, "authoredOn": "2026-01-12"}
    is_declined = reason.get("text") != "x"
    assert ids(chart, resource("MedicationRequest", **drug, statusReason=reason)) == [] if is_declined else ["nsaid"]
    assert ids(chart, resource("MedicationRequest", **drug)) == ["nsaid"]


@pytest.mark.parametrize("code", ["20610", "20611"])
@pytest.mark.parametrize(
    ("fields", "side"),
    [
        ({"bodySite": [HIP]}, Side.UNSTATED),
        ({"bodySite": [concept("287579007")]}, Side.RIGHT),
        ({"bodySite": [{"text": "Left hip"}]}, Side.LEFT),
        ({"bodySite": [{"coding": [{"display": "Right hip joint"}]}]}, Side.RIGHT),
        ({"note": [{"text": "Injection of the hip under ultrasound."}]}, Side.UNSTATED),
    ],
)
def test_an_injection_of_the_hip_is_one_whose_drug_is_not_stated(
    chart: Read, code: str, fields: Json, side: Side
) -> None:
    facts = chart(procedure(code, CPT, **fields)).findings
    assert ("hip-injection-unstated", side) in [(fact.id, fact.side) for fact in facts]
    assert not {fact.id for fact in facts} - {"hip-injection-unstated"}


@pytest.mark.parametrize("code", ["20610", "20611"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"bodySite": [KNEE]},
        {"bodySite": [SHOULDER]},
        {"note": [{"text": "Injection of the knee."}]},
        {"note": [{"text": "Hip and knee pain."}]},
    ],
)
def test_an_injection_elsewhere_or_of_no_stated_joint_is_nothing(chart: Read, code: str, fields: Json) -> None:
    assert "hip-injection-unstated" not in ids(chart, procedure(code, CPT, **fields))


def test_the_words_of_the_code_may_name_the_hip(chart: Read) -> None:
    code = concept("20610", CPT, text="Large joint injection, right hip")
    assert "hip-injection-unstated" in ids(chart, procedure("x", code=code))
    code = concept("20610", CPT, text="Large joint injection, right knee")
    assert "hip-injection-unstated" not in ids(chart, procedure("x", code=code))


def test_an_injection_of_which_the_words_name_the_drug_is_that_alone(chart: Read) -> None:
    code = concept("20610", CPT, text="Right hip steroid injection")
    assert ids(chart, procedure("x", code=code, bodySite=[HIP])) == ["hip-steroid-injection"]
    noted = procedure("20611", CPT, bodySite=[HIP], note=[{"text": "Left hip steroid injection."}])
    assert ids(chart, noted) == ["hip-steroid-injection"]
    # Another record's injection of the hip stays.
    both = [procedure("20611", CPT, bodySite=[HIP]), procedure("hip-steroid-injection") | {"id": "p2"}]
    assert sorted(ids(chart, *both)) == ["hip-injection-unstated", "hip-steroid-injection"]


def test_an_injection_of_a_joint_is_no_imaging(chart: Read) -> None:
    code = concept("20611", CPT, text="US guided injection of the right hip")
    assert chart(procedure("x", code=code)).imaging == ()


def test_a_completed_order_of_an_injection_names_the_hip_or_nothing(chart: Read) -> None:
    assert ids(chart, order("20610", CPT, status="completed", bodySite=[HIP])) == ["hip-injection-unstated"]
    assert ids(chart, order("20610", CPT, status="completed", bodySite=[KNEE])) == []
    missed = order("97110", CPT, status="completed", note=[{"text": "no show"}])
    assert ids(chart, missed) == []
