"""A PostgreSQL store is backed up with pg_dump while it is in use, and restored for a new service with equal counts."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from liveness import LIVENESS_S
from postgres import Postgres, is_here, postgres

from cds_service.store import (
    CallCounts,
    CallKind,
    FeedbackEvent,
    FeedbackLog,
    ForeignIds,
    IssuedCard,
    IssuedCards,
    Pseudonymizer,
    connect,
    count_rows,
    migrate,
)

NOW = datetime(2026, 3, 4, tzinfo=UTC)
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))
KIND = CallKind(date(2026, 3, 4), "north", "order-sign", "s", "2.0.0", "d", "not signed off", silent=False)
TEXTS = dict.fromkeys(IssuedCard.__struct_fields__, "x")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if not is_here():
        if os.environ.get("CI") == "true":
            pytest.fail("CI leaves nothing out: PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory() as place, postgres(Path(place)) as running:
        yield running


def write(url: str, first: int, number: int) -> None:
    """Write as a service does: cards, feedback on them, and counts of calls."""
    engine = connect(url)
    issued, counts = IssuedCards(engine, NAMES), CallCounts(engine)
    fields = {"suggestion_uuids": (), "issued_at": NOW, "silent": False}
    names = [f"card-{index}" for index in range(first, first + number)]
    issued.put([IssuedCard(**{**TEXTS, **fields, "card_uuid": name}) for name in names])  # type: ignore[arg-type]
    counts.add(KIND, has_cards=True)
    told = [FeedbackEvent("x", "s", name, "overridden", NOW, (), None, None, False, NOW) for name in names]
    assert FeedbackLog(engine, NAMES, before_record=issued.flush).record(told) == number
    assert counts.flush(LIVENESS_S)
    issued.close(5)
    counts.close(5)
    engine.dispose()


def test_a_dump_restored_for_a_new_service_has_equal_counts(server: Postgres) -> None:
    connection = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres")
    migrate(server.url)
    write(server.url, 0, 120)
    before = count_rows(server.url)
    assert (before["card_issued"], before["feedback_event"], before["call_count"]) == (120, 120, 1)

    server.run("pg_dump", *connection, "--format=custom", "--file=cds.dump", "postgres")
    server.run("createdb", *connection, "restored")
    server.run("pg_restore", *connection, "--dbname=restored", "--exit-on-error", "cds.dump")

    elsewhere = server.url.replace("/postgres?", "/restored?")
    migrate(elsewhere)
    assert count_rows(elsewhere) == before
    write(elsewhere, 1000, 5)  # a new service works on with it, its sequences too
    assert count_rows(elsewhere) == before | {"card_issued": 125, "feedback_event": 125}
    assert count_rows(server.url) == before
