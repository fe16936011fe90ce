"""The deadline of a call: it cuts searches short, never a judgement, and never leads to an empty answer."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from error_shape import assert_error
from flask import Flask
from synthetic import VIEW, bundle, call, condition, patient, prefetch

BASE = "http://127.0.0.1:9/fhir"
ALARM = condition("G83.4", "http://hl7.org/fhir/sid/icd-10-cm", recordedDate="2026-03-09")


@pytest.fixture
def hanging() -> Any:
    """A FHIR server that does not answer within a call's deadline."""

    def hang(_: requests.PreparedRequest) -> Any:
        time.sleep(1.5)
        return 404, {}, ""

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(re.escape(BASE)), hang)
        yield mock


def post(build: Callable[..., Flask], seconds: float, **fields: Any) -> tuple[Any, float]:
    client = build(call_deadline=seconds, fhir_deadline=30).test_client()
    started = time.monotonic()
    response = client.post(f"/cds-services/{VIEW}", json=call(fhirServer=BASE, **fields))
    return response, time.monotonic() - started


@pytest.mark.usefixtures("hanging")
def test_optional_data_that_is_late_is_named_on_the_card(build: Callable[..., Flask]) -> None:
    response, seconds = post(build, 0.6, prefetch=prefetch(ALARM))
    [card] = response.get_json()["cards"]
    assert "imaging studies" in card["detail"].lower()
    assert seconds < 1.2


@pytest.mark.usefixtures("hanging")
def test_if_nothing_can_be_judged_in_time_it_is_503_and_not_an_empty_list(build: Callable[..., Flask]) -> None:
    response, seconds = post(build, 0.6, prefetch={"patient": patient()})
    assert assert_error(response, 503, says="no advice was given")["code"] == "timeout"
    assert int(response.headers["Retry-After"]) > 0
    assert seconds < 1.2


@pytest.mark.usefixtures("hanging")
def test_the_searches_own_deadline_stays_412(build: Callable[..., Flask]) -> None:
    client = build(call_deadline=10, fhir_deadline=0.3).test_client()
    response = client.post(f"/cds-services/{VIEW}", json=call(fhirServer=BASE, prefetch={"patient": patient()}))
    assert response.status_code == 412


def test_a_call_that_needs_no_search_is_never_cut_short(build: Callable[..., Flask]) -> None:
    """Half a judgement could miss the very finding that rules a card out, so judging is never cut short."""
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
