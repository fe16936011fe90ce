"""Calls are counted by kind and day, also while the database is away, in two workers and in a forked child."""

import os
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from liveness import LIVENESS_S
from msgspec.structs import replace

from cds_service.store import CallCounts, CallKind, call_counts, connect

KIND = CallKind(
    day=date(2026, 3, 4),
    tenant="north",
    hook="order-sign",
    service_id="hip-spine-order-sign",
    content_version="2.0.0",
    content_digest="d" * 64,
    sign_off="signed off by A. Physician",
    silent=False,
)
TOTALS = "SELECT with_cards, without_cards, cards_exempt_role FROM call_count"


@pytest.fixture(autouse=True)
def no_linger(monkeypatch):
    monkeypatch.setattr(call_counts, "_LINGER_S", 0)


@pytest.fixture
def counts(engine):
    counts = CallCounts(engine)
    yield counts
    counts.close(5)


def test_calls_with_and_without_cards_are_counted(counts, query):
    for _ in range(3):
        counts.add(KIND, has_cards=False)
    counts.add(KIND, has_cards=True, cards_exempt_role=2)

    assert counts.flush(LIVENESS_S)
    assert query(TOTALS) == [(1, 3, 2)]
    assert query("SELECT day, tenant, hook, service_id, content_version, silent FROM call_count") == [
        ("2026-03-04", "north", "order-sign", "hip-spine-order-sign", "2.0.0", 0)
    ]
    assert query("SELECT day, content_version, sign_off FROM content_day") == [
        ("2026-03-04", "2.0.0", "signed off by A. Physician")
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"day": date(2026, 3, 5)},
        {"tenant": "south"},
        {"hook": "patient-view"},
        {"service_id": "another"},
        {"content_digest": "e" * 64},
        {"silent": True},
    ],
)
def test_calls_of_another_kind_are_counted_beside(counts, query, changed):
    counts.add(KIND, has_cards=False)
    counts.add(replace(KIND, **changed), has_cards=False)

    assert counts.flush(LIVENESS_S)
    assert query(TOTALS) == [(0, 1, 0)] * 2


def test_a_sign_off_of_the_same_content_on_the_same_day_is_kept_beside(counts, query):
    counts.add(replace(KIND, sign_off="not signed off"), has_cards=False)
    counts.add(KIND, has_cards=False)

    assert counts.flush(LIVENESS_S)
    assert query(TOTALS) == [(0, 2, 0)]
    assert query("SELECT count(*) FROM content_day") == [(2,)]


def test_two_workers_add_up(counts, url, query):
    engine = connect(url)
    other = CallCounts(engine)
    for writer in (counts, other, counts):
        writer.add(KIND, has_cards=False)
        assert writer.flush(LIVENESS_S)
    other.close(5)
    engine.dispose()

    assert query(TOTALS) == [(0, 3, 0)]


def test_while_the_database_is_away_nothing_is_lost(counts, path, query):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(20_000):
            counts.add(KIND, has_cards=False)
        assert not counts.flush(0.05)
        counts.add(KIND, has_cards=True)

    assert counts.flush(LIVENESS_S)
    assert query(TOTALS) == [(1, 20_000, 0)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_waits_in_a_parent_is_not_counted_by_its_child_too(counts, path, query):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        counts.add(KIND, has_cards=False)
        pid = os.fork()
        if pid == 0:
            os._exit(1 if counts._pending else 0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    assert counts.flush(LIVENESS_S)
    assert query(TOTALS) == [(0, 1, 0)]
