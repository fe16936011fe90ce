"""Feedback: once, durable, marked when the card is unknown, and free of free text."""

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import traceback
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from liveness import LIVENESS_S
from sqlalchemy.event import listens_for

from cds_service.errors import StoreUnavailable
from cds_service.store import FeedbackLog, ForeignIds, Pseudonymizer, engine_lock
from cds_service.store.database import transaction
from cds_service.store_setup import _FLUSH_S

RECORD_AND_DIE = """
import os, signal, sys
from datetime import UTC, datetime
from cds_service.store import FeedbackEvent, FeedbackLog, ForeignIds, Pseudonymizer, connect
moment = datetime(2026, 3, 4, tzinfo=UTC)
event = FeedbackEvent("north", "service", "card-9", "accepted", moment, (), None, None, False, moment)
assert FeedbackLog(connect(sys.argv[1]), ForeignIds(Pseudonymizer(b"k" * 32))).record([event]) == 1
os.kill(os.getpid(), signal.SIGKILL)
"""

NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


def test_a_stored_event_reads_back_whole(engine, event, query):
    reason = {"reason_system": "http://example.org/reasons", "reason_code": "not-needed", "has_comment": True}
    reported = event(
        outcome="overridden",
        outcome_timestamp=datetime(2026, 3, 4, 12, 30, tzinfo=timezone(timedelta(hours=2))),
        received_at=datetime(2026, 3, 5, tzinfo=UTC),
        **reason,
    )

    assert FeedbackLog(engine, NAMES).record([reported]) == 1

    assert query("SELECT * FROM feedback_event") == [
        (
            1,
            "north",
            "hip-spine-order-sign",
            NAMES.hash_card("north", "card-1"),
            "overridden",
            "2026-03-04 10:30:00.000000",
            f'["{NAMES.hash_suggestion("north", "s-1")}"]',
            "http://example.org/reasons",
            "not-needed",
            1,
            0,
            "2026-03-05 00:00:00.000000",
        )
    ]


def test_the_same_event_is_stored_once(engine, event, query):
    log = FeedbackLog(engine, NAMES)
    elsewhere = datetime(2026, 3, 4, 5, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert log.record([event(), event()]) == 1
    assert log.record([event(received_at=datetime(2026, 4, 1, tzinfo=UTC))]) == 0
    assert log.record([event(outcome_timestamp=elsewhere)]) == 0

    assert query("SELECT received_at FROM feedback_event") == [("2026-03-04 10:30:00.000000",)]


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "overridden"},
        {"tenant": "south"},
        {"card": "card-2"},
        {"outcome_timestamp": datetime(2026, 3, 4, 10, 31, tzinfo=UTC)},
    ],
)
def test_another_outcome_tenant_card_or_time_is_another_event(engine, event, query, changed):
    log = FeedbackLog(engine, NAMES)

    assert [log.record([event()]), log.record([event(**changed)])] == [1, 1]
    assert query("SELECT count(*) FROM feedback_event") == [(2,)]


def test_a_card_is_known_to_its_tenant_only(engine, issued, card, event, query):
    issued.put([card("card-1")])

    FeedbackLog(engine, NAMES, before_record=issued.flush).record(
        [event("card-1"), event("card-2"), event("card-1", tenant="south")]
    )

    assert query("SELECT tenant, card, known_card FROM feedback_event ORDER BY id") == [
        ("north", "card-1", 1),
        ("north", NAMES.hash_card("north", "card-2"), 0),
        ("south", NAMES.hash_card("south", "card-1"), 0),
    ]


def test_ids_that_are_not_ours_are_kept_as_hashes(engine, issued, card, event, path, query):
    issued.put([card("card-1", suggestion_uuids=("s-1", "s-2"))])
    reported = [
        event("card-1", accepted_suggestions=("s-2", "born-1950-02-03")),
        event("Erika-Mustermann", accepted_suggestions=("s-1",)),
    ]

    FeedbackLog(engine, NAMES, before_record=issued.flush).record(reported)

    unknown = NAMES.hash_suggestion("north", "born-1950-02-03")
    assert query("SELECT accepted_suggestions FROM feedback_event WHERE card = 'card-1'") == [
        (f'["s-2", "{unknown}"]',)
    ]
    raw = b"".join(entry.read_bytes() for entry in path.parent.iterdir())
    assert b"Mustermann" not in raw
    assert b"1950" not in raw


def test_feedback_that_comes_before_its_card_is_recognised_once_the_card_is_stored(engine, issued, card, event, query):
    """The card waits in another worker, or the database was away."""
    log = FeedbackLog(engine, NAMES)
    log.record([event("card-1", accepted_suggestions=("s-1", "x")), event("card-2"), event("card-1", tenant="south")])
    log.record([event("card-1", outcome="overridden", accepted_suggestions=())])

    issued.put([card("card-1")])
    assert issued.flush(LIVENESS_S)

    select_known = "SELECT outcome, accepted_suggestions FROM feedback_event WHERE card = 'card-1' AND known_card"
    unknown = NAMES.hash_suggestion("north", "x")
    assert query(select_known) == [("accepted", f'["s-1", "{unknown}"]'), ("overridden", "[]")]
    assert query("SELECT count(*) FROM feedback_event WHERE NOT known_card") == [(2,)]
    assert log.record([event("card-1", accepted_suggestions=("s-1", "x"))]) == 0


def test_an_event_sent_before_and_after_its_card_is_stored_is_one(engine, issued, card, event, query, monkeypatch):
    log = FeedbackLog(engine, NAMES)
    log.record([event("card-1")])
    with monkeypatch.context() as patched:
        patched.setattr(ForeignIds, "recognise", lambda *_: None)
        issued.put([card("card-1")])
        assert issued.flush(LIVENESS_S)
    log.record([event("card-1")])
    with transaction(engine) as connection:
        NAMES.recognise(connection, [card("card-1")])

    assert query("SELECT card, known_card FROM feedback_event") == [("card-1", 1)]


def test_many_events_leave_others_room_to_write(engine, event, query):
    """A call that waits to record its token must not wait for a thousand events."""
    begun = []

    @listens_for(engine, "begin")
    def count(_connection):
        begun.append(None)

    assert FeedbackLog(engine, NAMES).record([event(f"card-{number}") for number in range(1000)]) == 1000
    assert len(begun) == 20
    assert query("SELECT count(*) FROM feedback_event") == [(1000,)]


def test_events_sent_again_after_an_error_are_stored_once(engine, event, query):
    log = FeedbackLog(engine, NAMES)
    events = [event(f"card-{number}") for number in range(120)]
    with pytest.raises(StoreUnavailable):
        log.record([*events[:110], event(service_id="\ud800"), *events[110:]])

    assert query("SELECT count(*) FROM feedback_event") == [(100,)]
    assert log.record(events) == 20


def test_no_events_ask_nothing_of_the_database():
    def fail():
        raise AssertionError

    assert FeedbackLog(None, NAMES, before_record=fail).record([]) == 0


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (None, None),
        ("not-needed_2.1", "not-needed_2.1"),
        ("c" * 64, "c" * 64),
        ("c" * 65, "unrecognised"),
        ("Erika Mustermann", "unrecognised"),
        ("code\n", "unrecognised"),
        ("", "unrecognised"),
    ],
)
def test_a_reason_code_that_may_be_free_text_is_not_kept(engine, event, query, given, stored):
    FeedbackLog(engine, NAMES).record([event(reason_code=given)])
    assert query("SELECT reason_code FROM feedback_event") == [(stored,)]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (None, None),
        ("http://terminology.cds-hooks.org/CodeSystem/OverrideReason",) * 2,
        ("https://example.org/reasons?version=2#a",) * 2,
        ("urn:oid:2.16.840.1.113883.6.96",) * 2,
        ("https://" + "e" * 192,) * 2,
        ("https://" + "e" * 193, "unrecognised"),
        ("https://example.org/Erika Mustermann", "unrecognised"),
        ("https://example.org/a\n", "unrecognised"),
        ("Erika", "unrecognised"),
        ("file:///etc/hosts", "unrecognised"),
        ("http://", "unrecognised"),
        ("urn:oid:", "unrecognised"),
        ("", "unrecognised"),
    ],
)
def test_a_reason_system_that_is_no_uri_is_not_kept(engine, event, query, given, stored):
    FeedbackLog(engine, NAMES).record([event(reason_system=given)])
    assert query("SELECT reason_system FROM feedback_event") == [(stored,)]


@pytest.mark.parametrize("field", ["outcome_timestamp", "received_at"])
def test_a_time_without_zone_is_refused(event, field):
    with pytest.raises(ValueError, match="zone"):
        event(**{field: datetime(2026, 3, 4)})  # noqa: DTZ001 - the refused value itself


def test_events_are_values(event):
    with pytest.raises(dataclasses.FrozenInstanceError):
        event().card = "card-2"


def test_a_batch_is_one_transaction(engine, event, query):
    with pytest.raises(StoreUnavailable):
        FeedbackLog(engine, NAMES).record([event("card-1"), event("card-2", service_id="\ud800")])
    assert query("SELECT count(*) FROM feedback_event") == [(0,)]


def test_a_locked_database_is_unavailable_and_the_error_holds_no_value(engine, event, path):
    events = [event("Mustermann")]  # not in the call below: a traceback quotes its source lines
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable) as failure:
            FeedbackLog(engine, NAMES).record(events)
    assert "Mustermann" not in "".join(traceback.format_exception(failure.value))


def test_a_stuck_database_is_given_up(engine, issued, card, event, path):
    """Cards wait for the lock too, and hold the gate meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        issued.put([card()])
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                FeedbackLog(engine, NAMES, before_record=lambda: issued.flush(0.3)).record([event()])


def test_the_waits_for_a_stuck_database_add_up_to_about_two_seconds(engine):
    """Feedback waits for the cards, at the gate, and for the lock on the file."""
    with transaction(engine) as connection:
        locked_s = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() / 1000
    assert _FLUSH_S + engine_lock._LOCK_TIMEOUT_S + locked_s == pytest.approx(2)


def test_an_event_outlives_a_process_killed_after_record(url, query):
    process = subprocess.run([sys.executable, "-c", RECORD_AND_DIE, url], check=False, timeout=60, env=os.environ)

    assert process.returncode == -signal.SIGKILL
    assert query("SELECT known_card FROM feedback_event") == [(0,)]


def test_the_files_hold_no_clear_identifier(engine, issued, card, event, path):
    names = Pseudonymizer(b"k" * 32)
    patient, user = (
        names.pseudonymize("north", "patient", "patient-4711"),
        names.pseudonymize("north", "user", "Practitioner/dr-8"),
    )
    issued.put([card(patient_hash=patient, user_hash=user)])
    FeedbackLog(engine, NAMES, before_record=issued.flush).record(
        [event(reason_code="for patient-4711!", has_comment=True)]
    )

    raw = b"".join(entry.read_bytes() for entry in path.parent.iterdir())

    assert patient.encode() in raw
    assert b"card-1" in raw
    assert b"patient-4711" not in raw
    assert b"dr-8" not in raw
