"""Changing the side of a caller's order: all of it, or none of it."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rendering_facts import LEFT, RIGHT

from cds_service.model.sides import Side
from cds_service.rendering.side_changer import SideChanger
from tests.shipped import shipped_knowledge

CHANGER = SideChanger(shipped_knowledge().terminology)
SNOMED, LOINC, CPT = "http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt"
SITES = {LEFT: "287679003", RIGHT: "287579007"}
MRI = {LEFT: "36488-5", RIGHT: "36490-1"}


def order(side: Side = LEFT, **more: Any) -> dict[str, Any]:
    """Build a hip MRI as an EHR records it, on the side that its code and body site name."""
    return {
        "resourceType": "ServiceRequest",
        "id": "o1",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [{"system": LOINC, "code": MRI[side]}]},
        "subject": {"reference": "Patient/patient-1"},
        "bodySite": [{"coding": [{"system": SNOMED, "code": SITES[side]}]}],
        **more,
    }


def coded(*codings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": {"coding": list(codings), **more}}


def change(original: dict[str, Any], side: Side = RIGHT) -> dict[str, Any] | None:
    return CHANGER.change_side(json.dumps(original).encode(), side)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_the_code_and_the_body_site_move_to_the_side(side: Side) -> None:
    changed = change(order(side.opposite), side)
    assert changed is not None
    assert changed["code"]["coding"] == [{"system": LOINC, "code": MRI[side]}]
    assert changed["bodySite"] == [{"coding": [{"system": SNOMED, "code": SITES[side]}], "text": f"{side.value} hip"}]


def test_the_old_codes_display_and_text_are_removed() -> None:
    changed = change(
        order(**coded({"system": LOINC, "code": MRI[LEFT], "display": "MR Hip - left"}, text="MR hip left"))
    )
    assert changed is not None
    assert changed["code"] == {"coding": [{"system": LOINC, "code": MRI[RIGHT]}]}


def test_a_code_without_a_side_stays_as_it_is_and_only_the_body_site_moves() -> None:
    original = order(**coded({"system": CPT, "code": "73721", "display": "MRI joint"}, text="MRI of a joint"))
    changed = change(original)
    assert changed is not None
    assert changed["code"] == original["code"]
    assert changed["bodySite"][0]["coding"][0]["code"] == SITES[RIGHT]


def test_an_order_without_a_body_site_gets_one() -> None:
    original = order()
    del original["bodySite"]
    changed = change(original)
    assert changed is not None
    assert changed["bodySite"][0]["text"] == "right hip"


def test_everything_else_comes_back_as_it_came() -> None:
    more = {
        "extension": [{"url": "https://ehr.example/x", "valueDecimal": 1.25}, {"url": "y", "valueBoolean": False}],
        "_authoredOn": {"extension": [{"url": "z", "valueString": "é 漢"}]},
        "contained": [{"resourceType": "Device", "id": "d"}],
        "reasonCode": [{"text": "right hip pain"}],
        "unknownElement": [None, 0, "", {"deep": [[]]}],
    }
    original = order(**copy.deepcopy(more))
    changed = change(original)
    assert changed is not None
    assert {name: changed[name] for name in more} == more
    assert list(changed) == list(original)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(extra=st.dictionaries(st.text(min_size=1).map(lambda name: f"x-{name}"), JSON, max_size=4))
def test_any_other_element_of_an_order_comes_back_as_it_came(extra: dict[str, Any]) -> None:
    changed = change(order(**extra))
    assume(changed is not None)
    assert changed is not None
    assert {name: changed[name] for name in extra} == extra


@pytest.mark.parametrize(
    "more",
    [
        coded({"system": CPT, "code": "73721"}, text="MRI LEFT hip"),
        coded({"system": CPT, "code": "73721", "display": "MRI hip, Lt."}),
        {"note": [{"text": "Left only, please"}]},
        {"orderDetail": [{"text": "lt side"}]},
        {"patientInstruction": "Lie on your left."},
        {"reasonCode": [{"text": "pain in the left hip"}]},
        {"reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M25.552"}]}]},
        {"text": {"status": "generated", "div": "<div>MRI hip (left)</div>"}},
        {"extension": [{"url": "https://ehr.example/modifier", "valueCode": "LT"}]},
        {"extension": [{"url": "x", "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "7771000"}]}}]},
        {"supportingInfo": [{"display": "XR hip left"}]},
        {"orderDetail": [{"coding": [{"system": SNOMED, "code": SITES[LEFT]}]}]},
    ],
)
def test_an_order_that_still_names_the_old_side_anywhere_is_not_changed(more: dict[str, Any]) -> None:
    assert change(order(**more)) is None


def test_an_order_is_not_changed_where_a_local_code_beside_the_moved_one_may_name_the_old_side() -> None:
    local = {"system": "https://ehr.example/orderables", "code": "IMG4712"}
    assert change(order(**coded({"system": LOINC, "code": MRI[LEFT]}, local))) is None


def test_a_local_code_alone_does_not_keep_an_order_from_its_side() -> None:
    local = {"system": "https://ehr.example/orderables", "code": "IMG4712", "display": "MRI hip"}
    changed = change(order(**coded(local)))
    assert changed is not None
    assert changed["code"]["coding"] == [local]


@pytest.mark.parametrize("text", ["nothing leftover", "Altar", "bright", "right hip"])
def test_words_that_only_look_like_the_old_side_do_not_matter(text: str) -> None:
    assert change(order(note=[{"text": text}])) is not None


def test_codes_that_are_not_text_and_missing_systems_are_ignored() -> None:
    original = order(**coded({"code": 73721}, {"system": None, "code": "x"}, {}))
    assert change(original) is not None
