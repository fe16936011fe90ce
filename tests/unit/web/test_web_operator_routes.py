"""/readyz: ready, degraded for the store or for a safety notice, or stopping."""

from flask import Flask
from flask.testing import FlaskClient

from cds_service.web.operator_routes import OperatorEndpoints, build_operator_routes

NOTICE = "Safety notice HSC-2026-01 (patients may be harmed): A title. This content is version 1.0.0."


def probe(*, is_up: bool = True, is_stopping: bool = False, advisories: tuple[str, ...] = ()) -> FlaskClient:
    app = Flask("probe")
    endpoints = OperatorEndpoints({}, lambda: is_up, lambda: is_stopping, None, lambda: b"{}", advisories)
    app.register_blueprint(build_operator_routes(endpoints))
    return app.test_client()


def test_a_service_that_lacks_nothing_is_ready() -> None:
    response = probe().get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ready", "store": "available"})


def test_without_the_store_it_is_degraded() -> None:
    response = probe(is_up=False).get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "degraded", "store": "unavailable"})


def test_a_listed_content_is_degraded_and_says_why() -> None:
    """It answers 200: the site decides whether cards of that content are better than none."""
    response = probe(advisories=(NOTICE,)).get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "degraded", "store": "available", "advisories": NOTICE}


def test_before_a_stop_it_is_not_ready() -> None:
    assert probe(is_stopping=True).get("/readyz").status_code == 503
