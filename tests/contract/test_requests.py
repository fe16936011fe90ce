"""Which requests are accepted and which rejected: CDS Hooks 2.0, "Calling a CDS Service", and the hooks' contexts."""

from collections.abc import Callable
from typing import Any

import pytest
from error_shape import assert_error
from flask.testing import FlaskClient
from synthetic import (
    HOOKS,
    SELECT,
    SIGN,
    VIEW,
    Json,
    bundle,
    buttock_to_calf,
    call,
    concept,
    condition,
    encoded,
    order,
    outcome,
    patient,
    prefetch,
    whole_prefetch,
)
from werkzeug.test import TestResponse


def post(client: FlaskClient, body: Json, service: str = VIEW) -> TestResponse:
    return client.post(f"/cds-services/{service}", json=body)


def topics(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.get_data(as_text=True)
    return [card["source"]["topic"]["code"] for card in response.get_json()["cards"]]


def hip_order(**fields: Any) -> Json:
    return order("73721", bodySite=[concept("287579007")], **fields)


@pytest.mark.parametrize("service", [VIEW, SELECT, SIGN])
def test_2_0_at_77_nothing_to_say_is_an_empty_list(client: FlaskClient, service: str) -> None:
    assert post(client, call(service, prefetch=whole_prefetch()), service).get_json() == {"cards": []}


@pytest.mark.parametrize("field", ["hook", "hookInstance", "context"])
def test_a_required_field_is_named_when_missing_or_of_another_type(client: FlaskClient, field: str) -> None:
    assert_error(post(client, call(**{field: None})), 400, field, says="is required")
    assert_error(post(client, call(**{field: 5})), 400, field, says="not int")


@pytest.mark.parametrize("field", ["patientId", "draftOrders", "selections"])
def test_a_required_context_field_is_named(client: FlaskClient, field: str) -> None:
    body = call(SELECT, hip_order())
    del body["context"][field]
    assert_error(post(client, body, SELECT), 400, f"context.{field}", says="is required")


def test_order_sign_has_no_selections(client: FlaskClient) -> None:
    body = call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    assert "selections" not in body["context"]
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("instance", ["42", "not-a-uuid", "abc 123 é", "x" * 10_000])
def test_hook_instance_may_be_any_text(client: FlaskClient, instance: str) -> None:
    assert topics(post(client, call(hookInstance=instance))) == []


@pytest.mark.parametrize("instance", ["", 42, {}])
def test_hook_instance_must_be_a_text(client: FlaskClient, instance: object) -> None:
    assert_error(post(client, call(hookInstance=instance)), 400, "hookInstance")


def test_hook_instance_may_be_a_urn(client: FlaskClient) -> None:
    body = call(hookInstance="urn:uuid:4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001")
    assert topics(post(client, body)) == []


@pytest.mark.parametrize("user", ["a b", "Practitioner/", "Device/1", "Practitioner/a b", "Practitioner/1/2"])
def test_user_must_be_a_reference_of_an_allowed_type(client: FlaskClient, user: str) -> None:
    body = call()
    body["context"]["userId"] = user
    assert_error(post(client, body), 400, "context.userId")


def order_of(user_id: object, **fields: Any) -> Json:
    """Build a call that gets a card. A `user_id` of None is left out."""
    body = call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf()), **fields)
    del body["context"]["userId"]
    return {**body, "context": body["context"] | ({} if user_id is None else {"userId": user_id})}


USERS = ["", "example", "Practitioner/1", "https://ehr.example/r4/Practitioner/1"]


@pytest.mark.parametrize(
    "body", [order_of(None), *map(order_of, USERS), *[order_of(None, user=u) for u in (*USERS, 5)]]
)
def test_a_user_who_is_not_named_or_only_by_an_id_costs_no_card(client: FlaskClient, body: Json) -> None:
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


def test_a_user_of_the_wrong_type_at_the_top_is_named(client: FlaskClient) -> None:
    assert_error(post(client, order_of(None, user="Patient/patient-1"), SIGN), 400, "user")


def test_the_user_in_the_context_goes_before_one_at_the_top(client: FlaskClient) -> None:
    body = order_of("Practitioner/1", user="Patient/patient-1")
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize(
    "fields", [{"user": "Patient/patient-1"}, {"user": "patient-1"}, {"user": "RelatedPerson/kin"}]
)
def test_a_patient_named_at_the_top_gets_no_cards(client: FlaskClient, fields: Json) -> None:
    body = call(prefetch=None, **fields)  # nor is anything read for them
    del body["context"]["userId"]
    assert topics(post(client, body)) == []


@pytest.mark.parametrize("service", [SELECT, SIGN])
def test_a_patient_cannot_order(client: FlaskClient, service: str) -> None:
    body = call(service)
    body["context"]["userId"] = "Patient/patient-1"
    assert_error(post(client, body, service), 400, "context.userId")


@pytest.mark.parametrize("user", ["Patient/patient-1", "RelatedPerson/kin"])
def test_a_patient_or_relative_who_opens_the_chart_gets_no_cards(client: FlaskClient, user: str) -> None:
    body = call(prefetch=None)  # nor is anything read for them
    body["context"]["userId"] = user
    assert topics(post(client, body)) == []


@pytest.mark.parametrize("identifier", ["", "Practitioner/1", "a b", "x" * 65, "Patient/1/2"])
def test_patient_must_be_an_id(client: FlaskClient, identifier: str) -> None:
    body = call()
    body["context"]["patientId"] = identifier
    assert_error(post(client, body), 400, "context.patientId")


def test_patient_may_be_a_reference(client: FlaskClient) -> None:
    body = call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    body["context"]["patientId"] = "Patient/patient-1"
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


AUTHORIZATIONS = [
    "Bearer x",
    "",
    [],
    {},
    5,
    True,
    {"token_type": "Bearer"},
    {"access_token": ""},
    {"access_token": [1]},
]


@pytest.mark.parametrize("token", [*AUTHORIZATIONS, {"access_token": "x", "patient": 5}, {"access_token": "secret"}])
@pytest.mark.parametrize("server", [None, "https://ehr.example/fhir", 5, ""])
def test_a_malformed_authorization_costs_no_call_that_is_whole(
    client: FlaskClient, token: object, server: object
) -> None:
    sent = whole_prefetch(*buttock_to_calf())
    body = call(SIGN, hip_order(), prefetch=sent, fhirServer=server, fhirAuthorization=token)
    answer = post(client, body, SIGN)
    assert topics(answer) == ["SpinePatternHipImaging"]
    assert "extension" not in answer.get_json()


def test_unknown_members_are_ignored_everywhere(client: FlaskClient) -> None:
    draft = hip_order(unknown={"a": [1]})
    body = call(SIGN, draft, prefetch=prefetch(*buttock_to_calf(), unknown=bundle()), extension={"example.x": 1})
    body["context"]["encounterId"] = "e1"
    body["context"]["com.example.more"] = [{}]
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize(("service", "hook"), [(VIEW, "order-select"), (SELECT, "patient-view"), (SIGN, "rx-sign")])
def test_a_hook_the_service_does_not_serve_is_refused(client: FlaskClient, service: str, hook: str) -> None:
    assert_error(post(client, call(service, hook=hook), service), 400, "hook")


@pytest.mark.parametrize(("service", "sent_to"), [(SELECT, SIGN), (SIGN, SELECT)])
def test_order_services_take_either_order_hook(client: FlaskClient, service: str, sent_to: str) -> None:
    body = call(service, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    assert body["hook"] == HOOKS[service]
    assert topics(post(client, body, sent_to)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("name", ["ServiceRequest/ServiceRequest-1", "ServiceRequest-1", "urn:uuid:first"])
def test_selections_may_be_references_ids_or_full_urls(client: FlaskClient, name: str) -> None:
    body = call(SELECT, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    body["context"]["draftOrders"]["entry"][0]["fullUrl"] = "urn:uuid:first"
    body["context"]["selections"] = [name]
    assert topics(post(client, body, SELECT)) == ["SpinePatternHipImaging"]


def test_an_order_not_selected_gets_no_card(client: FlaskClient) -> None:
    body = call(SELECT, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    body["context"]["selections"] = ["ServiceRequest/another"]
    assert topics(post(client, body, SELECT)) == []


@pytest.mark.parametrize("status", ["draft", "active", None])
def test_order_sign_judges_orders_of_any_status(client: FlaskClient, status: str | None) -> None:
    body = call(SIGN, hip_order(status=status), prefetch=prefetch(*buttock_to_calf()))
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


def test_a_medication_order_is_passed_over(client: FlaskClient) -> None:
    drug = {"resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order"}
    assert topics(post(client, call(SELECT, drug, prefetch=prefetch(*buttock_to_calf())), SELECT)) == []


@pytest.mark.parametrize("sent", [None, {}, {"patient": patient()}, {"conditions": bundle()}])
def test_2_0_at_54_required_data_that_cannot_be_had_is_412(client: FlaskClient, sent: Json | None) -> None:
    missing = "conditions" if sent and "patient" in sent else "patient"
    issue = assert_error(post(client, call(prefetch=sent)), 412, f"prefetch.{missing}")
    assert issue["code"] == "processing"


@pytest.mark.parametrize("broken", [outcome(), bundle(outcome())])
def test_2_0_at_52_an_operation_outcome_for_required_data_is_412(client: FlaskClient, broken: Json) -> None:
    body = call(prefetch=prefetch() | {"conditions": broken})
    assert_error(post(client, body), 412, "prefetch.conditions", says="OperationOutcome")


@pytest.mark.parametrize("broken", [outcome(), bundle(outcome())])
def test_2_0_at_52_an_operation_outcome_for_other_data_costs_no_card_but_is_told(
    client: FlaskClient, broken: Json
) -> None:
    chart = prefetch(*buttock_to_calf(), imagingStudies=broken)
    [card] = post(client, call(SIGN, hip_order(), prefetch=chart), SIGN).get_json()["cards"]
    assert "Imaging studies: not read." in card["detail"]


@pytest.mark.parametrize("none", [None, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": []}])
def test_2_0_at_53_null_or_no_entry_means_queried_and_none(client: FlaskClient, none: Json | None) -> None:
    chart = prefetch(*buttock_to_calf(), imagingStudies=none)
    [card] = post(client, call(SIGN, hip_order(), prefetch=chart), SIGN).get_json()["cards"]
    assert "imaging studies" not in card["detail"]
    assert topics(post(client, call(prefetch=prefetch() | {"conditions": none}))) == []


ODD = ["text", 5, [], True, {}, {"entry": 5}, {"resource": None}, [{"resourceType": "Condition"}]]


@pytest.mark.parametrize("key", ["procedures", "imagingStudies", "clinicalNotes"])
@pytest.mark.parametrize("value", ODD)
def test_an_optional_key_that_is_no_resource_costs_that_key(client: FlaskClient, key: str, value: object) -> None:
    body = call(SIGN, hip_order(), prefetch=whole_prefetch(*buttock_to_calf(), **{key: value}))
    answer = post(client, body, SIGN)
    assert topics(answer) == ["SpinePatternHipImaging"]
    assert "Not read." in answer.get_json()["cards"][0]["detail"].replace(": not read.", ": Not read.")
    assert [(one["key"], one["state"]) for one in answer.get_json()["extension"]["missing"]] == [(key, "unread")]


@pytest.mark.parametrize("value", ODD)
def test_an_odd_key_never_earns_restraint(client: FlaskClient, value: object) -> None:
    """Conservative care is advised only where every kind of data arrived: an odd key is not an empty answer."""
    back = condition("279039007", onsetDateTime="2026-03-01", recordedDate="2026-03-01")
    young = {"patient": patient(birthDate="1981-05-01")}
    lumbar = order("72148")
    whole = post(client, call(SIGN, lumbar, prefetch=whole_prefetch(back) | young), SIGN)
    assert topics(whole) == ["ConservativeCareFirst"]
    odd = post(client, call(SIGN, lumbar, prefetch=whole_prefetch(back, procedures=value) | young), SIGN)
    assert topics(odd) == []
    assert odd.get_json()["extension"]["restraintWithheld"] == ["conservative-care-first"]


@pytest.mark.parametrize("sent", [[], "text", 5])
def test_a_prefetch_that_is_no_object_holds_nothing(client: FlaskClient, sent: object) -> None:
    assert_error(post(client, call(prefetch=sent)), 412, "prefetch.patient")


def test_a_resource_wrapped_as_in_the_first_drafts_is_read(client: FlaskClient) -> None:
    sent = {
        key: {"response": {"status": "200 OK"}, "resource": value}
        for key, value in prefetch(*buttock_to_calf()).items()
    }
    assert topics(post(client, call(SIGN, hip_order(), prefetch=sent), SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize(
    "wrap", [lambda o: o, lambda o: [o], lambda o: [{"resource": o}], lambda o: [None, 5, {}, "x", o]]
)
def test_draft_orders_may_be_a_list_or_a_single_resource(client: FlaskClient, wrap: Callable[[Json], Any]) -> None:
    body = call(SIGN, prefetch=prefetch(*buttock_to_calf()))
    body["context"]["draftOrders"] = wrap(hip_order())
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("value", ["text", 5, [], True, {}])
def test_prefetch_that_is_no_resource_is_named(client: FlaskClient, value: object) -> None:
    body = call(prefetch=prefetch() | {"conditions": value})
    field = "prefetch.conditions.resourceType" if value == {} else "prefetch.conditions"
    assert_error(post(client, body), 400, field)


def test_a_single_resource_stands_for_a_bundle_of_one(client: FlaskClient) -> None:
    sciatica = {"resourceType": "Condition", "id": "c", "code": concept("23056005")}
    body = call(SIGN, hip_order(), prefetch={"patient": bundle(patient()), "conditions": sciatica})
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("path", ["", "/feedback"])
def test_2_0_at_16_an_unknown_service_is_404(client: FlaskClient, path: str) -> None:
    assert_error(client.post(f"/cds-services/unknown{path}", json=call()), 404)


@pytest.mark.parametrize("path", ["/", "//", ""])
def test_slashes_at_the_end_or_doubled_make_no_difference(client: FlaskClient, path: str) -> None:
    body = call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    assert topics(client.post(f"/cds-services/{SIGN}{path}", json=body)) == ["SpinePatternHipImaging"]
    assert topics(client.post(f"/cds-services//{SIGN}{path}", json=body)) == ["SpinePatternHipImaging"]
    assert client.get(f"/cds-services{path}").status_code == 200


@pytest.mark.parametrize(("method", "path", "allowed"), [("GET", f"/{VIEW}", "POST"), ("POST", "", "GET")])
def test_another_method_is_405_and_says_which_are_allowed(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(f"/cds-services{path}", method=method)
    assert_error(response, 405)
    assert allowed in response.headers["Allow"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_of_another_type_is_415(client: FlaskClient, kind: str) -> None:
    assert_error(client.post(f"/cds-services/{VIEW}", data=encoded(call()), content_type=kind), 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/fhir+json", None])
def test_json_by_its_other_names_is_taken(client: FlaskClient, kind: str | None) -> None:
    assert topics(client.post(f"/cds-services/{VIEW}", data=encoded(call()), content_type=kind)) == []


def test_a_bearer_token_is_ignored_in_demo_mode(client: FlaskClient) -> None:
    response = client.post(f"/cds-services/{VIEW}", json=call(), headers={"Authorization": "Bearer nonsense"})
    assert topics(response) == []
