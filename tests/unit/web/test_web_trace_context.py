"""Request ids and W3C Trace Context: used if well formed, returned, logged, and passed on to FHIR searches."""

import json
import re
from collections.abc import Callable

import pytest
import responses
from flask import Flask
from flask.testing import FlaskClient
from log_capture import configured_log
from synthetic import VIEW, call
from werkzeug.datastructures import Headers

from cds_service.web.trace_context import parse_headers

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SOUND = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64, "6f1c9c9e-3f0e-4c55-9d3f-0f6f2f8f2a11"])
def test_a_well_formed_request_id_is_kept(given: str) -> None:
    assert parse_headers(Headers({"X-Request-ID": given})).request_id == given


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "x" * 65, "a\u00e9", "a,b", "a\tb", "Patient/1", "a\r\nSet-Cookie: x"]
)
def test_a_malformed_request_id_is_replaced(given: str) -> None:
    headers = Headers()
    headers._list.append(("X-Request-ID", given))  # as a server may hand it over, unchecked
    made = parse_headers(headers).request_id
    assert re.fullmatch(r"[0-9a-f-]{36}", made)


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        (SOUND, "01"),
        (f"00-{TRACE}-{PARENT}-00", "00"),
        (f"00-{TRACE}-{PARENT}-03", "01"),  # of the flags, only the one that is defined goes on
        (f"00-{TRACE}-{PARENT}-fe", "00"),
        (f" {SOUND}\t", "01"),
        (f"01-{TRACE}-{PARENT}-01", "01"),  # a later version that looks like ours
        (f"cc-{TRACE}-{PARENT}-01-what-it-adds", "01"),
    ],
)
def test_a_sound_traceparent_is_continued_with_a_span_of_ours(given: str, flags: str) -> None:
    trace = parse_headers(Headers({"traceparent": given}))
    assert trace.trace_id == TRACE
    assert trace.headers == {"traceparent": f"00-{TRACE}-{trace.span_id}-{flags}"}
    assert trace.span_id != PARENT
    assert re.fullmatch(r"[0-9a-f]{16}", trace.span_id or "")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "00",
        SOUND.upper(),
        f"ff-{TRACE}-{PARENT}-01",
        f"0-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}a-01",
        f"00-{TRACE}-{PARENT}-1",
        f"00-{TRACE}-{PARENT}-0x",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-01-",
        f"01-{TRACE}-{PARENT}-01more",
        f"{SOUND},{SOUND}",  # two headers
        f"00-{TRACE[:-1]}\u0667-{PARENT}-01",  # a digit, but not of ASCII
    ],
)
def test_a_malformed_traceparent_starts_no_trace_and_drops_its_state(given: str) -> None:
    trace = parse_headers(Headers({"traceparent": given, "tracestate": "a=1"}))
    assert (trace.trace_id, trace.span_id, trace.headers) == (None, None, {})


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ("congo=t61rcWkgMzE", "congo=t61rcWkgMzE"),
        ("rojo=00f067aa0ba902b7, congo=t61 r/;:", "rojo=00f067aa0ba902b7,congo=t61 r/;:"),
        ("tenant@vendor=1,,b=2", "tenant@vendor=1,b=2"),
        (",".join(f"k{number}=v" for number in range(32)), ",".join(f"k{number}=v" for number in range(32))),
        (",".join(f"k{number}=v" for number in range(33)), None),
        ("a=" + "v" * 256, "a=" + "v" * 256),
        ("a=" + "v" * 257, None),
        ("A=1", None),
        ("a", None),
        ("a=b=c", None),
        ("a=\u00e9", None),
        ("", None),
    ],
)
def test_a_sound_state_is_passed_on(given: str, passed: str | None) -> None:
    headers = parse_headers(Headers({"traceparent": SOUND, "tracestate": given})).headers
    assert headers.get("tracestate") == passed


def test_responses_errors_and_log_lines_carry_the_calls_id(client: FlaskClient) -> None:
    given = {"X-Request-ID": "ehr-17", "traceparent": SOUND}
    with configured_log("info") as written:
        answers = [
            client.post(f"/cds-services/{VIEW}", json=call(), headers=given),
            client.post(f"/cds-services/{VIEW}", json={}, headers=given),
            client.get("/nothing", headers=given),
        ]
        client.post(f"/cds-services/{VIEW}", json={})
    assert {answer.headers["X-Request-ID"] for answer in answers} == {"ehr-17"}
    answered, refused, other = (json.loads(line) for line in written.getvalue().splitlines())
    assert (answered["request_id"], refused["request_id"]) == ("ehr-17", "ehr-17")
    assert (answered["trace_id"], answered["span_id"] != PARENT) == (TRACE, True)
    assert other["request_id"] != "ehr-17"
    assert "trace_id" not in other


@responses.activate
def test_fhir_searches_carry_the_trace(build: Callable[..., Flask]) -> None:
    responses.get(re.compile("http://127.0.0.1:9/.*"), status=404)
    given = {"traceparent": SOUND, "tracestate": "a=1"}
    client = build().test_client()
    client.post(f"/cds-services/{VIEW}", json=call(fhirServer="http://127.0.0.1:9/fhir"), headers=given)
    sent = [search.request.headers for search in responses.calls]
    assert sent
    assert {headers["traceparent"][:36] for headers in sent} == {f"00-{TRACE}-"}
    assert {headers["tracestate"] for headers in sent} == {"a=1"}
    assert PARENT not in str(sent)
