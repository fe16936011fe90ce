"""Bodies that are no sound JSON: refused with the byte or field at fault, never 500, and the service goes on."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from synthetic import (
    SIGN,
    VIEW,
    buttock_to_calf,
    call,
    concept,
    condition,
    encoded,
    order,
    prefetch,
)
from werkzeug.test import TestResponse

DEEP = b"[" * 100_000 + b"]" * 100_000
CONTEXT = b'{"userId": "Practitioner/example", "patientId": "patient-1"'
HEAD = b'{"hook": "patient-view", "hookInstance": "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001", '


def post(client: FlaskClient, body: bytes, service: str = VIEW) -> TestResponse:
    return client.post(f"/cds-services/{service}", data=body, content_type="application/json")


@pytest.fixture(autouse=True)
def goes_on(client: FlaskClient) -> Iterator[None]:
    """After whatever a test sends, a sound call gets its card."""
    yield
    sound = call(SIGN, order("73721", bodySite=[concept("287579007")]), prefetch=prefetch(*buttock_to_calf()))
    assert len(post(client, encoded(sound), SIGN).get_json()["cards"]) == 1


@pytest.mark.parametrize(
    ("body", "byte"),
    [
        (b"{", None),
        (b"", None),
        (encoded(call())[:-1], None),
        (b'{"hook": }', 9),
        (encoded(call()) + b" x", len(encoded(call())) + 2),  # as the decoder counts: behind it
        (b"\xef\xbb\xbf" + encoded(call()), 0),
        (encoded(call()).decode().encode("utf-16"), 0),
        (HEAD + b'"x": NaN}', len(HEAD) + 5),
        (HEAD + b'"x": -Infinity}', len(HEAD) + 6),
        (HEAD + b'"x": 01}', len(HEAD) + 6),
        (HEAD + b'"x": "\x01"}', len(HEAD) + 6),
        (HEAD + b'"x": 1,}', len(HEAD) + 7),
        (HEAD + b'/* */ "x": 1}', len(HEAD)),
    ],
)
def test_malformed_json_names_the_byte(client: FlaskClient, body: bytes, byte: int | None) -> None:
    says = "ends too early" if byte is None else f"malformed JSON at byte {byte}"
    assert assert_error(post(client, body), 400, says=says)["details"]["text"].endswith(says)


@pytest.mark.parametrize("value", ["text", 5, None, [], True])
def test_a_context_that_is_no_object_is_named(client: FlaskClient, value: object) -> None:
    body = call() | {"context": value}
    assert_error(post(client, encoded(body)), 400, "context", says="must be object")


def test_nan_inside_a_resource_is_malformed_too(client: FlaskClient) -> None:
    body = encoded(call(prefetch=prefetch(condition("23056005", severity="@")))).replace(b'"@"', b"NaN")
    assert_error(post(client, body), 400, says="malformed JSON at byte")


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        HEAD + b'"unused": ' + DEEP + b', "context": ' + CONTEXT + b"}}",
        HEAD + b'"context": ' + CONTEXT + b', "more": ' + DEEP + b"}}",
        HEAD + b'"context": ' + CONTEXT + b'}, "prefetch": {"patient": ' + DEEP + b"}}",
        HEAD
        + b'"context": '
        + CONTEXT
        + b'}, "prefetch": {"patient": {"resourceType": "Patient", "x": '
        + DEEP
        + b"}}}",
    ],
    ids=["top", "unclosed", "objects", "unused member", "context", "prefetch", "resource"],
)
def test_100_000_nested_arrays_are_refused(client: FlaskClient, body: bytes) -> None:
    assert_error(post(client, body), 400)


def test_nesting_within_reason_is_taken(client: FlaskClient) -> None:
    deep = b"[" * 200 + b"]" * 200
    body = encoded(call(prefetch=prefetch(condition("23056005", extra="@")))).replace(b'"@"', deep)
    assert post(client, body).status_code == 200


def test_invalid_utf_8_in_a_field_that_is_used_names_the_field(client: FlaskClient) -> None:
    assert_error(post(client, encoded(call()).replace(b"example", b"ex\xffmple")), 400, "context", says="not UTF-8")
    bad = encoded(call(prefetch=prefetch(condition("x@")))).replace(b"x@", b"\xff")
    assert_error(post(client, bad), 400, "prefetch.conditions", says="not UTF-8")


def test_invalid_utf_8_in_a_field_that_is_not_used_does_no_harm(client: FlaskClient) -> None:
    record = condition("23056005", recorder={"display": "x@"})
    body = encoded(call(prefetch=prefetch(record), unused="x@")).replace(b"x@", b"\xff\xfe")
    assert post(client, body).status_code == 200


@pytest.mark.parametrize("half", [b"\\ud83d", b"\\udc4d", b"\\ud83dx", b"\\ud83d\\u0041", b"\\\\\\ud83d"])
def test_half_of_a_surrogate_pair_costs_no_card(client: FlaskClient, half: bytes) -> None:
    chart = buttock_to_calf()
    chart[0]["code"]["text"] = "cut here: @"
    body = call(SIGN, order("73721", bodySite=[concept("287579007")]), prefetch=prefetch(*chart), unused="@")
    answer = post(client, encoded(body).replace(b"@", half), SIGN)
    assert len(answer.get_json()["cards"]) == 1


def test_half_of_a_surrogate_pair_in_an_identifier_is_refused(client: FlaskClient) -> None:
    body = encoded(call()).replace(b"Practitioner/example", b"Practitioner/\\ud83d")
    assert_error(post(client, body), 400, "context.userId")


def test_of_a_name_given_twice_the_last_counts(client: FlaskClient) -> None:
    body = encoded(call(hook="rx-view"))[:-1] + b', "hook": "patient-view"}'
    assert post(client, body).status_code == 200
    assert_error(post(client, encoded(call())[:-1] + b', "hook": "rx-view"}'), 400, "hook")


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(build: Callable[..., Flask]) -> None:
    body = encoded(call())
    client = build(body_limit=len(body) + 1000).test_client()
    assert post(client, body + b" " * 1000).status_code == 200
    assert_error(post(client, body + b" " * 1001), 413)


def test_a_body_without_length_is_measured_as_it_comes(build: Callable[..., Flask]) -> None:
    client = build(body_limit=2000).test_client()
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}

    def send(body: bytes) -> TestResponse:
        return client.post(
            f"/cds-services/{VIEW}",
            input_stream=BytesIO(body),
            content_type="application/json",
            environ_overrides={**chunked, "CONTENT_LENGTH": ""},
        )

    assert send(encoded(call())).status_code == 200
    assert_error(send(encoded(call()) + b" " * 2000), 413)


@pytest.mark.parametrize(("depth", "count"), [(150, 1), (300, 0), (900, 0)])
@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_draft_nested_too_deeply_to_be_sent_back_costs_itself(
    client: FlaskClient, pair: tuple[bytes, bytes], depth: int, count: int
) -> None:
    draft = order("36490-1", "http://loinc.org", extension="@")
    body = encoded(call(SIGN, draft, prefetch=prefetch(condition("49218002", bodySite=[concept("7771000")]))))
    deep = pair[0] * depth + b"1" + pair[1] * depth
    answer = post(client, body.replace(b'"@"', deep), SIGN)
    assert answer.status_code == 200
    assert len(answer.get_json()["cards"]) == count  # where it is 1, the card changes the draft's side


@pytest.mark.parametrize(("text", "count"), [(b"\xc3\xb6", 1), (b"\xd1(", 0)])
def test_a_draft_that_is_not_utf_8_costs_itself(client: FlaskClient, text: bytes, count: int) -> None:
    """Not even in a member nobody reads: a card that changes the draft would give it back. (Found by atheris.)"""
    draft = order("36490-1", "http://loinc.org", implicitRules="@")
    body = encoded(call(SIGN, draft, prefetch=prefetch(condition("49218002", bodySite=[concept("7771000")]))))
    answer = post(client, body.replace(b"@", text), SIGN)
    assert answer.status_code == 200
    assert len(answer.get_json()["cards"]) == count  # where it is 1, the card changes the draft's side
