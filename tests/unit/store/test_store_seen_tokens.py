"""Used tokens in the database: once each, until they expire, with short timeouts since a call waits."""

import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from liveness import LIVENESS_S
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.exc import InvalidRequestError

from cds_service.errors import StoreUnavailable, StoreUnwritable
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


def test_a_clock_that_is_set_back_makes_no_used_token_new(brief):
    """In another process too: what was deleted meanwhile may have been used."""
    tokens = SeenTokens(brief)
    assert tokens.add("i", "used", UNTIL, NOW)
    later = NOW + timedelta(days=2)
    assert tokens.add("i", "two-days-later", later + timedelta(minutes=6), later)

    for process in (tokens, SeenTokens(brief)):
        assert not process.add("i", "used", UNTIL, NOW)
        assert not process.add("i", "never-used", UNTIL, NOW)  # nobody knows any more
    assert tokens.add("i", "new", later + timedelta(minutes=6), NOW)


def test_the_clock_of_one_issuer_costs_no_other_its_tokens(brief):
    tokens = SeenTokens(brief)
    assert tokens.add("i", "used", UNTIL, NOW)
    later = NOW + timedelta(days=2)
    assert tokens.add("fast", "t", later, later)
    assert tokens.add("fast", "u", later + timedelta(minutes=6), later + timedelta(minutes=2))

    assert tokens.add("i", "new", UNTIL, NOW)
    assert not tokens.add("i", "used", UNTIL, NOW)


@contextmanager
def held(path, seconds):
    """Hold the file's write lock for so long, from a thread, as another process would."""
    has_begun = threading.Event()

    def hold():
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            has_begun.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    has_begun.wait(LIVENESS_S)
    yield
    holder.join(LIVENESS_S)


def test_a_token_waits_for_its_turn(brief, path):
    with held(path, 0.1):
        assert SeenTokens(brief).add("i", "t", UNTIL, NOW)


def test_a_locked_database_is_given_up_as_unwritable(brief, engine):
    tokens = SeenTokens(brief)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM feedback_event"))
        with pytest.raises(StoreUnwritable):
            tokens.add("i", "t", UNTIL, NOW)
    assert tokens.add("i", "t", UNTIL, NOW)


def test_a_busy_process_is_given_up_soon(brief):
    tokens = SeenTokens(brief)
    with transaction(brief), pytest.raises(StoreUnwritable, match="busy"):
        tokens.add("i", "t", UNTIL, NOW)


@pytest.mark.parametrize("pragma", ["query_only=1", "max_page_count=1"], ids=["read-only", "full"])
def test_a_database_that_takes_no_write_is_unwritable(brief, pragma):
    listen(brief, "begin", lambda connection: connection.exec_driver_sql(f"pragma {pragma}"))
    tokens = SeenTokens(brief)

    def fill():
        for number in range(200):
            tokens.add("i", f"{number}-{'x' * 200}", UNTIL, NOW)

    with pytest.raises(StoreUnwritable):
        fill()


def test_a_database_that_is_gone_is_away(brief, path):
    path.unlink()
    with pytest.raises(StoreUnavailable) as error:
        SeenTokens(brief).add("i", "t", UNTIL, NOW)
    assert not isinstance(error.value, StoreUnwritable)


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
