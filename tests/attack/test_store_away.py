"""The running service while its disk is full or its PostgreSQL is down: cards go on, feedback is 503, nothing is lost.

`/readyz` then says `degraded` and which part, with 200: with 503 every replica would be taken out at once, and nobody
would get a card for want of a place to keep it.
"""

import json
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from attacked import DATABASE, Attacked, attacked, session
from contract.speaking_calls import CALLS
from left_out import leave_out
from liveness import LIVENESS_S
from postgres import Postgres, is_here, postgres
from sqlalchemy import create_engine, text
from synthetic import PATIENT, VIEW

CI = os.environ.get("CI") == "true"
SERVICE, BODY = CALLS["CaudaEquina"]
SIZE = 1_000_000  # bytes of the disk
READY = {"status": "ready", "store": "available"}
DEGRADED = {"status": "degraded", "store": "unavailable"}


def ask(service: Attacked) -> str:
    """Make a call that yields a card, and return its uuid."""
    with session() as asking:
        answer = asking.post(f"{service.base}/cds-services/{SERVICE}", json=BODY, timeout=LIVENESS_S)
    assert answer.status_code == 200
    [card] = answer.json()["cards"]
    return str(card["uuid"])


def tell(service: Attacked, card: str) -> requests.Response:
    at = {"outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    url = f"{service.base}/cds-services/{VIEW}/feedback"
    with session() as asking:
        return asking.post(url, json={"feedback": [{"card": card, **at}]}, timeout=LIVENESS_S)


def readiness(service: Attacked) -> tuple[int, Any]:
    with session() as asking:
        answer = asking.get(f"{service.base}/readyz", timeout=LIVENESS_S)
    return answer.status_code, answer.json()


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.2)


def attack(service: Attacked, fault: Callable[[], Any], stored: Callable[[str], set[str]]) -> None:
    """Check cards and feedback before, during and after a fault; `stored` returns the cards of a table."""
    before = {ask(service) for _ in range(3)}
    assert {tell(service, card).status_code for card in before} == {200}
    wait_for(lambda: readiness(service) == (200, READY))
    with fault():
        during = {ask(service) for _ in range(20)}
        refused = [tell(service, card) for card in list(during)[:3]]
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert {answer.json()["issue"][0]["code"] for answer in refused} == {"transient"}
        wait_for(lambda: readiness(service) == (200, DEGRADED))
        during |= {ask(service) for _ in range(20)}
    wait_for(lambda: readiness(service) == (200, READY))
    after = {ask(service)}
    assert {tell(service, card).status_code for card in during | after} == {200}
    issued = before | during | after
    wait_for(lambda: stored("card_issued") == issued)
    assert stored("feedback_event") == issued
    assert PATIENT not in service.log
    assert "internal error" not in service.log


COLUMNS = {"card_issued": "card_uuid", "feedback_event": "card"}


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of its own, as large as `SIZE`."""
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], check=False)
        if mounted.returncode:
            pytest.skip("no file system can be mounted here")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill the disk completely."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"\0" * 4096)
        except OSError:
            yield
    (disk / "filler").unlink()


def test_a_full_disk() -> None:
    """The store's, and the log's: nothing can be written, and the cards are given all the same."""
    with small_disk() as disk, attacked(disk) as service:

        def stored(table: str) -> set[str]:
            with closing(sqlite3.connect(disk / DATABASE)) as database:
                return {card for (card,) in database.execute(f"select {COLUMNS[table]} from {table}")}  # noqa: S608

        attack(service, lambda: filled(disk), stored)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if not is_here():
        leave_out("PostgreSQL, for the store's tests")
    with tempfile.TemporaryDirectory() as place, postgres(Path(place)) as running:
        yield running


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    server.stop()
    yield
    server.start()


@contextmanager
def suspended(server: Postgres) -> Iterator[None]:
    server.hold(on=True)
    try:
        yield
    finally:
        server.hold(on=False)


@pytest.mark.parametrize("fault", [stopped, suspended])
def test_postgresql_is_away(server: Postgres, tmp_path: Path, fault: Callable[[Postgres], Any]) -> None:
    """Stopped, its connections are refused; suspended, they hang."""

    def stored(table: str) -> set[str]:
        engine = create_engine(server.url)
        with engine.connect() as connection:
            cards = {card for (card,) in connection.execute(text(f"select {COLUMNS[table]} from {table}"))}  # noqa: S608
        engine.dispose()
        return cards - others[table]

    others: dict[str, set[str]] = {table: set() for table in COLUMNS}
    with attacked(tmp_path, "--workers", "2", database=server.url, hash_key="a key for tests alone") as service:
        others |= {table: stored(table) for table in COLUMNS}
        attack(service, lambda: fault(server), stored)
    assert json.dumps(server.url)[1:-1] not in service.log
