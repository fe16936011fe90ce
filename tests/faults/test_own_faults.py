"""Faults of ours: an honest 500 or 503, without a word of the chart in the answer or the log."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from log_capture import configured_log
from synthetic import SIGN, VIEW, buttock_to_calf, call, concept, encoded, order, outcome, prefetch

SECRETS = ("patient-1", "Practitioner/example", "279043006", "the chart's own words", "s3cret-token")
EVENT = {"feedback": [{"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}]}


def _call(**fields: Any) -> dict[str, Any]:
    chart = buttock_to_calf()
    chart[0]["code"]["text"] = "the chart's own words"
    draft = order("73721", bodySite=[concept("287579007")], note=[{"text": "the chart's own words"}])
    token = {"fhirServer": "https://ehr.example/fhir", "fhirAuthorization": {"access_token": "s3cret-token"}}
    return call(SIGN, draft, **{"prefetch": prefetch(*chart), **token, **fields})


@pytest.fixture
def logged() -> Iterator[StringIO]:
    with configured_log("debug") as written:
        yield written


def _fail(*_arguments: object, **_named: object) -> None:
    raise LookupError("the chart's own words about patient-1")


@pytest.mark.parametrize("where", ["decide", "decode_draft_orders"])
def test_an_exception_inside_is_500_and_tells_nothing_of_the_chart(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, logged: StringIO, where: str
) -> None:
    monkeypatch.setattr(f"cds_service.service.hook_service.{where}", _fail)
    response = client.post(f"/cds-services/{SIGN}", json=_call())
    issue = assert_error(response, 500)
    assert issue["code"] == "exception"
    log = logged.getvalue()
    assert "LookupError" in log
    assert not [secret for secret in SECRETS if secret in log + response.get_data(as_text=True)]


def test_the_service_goes_on_after_an_exception(client: FlaskClient) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cds_service.service.hook_service.decide", _fail)
        assert client.post(f"/cds-services/{SIGN}", json=_call()).status_code == 500
    assert len(client.post(f"/cds-services/{SIGN}", json=_call()).get_json()["cards"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (encoded(_call()), 200),
        (encoded(_call(hookInstance="the chart's own words")), 200),
        (encoded(_call(hookInstance=["the chart's own words"])), 400),
        (encoded(_call(prefetch={"patient": outcome()})), 412),
        (encoded(_call())[:-9], 400),
    ],
)
def test_the_log_of_a_call_holds_nothing_of_the_chart(
    client: FlaskClient, logged: StringIO, body: bytes, status: int
) -> None:
    response = client.post(
        f"/cds-services/{SIGN}",
        data=body,
        content_type="application/json",
        headers={"Authorization": "Bearer s3cret-token"},
    )
    assert response.status_code == status
    log = logged.getvalue()
    assert log.count("\n") == 1
    assert not [secret for secret in SECRETS if secret in log]


def test_a_refusal_does_not_repeat_what_was_sent(client: FlaskClient) -> None:
    for body in (call(hook="the chart's own words"), call(hookInstance=["the chart's own words"])):
        assert "own words" not in client.post(f"/cds-services/{VIEW}", json=body).get_data(as_text=True)


@pytest.fixture
def storeless(build: Callable[..., Flask], tmp_path: Path) -> FlaskClient:
    """A service whose database cannot be written: what should be its folder is a file."""
    (tmp_path / "file").write_text("")
    return build(database=f"sqlite:///{tmp_path / 'file' / 'store.sqlite3'}", hash_key="k" * 32).test_client()


def test_without_a_database_cards_are_given(storeless: FlaskClient) -> None:
    assert len(storeless.post(f"/cds-services/{SIGN}", json=_call()).get_json()["cards"]) == 1


def test_without_a_database_feedback_is_503_and_may_be_sent_again(storeless: FlaskClient) -> None:
    response = storeless.post(f"/cds-services/{VIEW}/feedback", json=EVENT)
    assert assert_error(response, 503)["code"] == "transient"
    assert int(response.headers["Retry-After"]) > 0


def test_neither_database_nor_key_holds_an_id_in_clear(build: Callable[..., Flask], tmp_path: Path) -> None:
    client = build().test_client()
    [card] = client.post(f"/cds-services/{SIGN}", json=_call()).get_json()["cards"]
    event = EVENT["feedback"][0] | {"card": card["uuid"], "overrideReason": {"userComment": "the chart's own words"}}
    assert client.post(f"/cds-services/{SIGN}/feedback", json={"feedback": [event]}).status_code == 200
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    assert card["uuid"].encode() in stored
    assert not [secret for secret in SECRETS if secret.encode() in stored]
