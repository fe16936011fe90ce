"""The application around the routes: the format of each error, and one log line per call."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from error_shape import assert_error
from flask import Flask, abort
from flask.testing import FlaskClient
from log_capture import configured_log
from structlog.testing import capture_logs
from synthetic import LOINC, SIGN, VIEW, buttock_to_calf, call, concept, condition, order, outcome, prefetch

from cds_service.errors import BadRequest, BodyBufferFull, BodyTooSlow, StoreUnavailable
from cds_service.knowledge import Knowledge
from cds_service.pages import FORM_PATHS
from cds_service.web.errors import register_errors
from cds_service.web.front import Front


@pytest.fixture
def failing() -> Callable[[Exception | int], FlaskClient]:
    """Build an application whose only route fails in the given way."""

    def make(failure: Exception | int) -> FlaskClient:
        app = Flask("failing")
        register_errors(app)
        app.after_request(lambda answer: (answer.headers.add("Access-Control-Allow-Origin", "*"), answer)[1])

        @app.get("/")
        def fail() -> str:
            if isinstance(failure, int):
                abort(failure)
            raise failure

        return app.test_client()

    return make


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (BadRequest("is wrong", "context"), 400, "invalid"),
        (403, 403, "processing"),
        (404, 404, "not-found"),
        (405, 405, "not-supported"),
        (418, 418, "processing"),
        (503, 503, "processing"),
        (BodyTooSlow("the body did not arrive in time"), 408, "timeout"),
        (StoreUnavailable("away"), 503, "transient"),
        (BodyBufferFull("too many"), 503, "throttled"),
        (LookupError("the chart's own words"), 500, "exception"),
        (RecursionError(), 500, "exception"),
    ],
)
def test_every_error_has_one_format(
    failing: Callable[[Exception | int], FlaskClient], failure: Exception | int, status: int, code: str
) -> None:
    field = "context" if isinstance(failure, BadRequest) else None
    assert assert_error(failing(failure).get("/"), status, field)["code"] == code


def test_an_internal_error_is_logged_by_its_location_and_not_its_message(
    failing: Callable[[Exception | int], FlaskClient],
) -> None:
    with configured_log("info") as written:
        failing(LookupError("the chart's own words")).get("/")
    line = json.loads(written.getvalue())
    assert (line["event"], line["kind"]) == ("internal error", "LookupError")
    assert line["where"].rpartition(":")[0] == Path(__file__).name
    assert "own words" not in written.getvalue()


def test_a_call_is_one_line_of_counts_and_our_own_codes(client: FlaskClient, knowledge: Knowledge) -> None:
    chart = prefetch(*buttock_to_calf(), condition("x", code=5), imagingStudies=outcome())
    draft = order("73721", bodySite=[concept("287579007")])
    with capture_logs() as logged:
        client.post(f"/cds-services/{SIGN}", json=call(SIGN, draft, prefetch=chart))
    [line] = logged
    assert line.pop("milliseconds") >= 0
    assert line.pop("unavailable") == len(gaps := line.pop("gaps")) > 1
    assert (gaps["imagingStudies"], gaps["procedures"]) == ("unread:outcome", "not-sent:no-access")
    assert line == {
        "event": "hook answered",
        "log_level": "info",
        "service": SIGN,
        "hook": "order-sign",
        "hook_instance": "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001",
        "cards": ["spine-pattern-hip-imaging"],
        "held_back": ["plain-films-first"],
        "exempt_role": [],
        "suppressed": [],
        "silent": False,
        "fhir_server": "none",
        "client": "demo",
        "unreadable": 1,
        "content": knowledge.content.edition.version,
        "digest": knowledge.content.edition.digest,
        "signed_off": False,
    }


def test_what_is_held_back_for_restraint_is_named_in_the_log(client: FlaskClient) -> None:
    """Both rules are about the same order: its code and its body site disagree, and the pain points to the spine."""
    draft = order("36490-1", LOINC, bodySite=[concept("287679003")])
    with capture_logs() as logged:
        answer = client.post(f"/cds-services/{SIGN}", json=call(SIGN, draft, prefetch=prefetch(*buttock_to_calf())))
    assert len(answer.get_json()["cards"]) == 1
    assert logged[0]["cards"] == ["spine-pattern-hip-imaging"]
    assert logged[0]["held_back"] == ["wrong-side-order", "plain-films-first"]


def test_a_refusal_is_one_line_with_the_fields_name(client: FlaskClient) -> None:
    with capture_logs() as logged:
        client.post(f"/cds-services/{VIEW}", json=call(hookInstance=["secret"]))
    assert logged == [{"event": "request refused", "log_level": "info", "status": 400, "field": "hookInstance"}]


def test_a_refusal_at_no_field_logs_none(client: FlaskClient) -> None:
    with capture_logs() as logged:
        client.post("/cds-services/nothing-of-that-name", json={})
    assert logged == [{"event": "request refused", "log_level": "info", "status": 404}]


def test_feedback_is_one_line_with_a_count(client: FlaskClient) -> None:
    with capture_logs() as logged:
        client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": []})
    assert logged == [{"event": "feedback", "log_level": "info", "service": VIEW, "stored": 0, "client": "demo"}]


def test_a_call_by_the_patient_is_logged_without_a_judgement(client: FlaskClient) -> None:
    body = call()
    body["context"]["userId"] = "Patient/patient-1"
    with capture_logs() as logged:
        client.post(f"/cds-services/{VIEW}", json=body)
    assert (logged[0]["cards"], logged[0]["unreadable"], logged[0]["unavailable"]) == ([], 0, 0)


def test_bodies_are_received_only_where_a_route_reads_them(app: Flask) -> None:
    accepts_body = Front(None, None, None, FORM_PATHS).accepts_body
    posts = [rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) == 4 + len(FORM_PATHS)
    assert all(accepts_body(rule.replace("<service_id>", VIEW)) for rule in posts)
    assert accepts_body(f"//cds-services//{VIEW}")
    others = [
        "/",
        "/cds-services",
        "/cds-services/unknown",
        f"/{VIEW}",
        f"/cds-services/{VIEW}/feedback/more",
        "/healthz",
    ]
    assert not [path for path in [*others, f"/cds-services/{VIEW}/other"] if accepts_body(path)]
    assert not any(map(Front(None, None, None).accepts_body, FORM_PATHS))  # production has no such pages
