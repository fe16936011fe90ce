"""Deleting by age: what is older goes, counts by day stay, and others can write meanwhile."""

from datetime import UTC, date, datetime, timedelta

from liveness import LIVENESS_S
from sqlalchemy import event as sqlalchemy_event

from cds_service.store import (
    CallCounts,
    CallKind,
    FeedbackLog,
    ForeignIds,
    Pseudonymizer,
    SeenTokens,
    count_older,
    purge,
)

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
BEFORE = NOW - timedelta(days=400)
JUST_BEFORE = BEFORE - timedelta(microseconds=1)
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


def test_cards_and_feedback_go_by_their_age(url, engine, issued, card, event, query):
    issued.put([card("new"), card("last", issued_at=BEFORE), card("old", issued_at=JUST_BEFORE)])
    log = FeedbackLog(engine, NAMES, before_record=issued.flush)
    log.record([event("new"), event("last", received_at=BEFORE), event("old", received_at=JUST_BEFORE)])

    assert vars(count_older(url, BEFORE)) == {"cards": 1, "feedback": 1}
    assert vars(purge(url, BEFORE)) == {"cards": 1, "feedback": 1}

    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("last",), ("new",)]
    assert query("SELECT card FROM feedback_event ORDER BY 1") == [("last",), ("new",)]
    assert vars(purge(url, BEFORE)) == {"cards": 0, "feedback": 0}


def test_counts_and_content_by_day_stay(url, engine, query):
    counts = CallCounts(engine)
    kind = CallKind(date(2020, 1, 1), "north", "order-sign", "s", "1.0.0", "d", "signed off by A", silent=True)
    counts.add(kind, has_cards=True)
    assert counts.flush(LIVENESS_S)
    counts.close(5)

    purge(url, NOW)

    assert query("SELECT day, tenant, silent, with_cards FROM call_count") == [("2020-01-01", "north", 1, 1)]
    assert query("SELECT day, content_digest, sign_off FROM content_day") == [("2020-01-01", "d", "signed off by A")]


def test_used_tokens_of_an_issuer_that_calls_no_more_go_too(url, engine, query):
    SeenTokens(engine).add("gone", "t", JUST_BEFORE, JUST_BEFORE)
    SeenTokens(engine).add("here", "t", NOW, NOW)
    purge(url, BEFORE)
    assert query("SELECT issuer FROM token_seen") == [("here",)]


def test_much_is_deleted_in_short_transactions(url, engine, issued, card, query):
    issued.put([card(f"card-{number}", issued_at=JUST_BEFORE) for number in range(1200)])
    assert issued.flush(LIVENESS_S)
    begun = []

    def count(_connection):
        begun.append(None)

    sqlalchemy_event.listen(type(engine), "begin", count)
    try:
        assert purge(url, BEFORE).cards == 1200
    finally:
        sqlalchemy_event.remove(type(engine), "begin", count)
    assert len(begun) == 5  # three of cards, one of feedback, one of tokens
    assert query("SELECT count(*) FROM card_issued") == [(0,)]


def test_what_is_deleted_is_overwritten(url, engine, issued, card, path):
    issued.put([card("card-1", issued_at=JUST_BEFORE, patient_hash="f00d" * 16)])
    assert issued.flush(LIVENESS_S)
    purge(url, BEFORE)
    issued.close(5)
    engine.dispose()  # the last connection writes the journal into the file
    assert b"f00d" not in path.read_bytes()
