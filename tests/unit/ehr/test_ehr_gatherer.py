"""Gathering the resources of a call: what is missing from prefetch comes from the FHIR server; failures stay local."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
import responses
import structlog
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from synthetic import (
    SIGN,
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
    resource,
)
from werkzeug.test import TestResponse

BASE = "https://r4.smarthealthit.org"
KEYS = (
    "observations",
    "imagingStudies",
    "serviceRequests",
    "procedures",
    "medicationRequests",
    "medicationStatements",
    "reports",
    "clinicalNotes",
    "questionnaireResponses",
)
TOKEN = {"access_token": "s3cret-token", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs"}
FAILURES: dict[str, Json] = {
    "401": {"status": 401},
    "500": {"status": 500},
    "redirect": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "oversize": {"body": b" " * 5_000_001},
    "not JSON": {"body": b"<html>"},
    "not FHIR": {"body": b"[]"},
    "no type": {"body": b"{}"},
    "not UTF-8": {"body": encoded(bundle(condition("x@"))).replace(b"x@", b"\xff")},
    "nested": {"body": b"[" * 100_000},
    "outcome": {"body": encoded(outcome())},
    "outcome in a Bundle": {"body": encoded(bundle(outcome()))},
}


@pytest.fixture
def ehr() -> Iterator[responses.RequestsMock]:
    """A FHIR server without data. A test adds what it needs."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def holds(ehr: responses.RequestsMock, **answers: Json | bytes) -> None:
    """Let the server answer these types, Patient and Condition by default, and other searches with an empty Bundle."""
    served: dict[str, Any] = {"Patient/patient-1": patient(), "Condition": bundle(*buttock_to_calf()), **answers}
    kinds = ("Observation", "ImagingStudy", "ServiceRequest", "Procedure", "DiagnosticReport")
    for kind in (*kinds, "MedicationRequest", "MedicationStatement", "DocumentReference", "QuestionnaireResponse"):
        served.setdefault(kind, bundle())
    for path, answer in served.items():
        serves(ehr, path, body=encoded(answer) if isinstance(answer, dict) else answer)


def serves(ehr: responses.RequestsMock, path: str, **answer: Any) -> None:
    """Let the server answer a read by GET or a search by POST."""
    if path[0].isupper() and "/" not in path:
        ehr.post(f"{BASE}/{path}/_search", **answer)
    else:
        ehr.get(f"{BASE}/{path}", **answer)


def ask(client: FlaskClient, **fields: Any) -> TestResponse:
    draft = order("73721", bodySite=[concept("287579007")])
    body = {"prefetch": None, "fhirServer": BASE, "fhirAuthorization": TOKEN, **fields}
    return client.post(f"/cds-services/{SIGN}", json=call(SIGN, draft, **body))


def detail(response: TestResponse) -> str:
    assert response.status_code == 200, response.get_data(as_text=True)
    [card] = response.get_json()["cards"]
    assert card["source"]["topic"]["code"] == "SpinePatternHipImaging"
    return str(card["detail"])


def requested_paths(ehr: responses.RequestsMock) -> set[str]:
    return {call.request.url.removeprefix(f"{BASE}/").removesuffix("/_search").split("?")[0] for call in ehr.calls}


def test_2_0_at_61_without_prefetch_everything_is_read_with_the_token(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    holds(ehr)
    text = detail(ask(client))
    assert "Patient/patient-1" in requested_paths(ehr)
    assert {"Condition", "Observation", "ImagingStudy", "ServiceRequest", "Procedure"} < requested_paths(ehr)
    assert {call.request.headers["Authorization"] for call in ehr.calls} == {"Bearer s3cret-token"}
    assert "Not all of the chart was seen" not in text


def test_queries_are_those_of_discovery_with_the_patient_filled_in(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    holds(ehr)
    ask(client)
    templates = client.get("/cds-services").get_json()["services"][0]["prefetch"].values()
    expected = {
        re.sub(r"&_count=\d+", "", template).replace("{{context.patientId}}", "patient-1")
        for template in templates
        if "encounterId" not in template  # the call names no visit
    }
    assert {_query(call.request) for call in ehr.calls} == expected


def _query(request: Any) -> str:
    """Return the query of a request without `_count`, which the client adds."""
    path = request.url.removeprefix(f"{BASE}/").removesuffix("/_search")
    fields = [f"{name}={value}" for name, value in parse_qsl(request.body) if name != "_count"]
    return f"{path}?{'&'.join(fields)}" if fields else str(path)


def test_2_0_at_34_only_what_is_missing_from_the_prefetch_is_read(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    holds(ehr)
    sent = {
        "patient": patient(),
        "conditions": bundle(*buttock_to_calf()),
        "procedures": None,
        "imagingStudies": outcome(),
    }
    text = detail(ask(client, prefetch=sent))
    assert requested_paths(ehr).isdisjoint({"Patient/patient-1", "Condition", "Procedure", "ImagingStudy"})
    assert {"Observation", "ServiceRequest"} < requested_paths(ehr)
    assert "Imaging studies: not read." in text
    assert "Procedures" not in text


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({}, "Not sent: procedures."),
        ({"procedures": None}, None),
        ({"procedures": bundle()}, None),
        ({"procedures": outcome()}, "Procedures: not read."),
        ({"procedures": bundle(outcome())}, "Procedures: not read."),
        (
            {"procedures": bundle(outcome(), resource("Procedure", code=concept("80146002")))},
            "Procedures: incomplete.",
        ),
        ({"procedures": bundle(resource("Procedure", code=concept("80146002")))}, None),
        (
            {"procedures": bundle(resource("Procedure", code=concept("80146002"))) | {"total": 52}},
            "Procedures: incomplete.",
        ),
    ],
)
def test_the_card_distinguishes_the_four_states_of_a_key(
    client: FlaskClient, overrides: Json, sentence: str | None
) -> None:
    keys = client.get("/cds-services").get_json()["services"][0]["prefetch"]
    others = {key: None for key in keys if key != "procedures"}
    sent = others | {"patient": patient(), "conditions": bundle(*buttock_to_calf())} | overrides
    text = detail(ask(client, prefetch=sent, fhirServer=None, fhirAuthorization=None))
    if sentence is None:
        assert "Not all of the chart was seen" not in text
    else:
        assert f"**Not all of the chart was seen, and nothing unseen counts as absent.** {sentence}" in text


def test_prefetch_and_server_give_the_same_card(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    holds(ehr)
    keys = client.get("/cds-services").get_json()["services"][0]["prefetch"]
    everything = dict.fromkeys(keys) | {"patient": patient(), "conditions": bundle(*buttock_to_calf())}
    assert detail(ask(client)) == detail(ask(client, prefetch=everything))


@pytest.mark.parametrize("failure", FAILURES)
def test_an_optional_key_that_fails_is_named_on_the_card(
    client: FlaskClient, ehr: responses.RequestsMock, failure: str
) -> None:
    serves(ehr, "Procedure", **FAILURES[failure])
    holds(ehr)
    assert "Procedures: not read." in detail(ask(client))
    assert "https://elsewhere.example/" not in {call.request.url for call in ehr.calls}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(("key", "path"), [("conditions", "Condition"), ("patient", "Patient/patient-1")])
def test_2_0_at_54_a_required_key_that_fails_is_412(
    client: FlaskClient, ehr: responses.RequestsMock, key: str, path: str, failure: str
) -> None:
    serves(ehr, path, **FAILURES[failure])
    holds(ehr)
    assert_error(ask(client), 412, f"prefetch.{key}", says="could not be read from the FHIR server: ")


def test_a_warning_among_the_results_of_a_search_is_no_failure(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    """This is how servers report that a search found nothing, or that they ignored a parameter."""
    holds(ehr, Procedure=bundle(outcome("warning")), Condition=bundle(*buttock_to_calf(), outcome("information")))
    assert "Procedures" not in detail(ask(client))


def test_a_warning_in_place_of_results_is_a_failure(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    holds(ehr, Procedure=outcome("warning"))
    assert "Procedures: not read." in detail(ask(client))


def test_an_error_among_the_results_of_a_required_key_makes_it_incomplete(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    holds(ehr, Condition=bundle(*buttock_to_calf(), outcome()))
    assert "Conditions: incomplete." in detail(ask(client))


def test_all_pages_of_a_search_count(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    buttock, calf = buttock_to_calf()
    first = bundle(buttock) | {"link": [{"relation": "next", "url": f"{BASE}/more"}]}
    holds(ehr, Condition=first, more=bundle(calf))
    assert detail(ask(client))
    assert "more" in requested_paths(ehr)


def test_an_unreadable_fetched_resource_is_counted_on_the_card(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    holds(ehr, Condition=bundle(*buttock_to_calf(), condition("x", code="broken")))
    assert "1 Condition" in detail(ask(client))


def test_half_of_a_surrogate_pair_in_a_page_is_read(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    holds(ehr, Condition=encoded(bundle(*buttock_to_calf()) | {"x": "cut @"}).replace(b"@", b"\\ud83d"))
    assert detail(ask(client))


def test_records_of_another_patient_that_were_fetched_are_not_used_and_their_server_not_trusted(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    """A server that ignored the patient parameter may have ignored any other."""
    foreign = [record | {"subject": {"reference": "Patient/another"}} for record in buttock_to_calf()]
    holds(ehr, Condition=bundle(*foreign))
    assert_error(ask(client), 412, "prefetch.conditions", says="it sent records of other patients")


def test_a_record_that_comes_on_two_pages_counts_once(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    following = {"link": [{"relation": "next", "url": f"{BASE}/more"}]}
    broken = condition("x", code="broken")
    holds(ehr, Condition=bundle(*buttock_to_calf(), broken) | following, more=bundle(*buttock_to_calf()))
    text = detail(ask(client))
    assert text.count("buttock pain, problem list") == 1


def test_a_later_page_that_is_not_fhir_makes_the_search_incomplete(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    following = {"link": [{"relation": "next", "url": f"{BASE}/more"}]}
    holds(ehr, Condition=bundle(*buttock_to_calf()) | following, more=b"<html>")
    assert "Conditions: incomplete." in detail(ask(client))


@pytest.mark.parametrize("body", [patient(id="another"), bundle(), bundle(condition("23056005"))])
def test_a_record_that_is_not_this_patients_own_is_412(
    client: FlaskClient, ehr: responses.RequestsMock, body: Json
) -> None:
    holds(ehr, **{"Patient/patient-1": body})
    assert_error(ask(client), 412, "prefetch.patient")


@pytest.mark.parametrize("of", ["another", "Patient/another", "Group/patient-1"])
def test_a_token_for_another_patient_is_not_used(client: FlaskClient, ehr: responses.RequestsMock, of: str) -> None:
    holds(ehr)
    refused = ask(client, fhirAuthorization={**TOKEN, "patient": of})
    assert_error(refused, 412, "prefetch.patient", says="fhirAuthorization is for another patient")
    assert not ehr.calls


@pytest.mark.parametrize("of", ["patient-1", "Patient/patient-1", None])
def test_a_token_for_this_patient_is_used(client: FlaskClient, ehr: responses.RequestsMock, of: str | None) -> None:
    holds(ehr)
    assert detail(ask(client, fhirAuthorization={**TOKEN, "patient": of}))


def test_an_open_server_is_read_without_a_token(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    holds(ehr)
    assert detail(ask(client, fhirAuthorization=None))
    assert not [call for call in ehr.calls if "Authorization" in call.request.headers]


@pytest.mark.parametrize("server", ["https://ehr.example/fhir", "http://r4.smarthealthit.org", "file:///etc"])
def test_a_server_this_caller_may_not_name_is_not_read(
    client: FlaskClient, ehr: responses.RequestsMock, server: str
) -> None:
    assert_error(ask(client, fhirServer=server), 412, "prefetch.patient", says="no FHIR server may be read")
    assert not ehr.calls


def test_without_prefetch_and_server_the_refusal_says_so(client: FlaskClient) -> None:
    refused = ask(client, fhirServer=None, fhirAuthorization=None)
    assert_error(refused, 412, "prefetch.patient", says="is required, was not sent, and no fhirServer was given")


def test_gaps_are_logged_whatever_the_cards_say(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    serves(ehr, "Procedure", status=403)
    holds(ehr, Condition=bundle())
    with structlog.testing.capture_logs() as logged:
        assert ask(client).status_code == 200
    assert logged[0]["gaps"] == {"procedures": "unread:status-403"}


def test_fetched_and_sent_entries_count_together_and_the_card_names_what_is_missing(
    build: Callable[..., Flask], ehr: responses.RequestsMock
) -> None:
    """The limit is 100. The request has 1 draft, and Conditions come before the others."""
    many = {
        "resourceType": "Bundle",
        "entry": [{"resource": procedure(index)} for index in range(97)],
    }
    holds(ehr, Condition=bundle(*buttock_to_calf()), Procedure=many)
    client = build(entry_limit=100).test_client()
    assert "Not all of the chart was seen" not in detail(ask(client))  # 1 + 2 + 97
    holds(ehr, Procedure={**many, "entry": [*many["entry"], {"resource": procedure()}]})
    assert "Procedures: not read." in detail(ask(client))


def procedure(number: int = 1) -> Json:
    return resource("Procedure", number, status="completed", code=concept("80146002"))


@pytest.mark.parametrize("odd", [{}, None, {"resource": {"resourceType": "Account"}}])
def test_a_page_beyond_the_entry_limit_makes_the_search_incomplete(
    build: Callable[..., Flask], ehr: responses.RequestsMock, odd: Any
) -> None:
    following = {"relation": "next", "url": f"{BASE}/Procedure?page=2"}
    holds(ehr, Procedure={**bundle(procedure()), "link": [following]})
    ehr.get(f"{BASE}/Procedure?page=2", body=encoded({"resourceType": "Bundle", "entry": [odd] * 97}))
    text = detail(ask(build(entry_limit=100).test_client()))
    assert "Procedures: incomplete." in text


def test_conditions_beyond_the_limit_are_412_and_never_a_chart_without_them(
    build: Callable[..., Flask], ehr: responses.RequestsMock
) -> None:
    holds(ehr, Condition=bundle(*buttock_to_calf() * 50))
    answer = ask(build(entry_limit=100).test_client())
    assert_error(answer, 412, "prefetch.conditions", says="it sent more entries than this service reads")


def test_next_pages_of_a_prefetched_bundle_count_with_it(
    build: Callable[..., Flask], ehr: responses.RequestsMock
) -> None:
    following = {"relation": "next", "url": f"{BASE}/Condition?page=2"}
    sent = dict.fromkeys(KEYS) | {"patient": patient(), "conditions": bundle(*buttock_to_calf())}
    sent["conditions"]["link"] = [following]
    ehr.get(following["url"], body=encoded(bundle(*(condition("38341003", number=index) for index in range(3, 101)))))
    text = detail(ask(build(entry_limit=100).test_client(), prefetch=sent))
    assert "Conditions: incomplete." in text


def test_a_fetched_text_that_is_too_long_is_counted_like_a_sent_one(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    text = {"text": "MRI of the right hip " + "x" * 20_000}
    long = order("local", "https://ehr.example", number=7, status="active", code=text)
    holds(ehr, ServiceRequest=bundle(long))
    assert "1 long text" in detail(ask(client))
