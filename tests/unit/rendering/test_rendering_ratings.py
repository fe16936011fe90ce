"""The `pama-rating` extensions on the caller's own order; nothing else in it changes."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from rendering_facts import DRAFT, imaging

from cds_service.model.conditions import ALWAYS, ImagingSpec
from cds_service.model.content import RatingCriterion
from cds_service.model.decision import OrderRating
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.dialects import BUILT_IN_DIALECTS, STANDARD
from cds_service.rendering.ratings import build_rating_actions

PREFIX = "http://fhir.org/argonaut/Extension/pama-rating"
ORDER = {
    "resourceType": "ServiceRequest",
    "id": "o1",
    "status": "draft",
    "extension": [
        {"url": "https://ehr.example/kept", "valueString": "x"},
        {"url": PREFIX, "valueCodeableConcept": {"coding": [{"code": "no-guidelines-apply"}]}},
        {"url": f"{PREFIX}-consult-id", "valueUri": "urn:uuid:old"},
    ],
    "unknown": {"member": [1, 2]},
}
RATED = OrderRating(
    imaging("lumbar-spine"), RatingCriterion("r", "appropriate", ImagingSpec(), ALWAYS, "https://doi.org/10.1/x")
)


def rated(order: dict[str, Any] = ORDER, rating: OrderRating = RATED, dialect: str = "sandbox") -> list[dict[str, Any]]:
    context = CardContext("patient-1", {DRAFT: json.dumps(order).encode()}, BUILT_IN_DIALECTS[dialect])
    return [action.model_dump(exclude_none=True) for action in build_rating_actions([rating], context, lambda: "new")]


def test_a_rating_replaces_an_earlier_one() -> None:
    [update] = rated()
    assert update["type"] == "update"
    assert update["resource"]["extension"] == [
        {"url": "https://ehr.example/kept", "valueString": "x"},
        {
            "url": PREFIX,
            "valueCodeableConcept": {
                "coding": [{"system": "http://fhir.org/argonaut/CodeSystem/pama-rating", "code": "appropriate"}]
            },
        },
        {"url": f"{PREFIX}-qcdsm-consulted", "valueString": "example-gcode"},
        {"url": f"{PREFIX}-consult-id", "valueUri": "urn:uuid:new"},
        {"url": f"{PREFIX}-auc-applied", "valueUri": "https://doi.org/10.1/x"},
    ]


def test_nothing_else_in_the_order_changes() -> None:
    [update] = rated()
    assert {**update["resource"], "extension": None} == {**ORDER, "extension": None}


def test_criteria_without_an_address_are_not_named() -> None:
    [update] = rated(rating=msgspec.structs.replace(RATED, criterion=replace(RATED.criterion, criteria_url=None)))
    assert update["resource"]["extension"][-1]["url"] == f"{PREFIX}-consult-id"


def test_without_an_identifier_of_its_own_an_order_is_not_rated() -> None:
    assert rated({"resourceType": "ServiceRequest"}) == []
    assert (
        build_rating_actions([RATED], CardContext("patient-1", {}, BUILT_IN_DIALECTS["sandbox"]), lambda: "new") == []
    )


@pytest.mark.parametrize("malformed", [{"url": "x"}, "text", 5])
def test_an_order_whose_extensions_are_malformed_is_not_rated(malformed: Any) -> None:
    assert rated(ORDER | {"extension": malformed}) == []


def test_without_a_configured_mechanism_nothing_is_rated() -> None:
    assert STANDARD.qcdsm is None
    assert rated(dialect="standard") == rated(dialect="epic") == rated(dialect="oracle") == []
