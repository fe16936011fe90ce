"""Feedback as a client sends it: CDS Hooks 2.0, "Feedback". No answer is specified; these are ours."""

from typing import Any

import pytest
from error_shape import assert_error
from flask.testing import FlaskClient
from speaking_calls import CALLS
from synthetic import VIEW, Json
from werkzeug.test import TestResponse

AT = "2026-03-10T12:05:00Z"


def item(**fields: Any) -> Json:
    made = {"card": "c-1", "outcome": "overridden", "outcomeTimestamp": AT, **fields}
    return {name: value for name, value in made.items() if value is not None}


def send(client: FlaskClient, *items: Any, service: str = VIEW) -> TestResponse:
    return client.post(f"/cds-services/{service}/feedback", json={"feedback": list(items)})


def stored(response: TestResponse) -> int:
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    return response.get_json()["stored"]


def test_2_0_at_154_feedback_on_a_card_just_issued_is_kept(client: FlaskClient) -> None:
    service, body = CALLS["SpinePatternHipImaging"]
    [card] = client.post(f"/cds-services/{service}", json=body).get_json()["cards"]
    accepted = [{"id": card["suggestions"][0]["uuid"]}]
    accepted_item = item(card=card["uuid"], outcome="accepted", acceptedSuggestions=accepted)
    assert stored(send(client, accepted_item, service=service)) == 1


def test_an_unknown_card_is_kept_too(client: FlaskClient) -> None:
    assert stored(send(client, item(card="never-issued"))) == 1


def test_a_repeated_event_is_kept_once_and_a_later_one_beside_it(client: FlaskClient) -> None:
    assert stored(send(client, item())) == 1
    assert stored(send(client, item())) == 0
    assert stored(send(client, item(), item(outcomeTimestamp="2026-03-10T12:06:00Z"))) == 1


def test_several_cards_in_one_call(client: FlaskClient) -> None:
    assert stored(send(client, item(), item(card="c-2"), item(card="c-3"))) == 3


def test_no_events_are_nothing_to_keep(client: FlaskClient) -> None:
    assert stored(send(client)) == 0


@pytest.mark.parametrize(
    "reason",
    [
        None,
        {},
        {"reason": {"code": "disagree"}},  # as the public sandbox sends it
        {"reason": {"code": "disagree", "system": "https://ehr.example/reasons"}},
        {"reason": {"code": "disagree", "display": "I disagree"}, "userComment": "free text"},
        {"userComment": "free text"},
    ],
)
def test_2_0_at_159_an_override_may_have_a_reason_a_comment_both_or_neither(
    client: FlaskClient, reason: Json | None
) -> None:
    assert stored(send(client, item(overrideReason=reason))) == 1


def test_unknown_members_are_ignored(client: FlaskClient) -> None:
    assert stored(send(client, item(extension={"a": 1}, more=[1]))) == 1


@pytest.mark.parametrize("at", ["2026-03-10T12:05:00+01:00", "2026-03-10T12:05:00.123456Z", "2026-03-10t12:05:00z"])
def test_2_0_at_161_timestamps_are_taken_in_any_zone_and_precision(client: FlaskClient, at: str) -> None:
    assert stored(send(client, item(outcomeTimestamp=at))) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"card": None}, "feedback[0].card"),
        ({"card": ""}, "feedback[0].card"),
        ({"card": 7}, "feedback[0].card"),
        ({"card": "x" * 129}, "feedback[0].card"),
        ({"outcome": None}, "feedback[0].outcome"),
        ({"outcome": "ignored"}, "feedback[0].outcome"),
        ({"outcome": "accepted"}, "feedback[0]"),
        ({"outcome": "accepted", "acceptedSuggestions": []}, "feedback[0]"),
        ({"outcome": "accepted", "acceptedSuggestions": [{}]}, "feedback[0].acceptedSuggestions[0].id"),
        ({"outcome": "accepted", "acceptedSuggestions": ["s"]}, "feedback[0].acceptedSuggestions[0]"),
        ({"outcomeTimestamp": None}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "yesterday"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-03-10T12:05:00"}, "feedback[0].outcomeTimestamp"),
        ({"overrideReason": {"reason": {}}}, "feedback[0].overrideReason.reason.code"),
        ({"overrideReason": "disagree"}, "feedback[0].overrideReason"),
    ],
)
def test_a_broken_event_names_its_field(client: FlaskClient, fields: Json, field: str) -> None:
    assert_error(send(client, item(**fields)), 400, field)


def test_a_broken_event_costs_itself_and_the_answer_says_which(client: FlaskClient) -> None:
    response = send(
        client, item(), item(card=None), item(card="c-2"), item(outcomeTimestamp="0001-01-01T00:00:00+05:00")
    )
    assert stored(response) == 2
    assert response.get_json()["refused"] == [
        {"field": "feedback[1].card", "text": "is required"},
        {
            "field": "feedback[3].outcomeTimestamp",
            "text": "must lie between the years 1 and 9999 in every time zone",
        },
    ]
    assert stored(send(client, item(), item(card="c-2"))) == 0


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_can_never_be_stored_is_400_not_503_for_ever(client: FlaskClient, at: str) -> None:
    assert_error(send(client, item(outcomeTimestamp=at)), 400, "feedback[0].outcomeTimestamp")


def test_a_comment_cut_in_an_emoji_costs_no_event(client: FlaskClient) -> None:
    assert stored(send(client, item(overrideReason={"userComment": "no \ud83d"}))) == 1


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{}", b'{"feedback": {}}', b'{"feedback": null}', b"null"])
def test_2_0_at_154_a_body_that_is_no_feedback_is_400(client: FlaskClient, body: bytes) -> None:
    response = client.post(f"/cds-services/{VIEW}/feedback", data=body, content_type="application/json")
    assert_error(response, 400, "feedback" if b"{" in body else None)


@pytest.mark.parametrize(("body", "byte"), [(b'{"feedback": [}', 14), (b'{"feedback": [], "x": NaN}', 22)])
def test_malformed_json_names_the_byte(client: FlaskClient, body: bytes, byte: int) -> None:
    response = client.post(f"/cds-services/{VIEW}/feedback", data=body, content_type="application/json")
    assert_error(response, 400, says=f"byte {byte}")


@pytest.mark.parametrize("body", [b'{"feedback": [{"card": "\xff"}]}', b"[" * 100_000, b""])
def test_other_broken_bodies_are_400(client: FlaskClient, body: bytes) -> None:
    response = client.post(f"/cds-services/{VIEW}/feedback", data=body, content_type="application/json")
    assert response.status_code == 400
    assert "\ufffd" not in response.get_data(as_text=True)


def test_feedback_of_another_type_is_415(client: FlaskClient) -> None:
    assert_error(client.post(f"/cds-services/{VIEW}/feedback", data=b"{}", content_type="text/plain"), 415)


def test_feedback_takes_slashes_at_the_end(client: FlaskClient) -> None:
    response = client.post(f"/cds-services/{VIEW}/feedback/", json={"feedback": [item()]})
    assert stored(response) == 1
