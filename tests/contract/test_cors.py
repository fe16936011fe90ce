"""CORS on every response under /cds-services: CDS Hooks 2.0, "Cross-Origin Resource Sharing"; never with cookies."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from synthetic import VIEW, call, encoded

ORIGIN = "https://sandbox.example"
FEEDBACK = f"/cds-services/{VIEW}/feedback"
ANSWERS: dict[str, tuple[int, dict[str, Any]]] = {
    "discovery": (200, {"method": "GET", "path": "/cds-services"}),
    "call": (200, {"path": f"/cds-services/{VIEW}", "json": call()}),
    "feedback": (200, {"path": FEEDBACK, "json": {"feedback": []}}),
    "bad request": (400, {"path": f"/cds-services/{VIEW}", "json": {}}),
    "bad feedback": (400, {"path": FEEDBACK, "json": {}}),
    "missing data": (412, {"path": f"/cds-services/{VIEW}", "json": call(prefetch=None)}),
    "unknown service": (404, {"path": "/cds-services/unknown", "json": call()}),
    "unknown path": (404, {"method": "GET", "path": "/cds-services/a/b/c/d"}),
    "wrong method": (405, {"method": "DELETE", "path": "/cds-services"}),
    "too large": (413, {"path": f"/cds-services/{VIEW}", "data": b" " * 5_000_001, "content_type": "application/json"}),
    "not JSON": (415, {"path": f"/cds-services/{VIEW}", "data": b"x", "content_type": "text/plain"}),
}
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_2_0_at_208_every_answer_may_be_read_by_a_browser(client: FlaskClient, name: str) -> None:
    status, request = ANSWERS[name]
    response = client.open(**{"method": "POST", **request}, headers={"Origin": ORIGIN})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_fault_of_ours_may_be_read_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.service.hook_service.decide", lambda *_, **__: 1 / 0)
    response = client.post(f"/cds-services/{VIEW}", data=encoded(call()), content_type="application/json")
    assert response.status_code == 500
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}


@pytest.mark.parametrize("path", ["/cds-services", f"/cds-services/{VIEW}", FEEDBACK, f"/cds-services//{VIEW}/"])
def test_a_preflight_passes_without_credentials(client: FlaskClient, path: str) -> None:
    response = client.options(path, headers=PREFLIGHT)
    assert response.status_code == 200
    headers = {name: set(value.split(", ")) for name, value in response.headers}
    assert headers["Access-Control-Allow-Origin"] <= {"*", ORIGIN}
    assert headers["Access-Control-Allow-Methods"] == {"GET", "POST", "OPTIONS"}
    assert {name.lower() for name in headers["Access-Control-Allow-Headers"]} >= {"authorization", "content-type"}
    assert int(response.headers["Access-Control-Max-Age"]) > 0


def test_a_browser_may_call_a_service_on_its_own_machine(client: FlaskClient) -> None:
    asked = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    response = client.options(f"/cds-services/{VIEW}", headers=asked)
    assert response.headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://other.example", None)])
def test_only_the_origins_set_are_allowed(build: Callable[..., Flask], origin: str, allowed: str | None) -> None:
    client = build(allowed_origins=[ORIGIN, "https://second.example"]).test_client()
    for response in (
        client.get("/cds-services", headers={"Origin": origin}),
        client.post("/cds-services/unknown", headers={"Origin": origin}),
    ):
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_answers_to_different_origins_are_kept_apart_by_caches(build: Callable[..., Flask]) -> None:
    client = build(allowed_origins=[ORIGIN, "https://second.example"]).test_client()
    for headers in ({"Origin": ORIGIN}, {"Origin": "https://other.example"}, {}):
        assert client.get("/cds-services", headers=headers).headers["Vary"] == "Origin"


def test_a_preflight_from_an_origin_that_is_not_allowed_says_nothing(build: Callable[..., Flask]) -> None:
    client = build(allowed_origins=[ORIGIN]).test_client()
    response = client.options(f"/cds-services/{VIEW}", headers={**PREFLIGHT, "Origin": "https://other.example"})
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_an_origin_is_compared_without_case_and_never_as_a_pattern(build: Callable[..., Flask]) -> None:
    client = build(allowed_origins=["https://EHR.example", "https://[a-z]+.example"]).test_client()
    allowed = [
        client.get("/cds-services", headers={"Origin": origin}).headers.get("Access-Control-Allow-Origin")
        for origin in ("https://ehr.example", "https://evil.example")
    ]
    assert allowed == ["https://ehr.example", None]


@pytest.mark.parametrize("path", ["/", "/healthz", "/about"])
def test_other_pages_may_not_be_read(client: FlaskClient, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": ORIGIN}).headers
