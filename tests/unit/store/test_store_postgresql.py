"""The same store on PostgreSQL. Needs an empty database and a driver: `STORE_TEST_URL=postgresql://… pytest`."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from liveness import LIVENESS_S
from sqlalchemy import create_engine, select, text

from cds_service.errors import StoreUnavailable, StoreUnwritable
from cds_service.store import (
    CallCounts,
    CallKind,
    FeedbackLog,
    ForeignIds,
    IssuedCards,
    Pseudonymizer,
    SeenTokens,
    SuppressionRegister,
    Suppressions,
    check_writable,
    connect,
    feedback,
    migrate,
    note_answer,
)
from cds_service.store.database import transaction
from cds_service.store.schema import (
    call_count,
    card_issued,
    content_day,
    feedback_event,
    metadata,
    suppression,
    token_horizon,
    token_seen,
)

URL = os.environ.get("STORE_TEST_URL", "")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

CI = os.environ.get("CI") == "true"
pytestmark = pytest.mark.skipif(not URL and not CI, reason="STORE_TEST_URL names no database")


@pytest.fixture
def server():
    assert URL, "CI leaves nothing out: STORE_TEST_URL must name a PostgreSQL database"
    migrate(URL)
    engine = connect(URL)
    yield engine
    with transaction(engine) as connection:
        connection.execute(card_issued.delete())
        connection.execute(feedback_event.delete())
        connection.execute(suppression.delete())
    engine.dispose()


NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


def test_migrations_and_tables_agree(server):
    migrate(URL)
    with server.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_cards_and_feedback(server, card, event):
    issued = IssuedCards(server, NAMES)
    issued.put([card("a"), card("a"), card("b", hook_instance="\0"), card("c")])
    log = FeedbackLog(server, NAMES, before_record=issued.flush)

    assert log.record([event("a"), event("a"), event("x", reason_code="free text")]) == 2
    assert log.record([event("a")]) == 0
    issued.close(5)

    assert issued.dropped == 1  # PostgreSQL keeps no NUL in a text
    with transaction(server) as connection:
        columns = (feedback_event.c.card, feedback_event.c.known_card, feedback_event.c.reason_code)
        rows = connection.execute(select(*columns).order_by(feedback_event.c.id)).all()
        cards = connection.execute(select(card_issued.c.card_uuid, card_issued.c.issued_at)).all()
    assert rows == [("a", True, None), (NAMES.hash_card("north", "x"), False, "unrecognised")]
    assert sorted(cards) == [("a", card().issued_at), ("c", card().issued_at)]


@pytest.mark.parametrize("is_card_first", [True, False])
def test_feedback_stored_at_the_same_time_as_its_card_is_known(server, card, event, is_card_first, monkeypatch):
    """Two workers: neither sees what the other has not yet committed."""
    second = connect(URL)
    issued, log = IssuedCards(server, NAMES), FeedbackLog(second, NAMES)
    at_work, go_on = Event(), Event()

    def pause(*_: object) -> None:
        at_work.set()
        assert go_on.wait(LIVENESS_S)

    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as workers:
        if is_card_first:
            recognise = NAMES.recognise
            patched.setattr(ForeignIds, "recognise", lambda _, *about: (recognise(*about), pause()))
            first, later = (lambda: issued.put([card("a")])), (lambda: log.record([event("a")]))
        else:
            find = feedback._find_given_ids
            patched.setattr(feedback, "_find_given_ids", lambda *about: (find(*about), pause())[0])
            first, later = (lambda: log.record([event("a")])), (lambda: issued.put([card("a")]))
        running = [workers.submit(first)]
        assert at_work.wait(LIVENESS_S)
        patched.undo()
        running.append(workers.submit(later))
        time.sleep(0.3)  # the later one is at the database now
        go_on.set()
        for one in running:
            one.result()
        assert issued.flush(LIVENESS_S)
    issued.close(5)
    second.dispose()

    with transaction(server) as connection:
        assert connection.execute(select(feedback_event.c.card, feedback_event.c.known_card)).all() == [("a", True)]


def test_a_table_that_stays_locked_is_given_up(server, event):
    other = create_engine(URL)
    with other.connect() as connection:
        connection.execute(text("LOCK TABLE feedback_event IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailable):
            FeedbackLog(server, NAMES).record([event()])
    other.dispose()


def test_it_forks(server):
    check_writable(server)
    pid = os.fork()
    if pid == 0:
        try:
            check_writable(server)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    check_writable(server)


def test_a_token_is_new_once_for_all_who_share_the_server(server):
    engines = [connect(URL, is_low_latency=True) for _ in range(2)]
    first, second = (SeenTokens(engine) for engine in engines)
    until = NOW + timedelta(minutes=6)
    try:
        assert first.add("i", "t", until, NOW)
        assert not second.add("i", "t", until, NOW)
        assert second.add("j", "t", until, NOW)
        assert first.add("i", "u", until + timedelta(hours=1), until + timedelta(minutes=1, seconds=1))
        assert not first.add("i", "t", until, NOW)  # deleted since, but the clock was set back
        with transaction(server) as connection:
            assert connection.execute(select(token_seen.c.token_id)).scalars().all() == ["t", "u"]  # the other is j's
    finally:
        with transaction(server) as connection:
            connection.execute(token_seen.delete())
            connection.execute(token_horizon.delete())
        for engine in engines:
            engine.dispose()


@pytest.mark.usefixtures("server")
def test_a_token_that_a_locked_table_does_not_take_is_not_taken_for_a_store_that_is_away():
    tokens, other = connect(URL, is_low_latency=True), create_engine(URL)
    with other.connect() as connection:
        connection.execute(text("LOCK TABLE token_seen IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnwritable):
            SeenTokens(tokens).add("i", "t", NOW, NOW)
    for engine in (tokens, other):
        engine.dispose()


def test_an_answer_on_one_service_is_known_to_another_and_lifted_for_both(server, card, event):
    issued, reading = IssuedCards(server, NAMES), connect(URL, is_reading=True)
    issued.put([card("s-1", basis_hash="b" * 64, offer_ids=("add", "refer"))])
    assert issued.flush()
    issued.close(5)
    note = partial(note_answer, window_of=lambda *_: timedelta(days=90))
    other = connect(URL)
    try:
        assert (
            FeedbackLog(other, NAMES).record([event("s-1", outcome="overridden", accepted_suggestions=())], note) == 1
        )
        [one] = Suppressions(reading).find("p" * 64, "u" * 64)
        assert (one.card_uuid, one.outcome, one.offer_ids) == ("s-1", "overridden", ())
        assert one.ends_at - one.began_at == timedelta(days=90)
        register = SuppressionRegister(server)
        assert register.lift([found.id for found in register.list_running(card().issued_at)]) == 1
        assert Suppressions(reading).find("p" * 64, "u" * 64) == ()
    finally:
        for engine in (reading, other):
            engine.dispose()


@pytest.mark.usefixtures("server")
def test_a_server_that_hangs_delays_a_look_up_by_no_more_than_its_timeout():
    reading = connect(URL, is_reading=True)
    try:
        with pytest.raises(StoreUnavailable), transaction(reading) as connection:
            connection.execute(text("SELECT pg_sleep(5)"))
    finally:
        reading.dispose()


def test_calls_are_counted(server):
    counts = CallCounts(server)
    kind = CallKind(NOW.date(), "north", "order-sign", "service", "2.0.0", "d", "not signed off", silent=False)
    for has_cards in (True, False, False):
        counts.add(kind, has_cards=has_cards)
        assert counts.flush(LIVENESS_S)
    counts.close(5)
    with transaction(server) as connection:
        totals = select(call_count.c.with_cards, call_count.c.without_cards)
        assert connection.execute(totals).all() == [(1, 2)]
        assert connection.execute(select(content_day.c.sign_off)).scalars().all() == ["not signed off"]
        connection.execute(call_count.delete())
        connection.execute(content_day.delete())
