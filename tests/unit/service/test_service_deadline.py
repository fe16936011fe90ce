"""The deadline of a call: it cuts searches short, never a judgement, and never leads to an empty answer."""

import re
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
import requests
import responses
from error_shape import assert_error
from flask import Flask
from liveness import LIVENESS_S
from synthetic import VIEW, bundle, call, condition, patient, prefetch

BASE = "http://127.0.0.1:9/fhir"
ALARM = condition("G83.4", "http://hl7.org/fhir/sid/icd-10-cm", recordedDate="2026-03-09")


@pytest.fixture
def hanging() -> Iterator[None]:
    """A FHIR server that answers nothing until the test is over, so a call that waits for it hangs."""
    over = Event()

    def hang(_: requests.PreparedRequest) -> Any:
        assert over.wait(LIVENESS_S)
        return 404, {}, ""

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(re.escape(BASE)), hang)
        yield
        over.set()


def post(build: Callable[..., Flask], seconds: float, **fields: Any) -> Any:
    client = build(call_deadline=seconds, fhir_deadline=LIVENESS_S).test_client()
    return client.post(f"/cds-services/{VIEW}", json=call(fhirServer=BASE, **fields))


@pytest.mark.usefixtures("hanging")
def test_optional_data_that_does_not_come_in_time_is_told_on_the_card(build: Callable[..., Flask]) -> None:
    response = post(build, 0.6, prefetch=prefetch(ALARM))
    [card] = response.get_json()["cards"]
    assert "imaging studies" in card["detail"].lower()


@pytest.mark.usefixtures("hanging")
def test_where_nothing_can_be_judged_in_time_it_is_503_and_no_empty_list(build: Callable[..., Flask]) -> None:
    response = post(build, 0.6, prefetch={"patient": patient()})
    assert assert_error(response, 503, says="no advice was given")["code"] == "timeout"
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("hanging")
def test_the_searches_own_deadline_stays_412(build: Callable[..., Flask]) -> None:
    client = build(call_deadline=10, fhir_deadline=0.3).test_client()
    response = client.post(f"/cds-services/{VIEW}", json=call(fhirServer=BASE, prefetch={"patient": patient()}))
    assert response.status_code == 412


def test_a_call_that_needs_no_search_is_never_cut_short(build: Callable[..., Flask]) -> None:
    """A partial judgement could miss the finding that rules a card out, so judging is never cut short."""
    many = bundle(ALARM, *(condition("44054006", number=number) for number in range(2, 3_000)))
    client = build(call_deadline=0.5).test_client()
    answer = client.post(f"/cds-services/{VIEW}", json=call(prefetch={"patient": patient(), "conditions": many}))
    assert len(answer.get_json()["cards"]) == 1


def test_a_card_that_cannot_be_sent_is_not_recorded(
    build: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: list[object] = []
    monkeypatch.setattr(
        "cds_service.service.store_recorder.StoreRecorder.record_cards", lambda *given: remembered.append(given)
    )
    monkeypatch.setattr("cds_service.wire.response.HookResponse.to_json", lambda _: 1 / 0)
    response = build().test_client().post(f"/cds-services/{VIEW}", json=call(prefetch=prefetch(ALARM)))
    assert response.status_code == 500
    assert not remembered
