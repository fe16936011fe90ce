"""Suggestions and actions: CDS Hooks 2.0, "Suggestion" and "Action"; what is sent is checked as FHIR R4."""

import copy
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from flask.testing import FlaskClient
from speaking_calls import CALLS
from synthetic import PATIENT, SIGN, Json, call, concept, condition, order, prefetch

VERBS = {"Add", "Refer", "Replace", "Change", "Cancel", "Call"}  # a label says what pressing the button does


def suggestions(client: FlaskClient, service: str, body: Json) -> list[Json]:
    cards = client.post(f"/cds-services/{service}", json=body).get_json()["cards"]
    return [suggestion for card in cards for suggestion in card.get("suggestions", [])]


@pytest.fixture(params=CALLS)
def drafts_and_suggestions(client: FlaskClient, request: pytest.FixtureRequest) -> tuple[list[Json], list[Json]]:
    service, body = CALLS[request.param]
    found_suggestions = suggestions(client, service, body)
    assert found_suggestions
    entries = body["context"].get("draftOrders", {}).get("entry", [])
    return [entry["resource"] for entry in entries], found_suggestions


def _actions(found_suggestions: list[Json], kind: str | None = None) -> list[Json]:
    return [
        action for suggestion in found_suggestions for action in suggestion["actions"] if kind in {None, action["type"]}
    ]


def test_2_0_at_117_to_125_suggestion_members(drafts_and_suggestions: tuple[list[Json], list[Json]]) -> None:
    for suggestion in drafts_and_suggestions[1]:
        assert set(suggestion) - {"isRecommended"} == {"label", "uuid", "actions"}
        assert suggestion["label"].split()[0] in VERBS


def test_2_0_at_127_and_128_actions_have_type_and_description(
    drafts_and_suggestions: tuple[list[Json], list[Json]],
) -> None:
    for action in _actions(drafts_and_suggestions[1]):
        assert action["type"] in {"create", "update", "delete"}
        assert action["description"]
        assert set(action) == {"type", "description", "resourceId" if action["type"] == "delete" else "resource"}


def test_2_0_at_131_created_orders_are_valid_new_r4_drafts_of_the_patient(
    drafts_and_suggestions: tuple[list[Json], list[Json]],
) -> None:
    for action in _actions(drafts_and_suggestions[1], "create"):
        made = ServiceRequest.model_validate(action["resource"])
        assert (made.status, made.intent, made.id) == ("draft", "order", None)
        assert made.subject.reference == f"Patient/{PATIENT}"


def test_2_0_at_134_deletes_name_a_draft_of_the_call(drafts_and_suggestions: tuple[list[Json], list[Json]]) -> None:
    drafts, found_suggestions = drafts_and_suggestions
    references = {f"ServiceRequest/{draft['id']}" for draft in drafts}
    assert {action["resourceId"] for action in _actions(found_suggestions, "delete")} <= references


def test_nothing_that_deletes_is_recommended(drafts_and_suggestions: tuple[list[Json], list[Json]]) -> None:
    for suggestion in drafts_and_suggestions[1]:
        assert not (_actions([suggestion], "delete") and suggestion.get("isRecommended"))


def test_patient_view_never_deletes_or_changes(client: FlaskClient) -> None:
    for service, body in CALLS.values():
        if body["hook"] == "patient-view":
            assert {action["type"] for action in _actions(suggestions(client, service, body))} == {"create"}


@pytest.mark.parametrize("topic", ["WrongSideOrder", "WrongSideOrder (two sides)"])
def test_2_0_at_132_updated_orders_are_valid_r4_with_the_callers_id(client: FlaskClient, topic: str) -> None:
    service, body = CALLS[topic]
    [action] = _actions(suggestions(client, service, body), "update")
    [entry] = body["context"]["draftOrders"]["entry"]
    assert ServiceRequest.model_validate(action["resource"]).id == entry["resource"]["id"]


def test_2_0_at_132_update_carries_everything_of_the_callers_order(client: FlaskClient) -> None:
    unknown: dict[str, Any] = {
        "priority": "routine",
        "extension": [{"url": "https://ehr.example/e", "valueDecimal": 2.5}],
        "reasonCode": [concept("49218002")],
        "_authoredOn": {"extension": [{"url": "https://ehr.example/why", "valueCode": "unknown"}]},
    }
    draft = order("36490-1", "http://loinc.org", **unknown)
    pain = condition("49218002", bodySite=[concept("7771000")])
    found_suggestions = suggestions(client, SIGN, call(SIGN, copy.deepcopy(draft), prefetch=prefetch(pain)))
    [action] = _actions(found_suggestions, "update")
    changed = {name for name, value in action["resource"].items() if draft.get(name) != value}
    assert changed == {"code", "bodySite"}
    assert set(draft) <= set(action["resource"])


def test_update_keeps_the_nulls_that_fhir_needs_in_lists_of_primitives(client: FlaskClient) -> None:
    extra = {"instantiatesUri": ["https://a.example", "https://b.example"]}
    extra["_instantiatesUri"] = [None, {"id": "second"}]  # type: ignore[list-item]  # FHIR JSON, "Primitive elements"
    pain = condition("49218002", bodySite=[concept("7771000")])
    found_suggestions = suggestions(
        client, SIGN, call(SIGN, order("36490-1", "http://loinc.org", **extra), prefetch=prefetch(pain))
    )
    [action] = _actions(found_suggestions, "update")
    assert action["resource"]["_instantiatesUri"] == [None, {"id": "second"}]


def test_a_draft_without_id_is_neither_deleted_nor_changed(client: FlaskClient) -> None:
    pain = condition("49218002", bodySite=[concept("7771000")])
    nameless = order("36490-1", "http://loinc.org", id=None)
    body = call(SIGN, nameless, prefetch=prefetch(pain))
    cards = client.post(f"/cds-services/{SIGN}", json=body).get_json()["cards"]
    assert [card["source"]["topic"]["code"] for card in cards] == ["WrongSideOrder"]
    assert "suggestions" not in cards[0]
