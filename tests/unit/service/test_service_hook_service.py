"""The use case: today in the site's zone, and what is stored of a call."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from liveness import LIVENESS_S
from synthetic import (
    SIGN,
    VIEW,
    buttock_to_calf,
    call,
    concept,
    condition,
    encoded,
    order,
    patient,
    prefetch,
    whole_prefetch,
)

from cds_service.engine import build_engine
from cds_service.errors import SettingsError
from cds_service.model.suppression import SuppressionPolicy
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.settings import Settings
from cds_service.store_setup import open_recorder
from cds_service.suppression.windows import AnswerWindows
from cds_service.wire.feedback import Feedback
from cds_service.wire.request import decode_request

SPINE = {"prefetch": prefetch(*buttock_to_calf())}


def hip_order() -> dict[str, Any]:
    return order("73721", bodySite=[concept("287579007")])


def stored_rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def wait_until_stored(client: Any, service: str) -> None:
    """Send feedback, which waits for the cards just issued."""
    event = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    assert client.post(f"/cds-services/{service}/feedback", json={"feedback": [event]}).status_code == 200


@pytest.mark.parametrize(
    ("zone", "today"),
    [("UTC", "2026-03-10"), ("Pacific/Auckland", "2026-03-11"), ("America/Los_Angeles", "2026-03-10")],
)
def test_today_is_the_sites_day(build: Callable[..., Flask], zone: str, today: str) -> None:
    """Pain recorded exactly a year ago counts; a day earlier it does not."""
    old = [pain | {"recordedDate": f"2025{today[4:]}"} for pain in buttock_to_calf()]
    older = [pain | {"recordedDate": "2025-03-09" if today.endswith("10") else "2025-03-10"} for pain in old]
    client = build(time_zone=zone).test_client()
    answers = [
        client.post(f"/cds-services/{SIGN}", json=call(SIGN, hip_order(), prefetch=prefetch(*chart))).get_json()
        for chart in (old, older)
    ]
    topics = [card["source"]["topic"]["code"] for answer in answers for card in answer["cards"]]
    assert topics == ["SpinePatternHipImaging", "PlainFilmsFirst"]  # the second is of the order alone


def test_every_issued_card_is_stored_without_a_clear_id(build: Callable[..., Flask], tmp_path: Path) -> None:
    client = build().test_client()
    [card] = client.post(f"/cds-services/{SIGN}", json=call(SIGN, hip_order(), **SPINE)).get_json()["cards"]
    wait_until_stored(client, SIGN)
    columns = "card_uuid, tenant, service_id, hook, rule_id, topic, level, patient_hash, user_hash"
    [row] = stored_rows(tmp_path / "store.sqlite3", f"select {columns} from card_issued")  # noqa: S608 - no input in it
    assert row[:7] == (
        card["uuid"],
        "demo",
        SIGN,
        "order-sign",
        "spine-pattern-hip-imaging",
        "SpinePatternHipImaging",
        "warning",
    )
    assert len({*row[7:]}) == 2
    assert not {"patient-1", "Practitioner/example"} & set(row)


def test_a_call_without_cards_is_counted_by_the_sites_day_and_nothing_else_of_it_is_stored(
    build: Callable[..., Flask], tmp_path: Path
) -> None:
    client = build(time_zone="Pacific/Auckland").test_client()
    for _ in range(2):
        assert client.post(f"/cds-services/{VIEW}", json=call()).get_json()["cards"] == []
    hip = call(SIGN, hip_order(), **SPINE)
    assert client.post(f"/cds-services/{SIGN}", json=hip).get_json()["cards"]
    counts = "select day, tenant, hook, with_cards, without_cards from call_count order by hook"
    until = time.monotonic() + LIVENESS_S
    while len(stored_rows(tmp_path / "store.sqlite3", counts)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert stored_rows(tmp_path / "store.sqlite3", counts) == [
        ("2026-03-11", "demo", "order-sign", 1, 0),
        ("2026-03-11", "demo", "patient-view", 0, 2),
    ]
    assert stored_rows(tmp_path / "store.sqlite3", "select hook from card_issued") == [("order-sign",)]


@pytest.mark.parametrize(("instance", "user"), [("call 7", None), ("4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001", "u-7")])
def test_a_call_without_a_user_or_uuid_is_recorded_without_either(
    build: Callable[..., Flask], tmp_path: Path, instance: str, user: str | None
) -> None:
    client = build().test_client()
    body = call(SIGN, hip_order(), hookInstance=instance, **SPINE)
    body["context"]["userId"] = user
    assert len(client.post(f"/cds-services/{SIGN}", json=body).get_json()["cards"]) == 1
    wait_until_stored(client, SIGN)
    [row] = stored_rows(tmp_path / "store.sqlite3", "select hook_instance, user_hash from card_issued")
    assert len(row[0]) == (36 if user else 64)
    assert len(row[1]) == (64 if user else 0)
    assert "call 7" not in row


def test_what_never_arrives_and_what_it_costs_is_counted_by_client(build: Callable[..., Flask]) -> None:
    client = build().test_client()
    back = condition("279039007", onsetDateTime="2026-03-01", recordedDate="2026-03-01")
    sent = whole_prefetch(back) | {"patient": patient(birthDate="1981-05-01"), "reports": {}}
    del sent["procedures"]
    answer = client.post(f"/cds-services/{SIGN}", json=call(SIGN, order("72148"), prefetch=sent)).get_json()
    assert answer == {
        "cards": [],
        "extension": {
            "missing": [
                {"key": "procedures", "type": "Procedure", "state": "not-sent"},
                {"key": "reports", "type": "DiagnosticReport", "state": "unread"},
            ],
            "restraintWithheld": ["conservative-care-first"],
        },
    }
    metrics = client.get("/metrics").get_data(as_text=True)
    for labels in (
        'missing_total{client="demo",key="procedures",state="not-sent"}',
        'missing_total{client="demo",key="reports",state="unread"}',
        'restraint_withheld_total{client="demo",rule="conservative-care-first"}',
    ):
        assert f"hip_spine_cds_{labels} " in metrics


def test_feedback_stores_the_reason_code_and_whether_there_was_a_comment(
    build: Callable[..., Flask], tmp_path: Path
) -> None:
    client = build().test_client()
    reason = {"reason": {"code": "disagree", "system": "https://ehr.example/r"}, "userComment": "Mrs Doe refuses"}
    event = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z", "overrideReason": reason}
    assert client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": [event]}).get_json() == {"stored": 1}
    [row] = stored_rows(
        tmp_path / "store.sqlite3", "select outcome, reason_code, has_comment, known_card from feedback_event"
    )
    assert row == ("overridden", "disagree", 1, 0)


@pytest.mark.usefixtures("build")
def test_a_tried_call_is_not_stored_and_may_be_explained(tmp_path: Path) -> None:
    engine = build_engine(
        Settings(database=f"sqlite:///{tmp_path / 'store.sqlite3'}"),
        recorder=NullRecorder(),
        clock=lambda: datetime(2026, 3, 10, 12, tzinfo=UTC),
    )
    chart = prefetch(*buttock_to_calf(), condition("38341003", number=9))
    request = decode_request(encoded(call(SIGN, hip_order(), prefetch=chart)), SERVICES[SIGN].accepted_hooks)
    brief = engine.service.answer_call(SIGN, request, "demo")
    thorough = engine.service.answer_call(SIGN, request, "demo", explain=True)
    assert [len(result.response.cards) for result in (brief, thorough)] == [1, 1]
    assert brief.decision is not None
    assert thorough.decision is not None
    assert brief.decision.chart.ignored == ()
    assert [resource.reference for resource in thorough.decision.chart.ignored] == ["Condition/Condition-9"]
    assert not (tmp_path / "store.sqlite3").exists()


def test_trying_a_call_loads_neither_a_database_nor_a_web_framework() -> None:
    modules = "cds_service.engine, cds_service.service.card_recorder"
    script = f"import sys, {modules}; print(*({{'sqlalchemy', 'alembic', 'flask'}} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []


def test_a_null_recorder_has_nothing_to_report() -> None:
    recorder = NullRecorder()
    recorder.check_store()
    assert recorder.lost_cards == 0
    windows = AnswerWindows(SuppressionPolicy(90, 7, 24))
    assert (
        recorder.record_feedback(SIGN, "demo", Feedback(feedback=[]), datetime(2026, 3, 10, tzinfo=UTC), windows) == 0
    )


def test_the_store_is_opened_where_the_settings_say(tmp_path: Path) -> None:
    open_recorder(Settings(database=f"sqlite:///{tmp_path / 'deep' / 'er' / 'store.sqlite3'}"))
    assert (tmp_path / "deep" / "er" / "store.sqlite3").exists()
    assert (tmp_path / "deep" / "er" / "hash.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("named", [None, "file/store.sqlite3"])
def test_a_folder_that_takes_no_key_is_reported_with_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    for name in ("file", "hip-spine-cds-data"):
        (tmp_path / name).write_text("")  # a file where a folder should be: not even root writes into it
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    database = f"sqlite:///{tmp_path / named}" if named else None
    with pytest.raises(SettingsError, match=r"hash_key: is not set.*set HIP_SPINE_CDS_HASH_KEY, or HIP"):
        open_recorder(Settings(database=database))


def test_a_key_file_open_to_others_is_reported_with_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "hash.key").write_bytes(b"k" * 32)
    (tmp_path / "hash.key").chmod(0o644)
    with pytest.raises(SettingsError, match=r"mode must be 0600.*set HIP_SPINE_CDS_HASH_KEY"):
        open_recorder(Settings(database=f"sqlite:///{tmp_path / 'store.sqlite3'}"))
