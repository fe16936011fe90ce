"""The orders that cards suggest: valid R4 on every side, filled with patient, side and reasons."""

from dataclasses import replace

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from rendering_facts import BOTH, LEFT, RIGHT, UNSTATED

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge
from cds_service.model.sides import Side
from cds_service.model.terminology import Code
from cds_service.rendering.orders import ORDER_SYSTEM_URI, OrderBuilder, OrderReason

SNOMED = "http://snomed.info/sct"
GROIN = OrderReason("right groin pain", (Code("sct", "102570003"), Code("finding", "groin-pain")))


@pytest.fixture(scope="module")
def builder(knowledge: Knowledge) -> OrderBuilder:
    return OrderBuilder(knowledge.order_templates, knowledge.terminology)


@pytest.mark.parametrize("side", list(Side))
def test_every_order_is_a_valid_draft_on_every_side(side: Side, builder: OrderBuilder, knowledge: Knowledge) -> None:
    for name in knowledge.order_templates:
        order = ServiceRequest.model_validate(builder.build(name, side, "patient-1", [GROIN]))
        assert (order.status, order.intent, order.subject.reference) == ("draft", "order", "Patient/patient-1")


@pytest.mark.parametrize(
    ("side", "code", "body_site", "text"),
    [
        (LEFT, "36631-0", "287679003", "left hip region"),
        (RIGHT, "38771-2", "287579007", "right hip region"),
        (BOTH, "30768-6", "29836001", "hip region (both sides)"),
    ],
)
def test_a_sided_order_has_the_code_and_body_site_of_its_side(
    side: Side, code: str, body_site: str, text: str, builder: OrderBuilder
) -> None:
    order = builder.build("hip-radiograph", side, "patient-1", [])
    assert order["code"]["coding"] == [{"system": "http://loinc.org", "code": code}]
    assert order["bodySite"] == [{"coding": [{"system": SNOMED, "code": body_site}], "text": text}]
    assert {LEFT: "left", RIGHT: "right", BOTH: "both sides"}[side] in order["code"]["text"]


@pytest.mark.parametrize("side", list(Side))
def test_an_order_of_the_midline_has_no_side(side: Side, builder: OrderBuilder) -> None:
    order = builder.build("lumbar-mri-without-contrast", side, "patient-1", [])
    assert order == builder.build("lumbar-mri-without-contrast", UNSTATED, "patient-1", [])
    assert builder.describe("lumbar-mri-without-contrast", side) == "MRI of the lumbar spine without contrast"


def test_an_order_without_a_verified_code_has_one_of_our_own(builder: OrderBuilder) -> None:
    order = builder.build("urgent-spine-assessment", UNSTATED, "patient-1", [])
    assert order["code"]["coding"] == [{"system": ORDER_SYSTEM_URI, "code": "urgent-spine-assessment"}]
    assert order["priority"] == "stat"
    assert "bodySite" not in order


def test_a_reason_is_given_by_its_codes_and_our_label(builder: OrderBuilder) -> None:
    (reason,) = builder.build("hip-radiograph", RIGHT, "patient-1", [GROIN])["reasonCode"]
    assert reason["text"] == "right groin pain"
    assert reason["coding"][0] == {"system": SNOMED, "code": "102570003"}


def test_no_more_than_three_reasons_are_given(builder: OrderBuilder) -> None:
    reasons = [replace_label(GROIN, str(number)) for number in range(5)]
    given = builder.build("hip-radiograph", RIGHT, "patient-1", reasons)["reasonCode"]
    assert [reason["text"] for reason in given] == ["0", "1", "2"]


def test_an_order_without_a_reason_has_no_empty_list_of_them(builder: OrderBuilder) -> None:
    assert "reasonCode" not in builder.build("hip-radiograph", RIGHT, "patient-1", [])


def test_filling_one_order_leaves_nothing_in_the_next(builder: OrderBuilder) -> None:
    builder.build("hip-radiograph", RIGHT, "patient-1", [GROIN])
    order = builder.build("hip-radiograph", RIGHT, "patient-2", [])
    assert order["subject"] == {"reference": "Patient/patient-2"}
    assert "reasonCode" not in order


def test_a_template_that_yields_no_valid_order_is_refused_by_name(knowledge: Knowledge) -> None:
    broken = {"hip-radiograph": replace(knowledge.order_templates["hip-radiograph"], priority=" ")}
    with pytest.raises(ContentError, match=r"hip-radiograph.*does not yield a valid R4 ServiceRequest"):
        OrderBuilder(broken, knowledge.terminology)


def replace_label(reason: OrderReason, label: str) -> OrderReason:
    return OrderReason(label, reason.codes)
