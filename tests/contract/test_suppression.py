"""A card that its user has answered, over HTTP: held back while nothing changes, and back with any change."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from signing import SigningEhr
from speaking_calls import CALLS
from sqlalchemy import Engine
from synthetic import (
    SIGN,
    VIEW,
    Json,
    bundle,
    buttock_to_calf,
    call,
    concept,
    condition,
    observation,
    order,
    patient,
    prefetch,
    whole_prefetch,
)

from cds_service.store import SuppressionRegister, connect, migrate
from cds_service.store.database import transaction
from cds_service.store.schema import metadata

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
AT = "2026-03-10T11:59:00Z"
REASON = {"reason": {"code": "disagree", "system": "https://hip-spine-cds.example/fhir/CodeSystem/override-reason"}}


def topics(client: FlaskClient, service: str, body: Json) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards(client, service, body)]


def cards(client: FlaskClient, service: str, body: Json) -> list[Json]:
    answer = client.post(f"/cds-services/{service}", json=body)
    assert answer.status_code == 200
    return answer.get_json()["cards"]


def override(client: FlaskClient, service: str, card: Json, **fields: Any) -> None:
    answer(client, service, {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": AT} | fields)


def accept(client: FlaskClient, service: str, card: Json, suggestion: int = 0) -> None:
    accepted = [{"id": card["suggestions"][suggestion]["uuid"]}]
    item = {"card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": AT, "acceptedSuggestions": accepted}
    answer(client, service, item)


def answer(client: FlaskClient, service: str, item: Json) -> None:
    response = client.post(f"/cds-services/{service}/feedback", json={"feedback": [item]})
    assert response.get_json()["stored"] == 1


@pytest.mark.parametrize("topic", sorted(CALLS))
def test_an_overridden_card_is_not_shown_again(client: FlaskClient, topic: str) -> None:
    service, body = CALLS[topic]
    shown = cards(client, service, body)
    for card in shown:
        override(client, service, card, overrideReason=REASON)
    again = client.post(f"/cds-services/{service}", json=body)
    assert (again.status_code, again.get_json()["cards"]) == (200, [])
    assert "suppress" not in again.get_data(as_text=True)  # decision 30


def hip_mri(**fields: Any) -> Json:
    return order("73721", **{"bodySite": [concept("287579007")], **fields})


def spine_call(*conditions: Json, draft: Json | None = None, user: str = "Practitioner/example", **keys: Any) -> Json:
    """Build S08: pain of buttock and calf, and an MRI of the right hip about to be signed."""
    body = call(SIGN, draft or hip_mri(), prefetch=prefetch(*buttock_to_calf(), *conditions, **keys))
    body["context"]["userId"] = user
    return body


@pytest.fixture
def overridden(client: FlaskClient) -> FlaskClient:
    """A service on which the card of `spine_call` has been overridden, without a reason."""
    [card] = cards(client, SIGN, spine_call())
    override(client, SIGN, card)
    return client


def reordered(body: Json) -> Json:
    changed = deepcopy(body)
    changed["prefetch"]["conditions"]["entry"].reverse()
    return changed


def renamed(body: Json) -> Json:
    changed = deepcopy(body)
    for number, entry in enumerate(changed["prefetch"]["conditions"]["entry"]):
        entry["resource"] |= {"id": f"other-{number}", "meta": {"versionId": "7", "lastUpdated": AT}}
    changed["context"]["draftOrders"]["entry"][0]["resource"]["id"] = "another"
    return changed | {"hookInstance": "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0002"}


def sent_twice(body: Json) -> Json:
    changed = deepcopy(body)
    entries = changed["prefetch"]["conditions"]["entry"]
    entries.append(deepcopy(entries[0]) | {"fullUrl": "urn:second"})
    return changed


@pytest.mark.parametrize("change", [deepcopy, reordered, renamed, sent_twice])
def test_what_an_ehr_changes_between_two_calls_brings_no_card_back(
    overridden: FlaskClient, change: Callable[[Json], Json]
) -> None:
    assert topics(overridden, SIGN, change(spine_call())) == []


NIGHT_SWEATS = condition("R50.9", "http://hl7.org/fhir/sid/icd-10-cm", number=9)  # fever
CHANGES = {
    "a red flag": spine_call(NIGHT_SWEATS),
    "a fact behind it": spine_call(condition("300954003", number=5, recordedDate="2026-03-01")),
    "the side of the order": spine_call(draft=hip_mri(bodySite=[concept("287679003")])),
    "the modality of the order": spine_call(draft=order("73700", bodySite=[concept("287579007")])),
    "an answer to what it asks": spine_call(observations=bundle(observation("slr-positive", valueBoolean=True))),
    "a denial of what it asks": spine_call(observations=bundle(observation("slr-positive", valueBoolean=False))),
    "another user": spine_call(user="Practitioner/other"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_brings_the_card_back(overridden: FlaskClient, change: str) -> None:
    assert topics(overridden, SIGN, CHANGES[change])


def test_a_denied_and_then_a_present_flag_brings_its_own_card(overridden: FlaskClient) -> None:
    assert "RedFlagReview" in topics(overridden, SIGN, CHANGES["a red flag"])


def test_another_patient_of_the_same_user_gets_the_card(overridden: FlaskClient) -> None:
    body = json_with(spine_call(), "patient-1", "patient-2")
    assert topics(overridden, SIGN, body) == ["SpinePatternHipImaging"]


def json_with(body: Json, old: str, new: str) -> Json:
    changed: Json = json.loads(json.dumps(body).replace(old, new))
    return changed


def test_an_ignored_card_is_shown_again(client: FlaskClient) -> None:
    assert topics(client, SIGN, spine_call()) == topics(client, SIGN, spine_call()) == ["SpinePatternHipImaging"]


def emergency() -> Json:
    return call(VIEW, prefetch=prefetch(observations=bundle(observation("saddle-anaesthesia"))))


def test_a_critical_card_returns_after_an_override_without_a_reason(client: FlaskClient) -> None:
    [card] = cards(client, VIEW, emergency())
    override(client, VIEW, card)
    [again] = cards(client, VIEW, emergency())
    assert again["indicator"] == "critical"
    override(client, VIEW, again, overrideReason=REASON)
    assert topics(client, VIEW, emergency()) == []


@pytest.mark.parametrize("comment", ["", "  ", "...", "\ufffd"])
def test_a_comment_that_says_nothing_is_no_reason(client: FlaskClient, comment: str) -> None:
    [card] = cards(client, VIEW, emergency())
    override(client, VIEW, card, overrideReason={"userComment": comment})
    assert len(cards(client, VIEW, emergency())) == 1


def test_a_comment_is_a_reason(client: FlaskClient) -> None:
    [card] = cards(client, VIEW, emergency())
    override(client, VIEW, card, overrideReason={"userComment": "already under the spine team"})
    assert topics(client, VIEW, emergency()) == []


def test_an_accepted_critical_card_returns_until_the_imaging_is_on_record(client: FlaskClient) -> None:
    [card] = cards(client, VIEW, emergency())
    placed = card["suggestions"][1]["actions"][0]["resource"] | {"id": "placed", "status": "active"}
    accept(client, VIEW, card, 1)
    body = emergency()
    body["prefetch"]["serviceRequests"] = bundle(placed | {"authoredOn": "2026-03-10"})
    assert topics(client, VIEW, body) == ["CaudaEquina"]


def red_flag(**fields: Any) -> Json:
    pain = condition("279039007", **fields)  # low back pain
    return call(VIEW, prefetch=prefetch(pain, NIGHT_SWEATS | {"recordedDate": "2026-02-20"}))


def test_a_red_flag_card_needs_a_reason_too(client: FlaskClient) -> None:
    [card] = cards(client, VIEW, red_flag())
    assert card["source"]["topic"]["code"] == "RedFlagReview"
    override(client, VIEW, card)
    [card] = cards(client, VIEW, red_flag())
    override(client, VIEW, card, overrideReason=REASON)
    assert topics(client, VIEW, red_flag()) == []


def early_care() -> Json:
    """Build a call that gets advice to try therapy before imaging: new back pain, nothing tried, nothing missing."""
    pain = condition("279039007", onsetDateTime="2026-03-01", recordedDate="2026-03-02")
    return call(SIGN, order("72148"), prefetch=whole_prefetch(pain, patient=patient("1980-05-01")))


def test_an_accepted_order_holds_the_card_back_until_it_is_gone(client: FlaskClient) -> None:
    [card] = cards(client, SIGN, early_care())
    assert card["source"]["topic"]["code"] == "ConservativeCareFirst"
    referral = next(
        number for number, suggestion in enumerate(card["suggestions"]) if suggestion["actions"][0]["type"] == "create"
    )
    order_placed = card["suggestions"][referral]["actions"][0]["resource"] | {"id": "referral"}
    accept(client, SIGN, card, referral)
    assert topics(client, SIGN, early_care()) == ["ConservativeCareFirst"]  # it was not placed, or is gone
    with_order = early_care()
    with_order["context"]["draftOrders"]["entry"].append({"resource": order_placed})
    assert topics(client, SIGN, with_order) == []
    signed = early_care()
    signed["prefetch"]["serviceRequests"]["entry"].append({"resource": order_placed | {"status": "active"}})
    assert topics(client, SIGN, signed) == []
    signed["prefetch"]["serviceRequests"]["entry"][0]["resource"]["status"] = "revoked"
    assert topics(client, SIGN, signed) == ["ConservativeCareFirst"]


def test_what_is_held_back_is_counted_and_logged_by_rule(overridden: FlaskClient, capsys: Any) -> None:
    cards(overridden, SIGN, spine_call())
    metrics = overridden.get("/metrics").get_data(as_text=True)
    assert 'cards_suppressed_total{reason="overridden",rule="spine-pattern-hip-imaging"} 1.0' in metrics
    assert 'cards_total{fate="suppressed",level="warning",rule="spine-pattern-hip-imaging"} 1.0' in metrics
    assert "suppressed=['spine-pattern-hip-imaging']" in capsys.readouterr().out


def test_the_same_feedback_sent_again_does_not_undo_a_lift(client: FlaskClient, tmp_path: Path) -> None:
    [card] = cards(client, SIGN, spine_call())
    override(client, SIGN, card)
    register = SuppressionRegister(connect(f"sqlite:///{tmp_path / 'store.sqlite3'}"))
    assert register.lift([one.id for one in register.list_running(NOW)]) == 1
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": AT}
    assert client.post(f"/cds-services/{SIGN}/feedback", json={"feedback": [item]}).get_json()["stored"] == 0
    assert topics(client, SIGN, spine_call()) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize(
    ("service", "body", "window"),
    [(SIGN, spine_call, timedelta(days=90)), (VIEW, red_flag, timedelta(days=7)), (VIEW, emergency, timedelta(days=1))],
    ids=["90 days", "red flag: 7 days", "critical: 24 hours"],
)
def test_the_window_begins_with_the_answer_and_ends(
    client: FlaskClient, service: str, body: Callable[[], Json], window: timedelta
) -> None:
    for age, is_shown in ((window, True), (window - timedelta(minutes=1), False)):
        [card] = cards(client, service, body())
        override(client, service, card, overrideReason=REASON, outcomeTimestamp=(NOW - age).isoformat())
        assert bool(topics(client, service, body())) is is_shown


def test_an_answer_from_the_future_begins_when_it_arrives(client: FlaskClient, tmp_path: Path) -> None:
    [card] = cards(client, SIGN, spine_call())
    override(client, SIGN, card, outcomeTimestamp="2036-03-10T12:00:00Z")
    [row] = SuppressionRegister(connect(f"sqlite:///{tmp_path / 'store.sqlite3'}")).list_running(NOW)
    assert (row.began_at, row.ends_at) == (NOW, NOW + timedelta(days=90))


def test_nothing_of_the_patient_is_stored_but_keyed_hashes(client: FlaskClient, tmp_path: Path) -> None:
    [card] = cards(client, SIGN, spine_call())
    override(client, SIGN, card, overrideReason={"userComment": "Mrs Doe refuses"})
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection:
        written = "\n".join(connection.iterdump())
    for clear in ("patient-1", "Practitioner", "example", "Doe", "279043006", "2026-01-05", "buttock"):
        assert clear not in written.replace("https://hip-spine-cds.example", ""), clear


def test_a_wrong_side_is_asked_about_again_the_next_day(client: FlaskClient) -> None:
    service, body = CALLS["WrongSideOrder"]
    [card] = cards(client, service, body)
    override(client, service, card, outcomeTimestamp=(NOW - timedelta(days=1)).isoformat())
    assert topics(client, service, body) == ["WrongSideOrder"]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty store that several services share."""
    url = os.environ.get("STORE_TEST_URL", "")
    if request.param == "SQLite":
        yield f"sqlite:///{tmp_path / 'shared.sqlite3'}"
        return
    if not url and os.environ.get("CI") != "true":
        pytest.skip("STORE_TEST_URL names no database")
    assert url, "CI leaves nothing out: STORE_TEST_URL must name a PostgreSQL database"
    migrate(url)
    engine = connect(url)
    _empty(engine)  # the uuids of a test are those of another
    yield url
    _empty(engine)
    engine.dispose()


def _empty(engine: Engine) -> None:
    with transaction(engine) as connection:
        for table in metadata.tables.values():
            connection.execute(table.delete())


def test_two_services_on_one_store_know_each_others_answers(shared: str, build: Callable[..., Flask]) -> None:
    user = f"Practitioner/{uuid4()}"
    settings = {"database": shared, "hash_key": "a key for both of them"}
    first, second = build(**settings).test_client(), build(**settings).test_client()
    [card] = cards(first, SIGN, spine_call(user=user))
    override(second, SIGN, card)  # the first has perhaps not written the card yet
    assert topics(first, SIGN, spine_call(user=user)) == topics(second, SIGN, spine_call(user=user)) == []
    assert topics(second, SIGN, spine_call(NIGHT_SWEATS, user=user))


def production_topics(client: FlaskClient, ehr: SigningEhr, *, answers: bool) -> list[str]:
    """Return the topics of a call in production; with `answers` override its card, and call again."""
    answer = client.post(f"/cds-services/{SIGN}", json=spine_call(), headers=ehr.bearer(f"/{SIGN}"))
    shown = answer.get_json()["cards"]
    if not answers:
        return [card["source"]["topic"]["code"] for card in shown]
    item = {"card": shown[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": AT}
    path = f"/{SIGN}/feedback"
    assert client.post(f"/cds-services{path}", json={"feedback": [item]}, headers=ehr.bearer(path)).status_code == 200
    return production_topics(client, ehr, answers=False)


@pytest.mark.parametrize(
    ("own", "expected"),
    [({}, []), ({"suppression.days": 0}, ["SpinePatternHipImaging"]), ({"suppression.days": 1}, [])],
    ids=["as in the content", "off", "shorter"],
)
def test_a_client_may_have_shorter_windows(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, own: Json, expected: list[str]
) -> None:
    assert production_topics(produce(**own), ehr, answers=True) == expected


def test_a_window_that_a_client_made_shorter_counts_at_once(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    assert production_topics(produce(), ehr, answers=True) == []
    rule = '"suppression"."rule_days"."spine-pattern-hip-imaging"'
    assert production_topics(produce(**{rule: 0}), ehr, answers=False) == ["SpinePatternHipImaging"]
