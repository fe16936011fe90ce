"""Used tokens in the database: once each, until they expire, with short timeouts since a call waits."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError

from cds_service.errors import StoreUnavailable
from cds_service.store import SeenTokens, connect
from cds_service.store.database import transaction

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=6)


@pytest.fixture
def brief(url):
    engine = connect(url, is_low_latency=True)
    yield engine
    engine.dispose()


def test_a_token_is_new_once_for_its_issuer(brief):
    tokens = SeenTokens(brief)
    assert tokens.add("i", "t", UNTIL, NOW)
    assert not tokens.add("i", "t", UNTIL, NOW)
    assert tokens.add("j", "t", UNTIL, NOW)
    assert not SeenTokens(brief).add("j", "t", UNTIL, NOW)


def test_expired_tokens_are_pruned_once_a_minute(brief, query):
    tokens = SeenTokens(brief)
    for number in range(5):
        tokens.add("i", str(number), UNTIL, NOW)
    tokens.add("i", "later", UNTIL + timedelta(hours=1), UNTIL + timedelta(seconds=-1))
    assert query("SELECT count(*) FROM token_seen") == [(6,)]
    tokens.add("i", "last", UNTIL + timedelta(hours=1), UNTIL + timedelta(seconds=59))
    assert query("SELECT token_id FROM token_seen ORDER BY 1") == [("last",), ("later",)]


def test_a_locked_database_is_given_up(brief, engine):
    tokens = SeenTokens(brief)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM feedback_event"))
        with pytest.raises(StoreUnavailable):
            tokens.add("i", "t", UNTIL, NOW)
    assert tokens.add("i", "t", UNTIL, NOW)


def test_a_busy_process_is_given_up_soon(brief):
    tokens = SeenTokens(brief)
    with transaction(brief), pytest.raises(StoreUnavailable, match="busy"):
        tokens.add("i", "t", UNTIL, NOW)


@pytest.mark.parametrize(
    ("query_part", "expected"),
    [
        ("", {"connect_timeout": 2, "tcp_user_timeout": 2000}),
        ("?connect_timeout=9", {"tcp_user_timeout": 2000}),
    ],
)
def test_a_server_that_has_gone_is_not_waited_for_long(monkeypatch, query_part, expected):
    given = {}
    monkeypatch.setattr("cds_service.store.database.create_engine", lambda _url, **options: given.update(options))
    with pytest.raises(InvalidRequestError):  # there is no engine to go on with
        connect(f"postgresql+psycopg://h/d{query_part}", is_low_latency=True)
    assert given["connect_args"] == expected
