"""A patient who has died gets no card on any hook; `deceasedBoolean: false` says that the patient is alive."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from speaking_calls import CALLS
from synthetic import SELECT, SIGN, VIEW, patient

DEAD: list[dict[str, Any]] = [
    {"deceasedBoolean": True},
    {"deceasedDateTime": "2026-03-01"},
    {"deceasedDateTime": "2026"},
]


def answered_cards(client: FlaskClient, topic: str, **fields: Any) -> int:
    service, body = CALLS[topic]
    answer = client.post(
        f"/cds-services/{service}", json=body | {"prefetch": body["prefetch"] | {"patient": patient(**fields)}}
    )
    assert answer.status_code == 200
    return len(answer.get_json()["cards"])


def test_a_call_of_each_hook_is_tried() -> None:
    assert {service for service, _ in CALLS.values()} == {VIEW, SELECT, SIGN}


@pytest.mark.parametrize("fields", DEAD)
@pytest.mark.parametrize("topic", CALLS)
def test_the_dead_get_no_card(client: FlaskClient, topic: str, fields: dict[str, Any]) -> None:
    assert answered_cards(client, topic, **fields) == 0


@pytest.mark.parametrize("topic", CALLS)
def test_who_is_said_not_to_have_died_is_alive(client: FlaskClient, topic: str) -> None:
    assert answered_cards(client, topic, deceasedBoolean=False) == 1
