"""The 95th percentile of a call with 1,000,000 cards in the SQLite store, beside one with an empty store."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from benchmarks.goals import Goal, at_most, show
from cds_service.app import build_app
from cds_service.knowledge.shipped import shipped_examples
from cds_service.log import configure_log
from cds_service.settings import Settings
from cds_service.store import migrate

ROWS = 1_000_000
_CALLS, _ROUNDS = 400, 5
_LIMIT = 1.1
_PATH = "/cds-services/hip-spine-order-sign"


def measure() -> list[Goal]:
    """Return the ratio of the two. Calls with a card, in turn, by the CPU time of the thread that answers."""
    configure_log("error")
    body = (shipped_examples() / "buttock-to-calf-hip-order" / "request.json").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        clients = []
        for name, rows in (("full", ROWS), ("empty", 0)):
            url = f"sqlite:///{Path(folder) / name}.sqlite3"
            migrate(url)
            _fill(url, rows)
            clients.append(build_app(Settings(database=url, hash_key="k" * 32)).test_client())
        rounds = [[_percentile(times) for times in _take_turns(clients, body)] for _ in range(_ROUNDS)]
    full, empty = (min(values) for values in zip(*rounds, strict=True))
    detail = f"{full:.2f} ms with {ROWS:,} cards, {empty:.2f} ms with none"
    return [at_most("p95 of a call with a full store against an empty one", full / empty, _LIMIT, "", detail)]


def _take_turns(clients: list[FlaskClient], body: bytes) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in clients]
    for _ in range(_CALLS):
        for client, taken in zip(clients, times, strict=True):
            began = time.thread_time()
            response = client.post(_PATH, data=body, content_type="application/json")
            taken.append((time.thread_time() - began) * 1000)
            assert response.status_code == 200
            assert b'"cards":[{' in response.get_data()
    return times


def _percentile(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _fill(url: str, rows: int) -> None:
    columns = (
        "card_uuid, tenant, service_id, hook, hook_instance, rule_id, topic, level, patient_hash, user_hash,"
        " content_version, content_digest, suggestion_uuids, issued_at, silent"
    )
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        statement = f"INSERT INTO card_issued ({columns}) VALUES ({', '.join('?' * 15)})"  # noqa: S608 - no input in it
        connection.executemany(statement, _cards(rows))
        connection.commit()


def _cards(rows: int) -> Iterator[tuple[object, ...]]:
    at = datetime(2026, 3, 10, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    call = ("demo", "hip-spine-order-sign", "order-sign", "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001")
    rule = ("plain-films-first", "PlainFilmsFirst", "info")
    for number in range(rows):
        # As random as the ids of real cards are, so that the index is not filled in order.
        digest = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}"
        people = (digest * 4, digest[::-1] * 4)
        yield (f"{digest}-{number}", *call, *rule, *people, "2.0.0", "d" * 64, "[]", at, False)


if __name__ == "__main__":
    show(measure())
