"""Which requests are accepted and which rejected: CDS Hooks 2.0, "Calling a CDS Service", and the hooks' contexts."""

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
    encoded,
    order,
    outcome,
    patient,
    prefetch,
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
    assert post(client, call(service), service).get_json() == {"cards": []}


@pytest.mark.parametrize("field", ["hook", "hookInstance", "context"])
def test_a_required_field_is_named_when_missing_or_of_another_type(client: FlaskClient, field: str) -> None:
    assert_error(post(client, call(**{field: None})), 400, field, says="is required")
    assert_error(post(client, call(**{field: 5})), 400, field, says="not int")


@pytest.mark.parametrize("field", ["userId", "patientId", "draftOrders", "selections"])
def test_a_required_context_field_is_named(client: FlaskClient, field: str) -> None:
    body = call(SELECT, hip_order())
    del body["context"][field]
    assert_error(post(client, body, SELECT), 400, f"context.{field}", says="is required")


def test_order_sign_has_no_selections(client: FlaskClient) -> None:
    body = call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf()))
    assert "selections" not in body["context"]
    assert topics(post(client, body, SIGN)) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("instance", ["", "42", "not-a-uuid"])
def test_hook_instance_must_be_a_uuid(client: FlaskClient, instance: str) -> None:
    assert_error(post(client, call(hookInstance=instance)), 400, "hookInstance")


def test_hook_instance_may_be_a_urn(client: FlaskClient) -> None:
    body = call(hookInstance="urn:uuid:4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001")
    assert topics(post(client, body)) == []


@pytest.mark.parametrize("user", ["", "example", "Practitioner/", "Device/1", "Practitioner/a b", "Practitioner/1/2"])
def test_user_must_be_a_reference_of_an_allowed_type(client: FlaskClient, user: str) -> None:
    body = call()
    body["context"]["userId"] = user
    assert_error(post(client, body), 400, "context.userId")


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


def test_fsh_cds_r_1_authorization_needs_a_server(client: FlaskClient) -> None:
    body = call(fhirAuthorization={"access_token": "secret"})
    assert_error(post(client, body), 400, "fhirServer")


def test_authorization_without_token_is_refused(client: FlaskClient) -> None:
    body = call(fhirServer="https://ehr.example/fhir", fhirAuthorization={"token_type": "Bearer"})
    assert_error(post(client, body), 400, "fhirAuthorization.access_token")


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
