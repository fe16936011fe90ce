"""The OpenAPI document is valid, complete and true; and what it lets a caller send breaks nothing (schemathesis)."""

import json
import os
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from cds_service.service.catalogue import SERVICES

POSTS = [f"/cds-services/{service}{more}" for service in SERVICES for more in ("", "/feedback")]
GETS = ["/cds-services", "/healthz", "/readyz", "/version", "/openapi.json", "/metrics"]
EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "12"))  # for each operation; `make attack` asks for many more


@pytest.fixture
def document(build: Callable[..., Flask]) -> dict[str, Any]:
    openapi: dict[str, Any] = build().test_client().get("/openapi.json").get_json()
    return openapi


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_route_is_in_it_and_every_path_of_it_is_a_route(build: Callable[..., Flask]) -> None:
    app = build()
    document = app.test_client().get("/openapi.json").get_json()
    routes = {rule.rule.rstrip("/") or "/" for rule in app.url_map.iter_rules()}
    paths = {re.sub(r"^(/cds-services)/[^/]+", r"\1/<service_id>", path) for path in document["paths"]}
    assert {path.replace("{name}", "<name>") for path in paths} == routes


def test_where_metrics_are_not_shown_they_are_not_in_it(build: Callable[..., Flask]) -> None:
    document = build(metrics_port=9_999).test_client().get("/openapi.json").get_json()
    assert "/metrics" not in document["paths"]


def test_its_examples_fit_its_schemas_and_are_answered_as_it_says(build: Callable[..., Flask]) -> None:
    client = build().test_client()
    document = client.get("/openapi.json").get_json()
    shown = 0
    for path, item in document["paths"].items():
        body = item.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" not in body:
            continue
        shown += 1
        Draft202012Validator({**document, **body["schema"]}).validate(body["example"])
        answer = item["post"]["responses"]["200"]["content"]["application/json"]
        Draft202012Validator({**document, **answer["schema"]}).validate(answer["example"])
        response = client.post(path, data=json.dumps(body["example"]), content_type="application/json")
        Draft202012Validator({**document, **answer["schema"]}).validate(response.get_json())
        assert response.status_code == 200
    assert shown == 3


@pytest.fixture
def api(build: Callable[..., Flask]) -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", build(fhir_deadline=0.2, call_deadline=0.6))


@pytest.mark.parametrize(
    ("path", "mode"),
    [(path, GenerationMode.POSITIVE) for path in [*POSTS, *GETS]] + [(path, GenerationMode.NEGATIVE) for path in POSTS],
)
def test_whatever_is_sent_gets_an_answer_the_document_knows(api: Any, path: str, mode: GenerationMode) -> None:
    operation = api[path]["post" if path in POSTS else "get"]

    # Data that fit the schema and bring no Patient are 412, and rightly so: hence not `positive_data_acceptance`.
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def attack(case: schemathesis.Case) -> None:
        response = case.call()
        # What is odd and not needed costs itself alone ("What is tolerated"; the contract holds what is refused). And
        # what lacks data that are required is refused with 412, whatever else is wrong with it.
        is_excused = response.status_code in {HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED}
        unread = [negative_data_rejection] if is_excused else []
        case.validate_response(response, excluded_checks=[positive_data_acceptance, *unread])

    attack()
