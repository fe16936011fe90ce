"""Processes killed while the store is away: every card that was answered is stored once the store is back."""

import os
import signal
import sqlite3
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
from synthetic import PATIENT

SERVICE, BODY = CALLS["CaudaEquina"]
SPOOL = f"{DATABASE}-waiting-cards"
KEY = "a key for tests alone"


def ask(service: Attacked, calls: int = 30) -> set[str]:
    """Make calls on connections of their own, so that all workers answer some, and return the cards' uuids."""
    cards = set()
    for _ in range(calls):
        with session() as asking:
            answer = asking.post(f"{service.base}/cds-services/{SERVICE}", json=BODY, timeout=LIVENESS_S)
        assert answer.status_code == 200
        cards |= {str(card["uuid"]) for card in answer.json()["cards"]}
    assert len(cards) == calls
    return cards


def ask_while_a_worker_starts(service: Attacked, calls: int = 30) -> set[str]:
    """The same, where a call may still be broken off by a killed worker."""
    cards: set[str] = set()
    until = time.monotonic() + LIVENESS_S
    while len(cards) < calls:
        assert time.monotonic() < until
        try:
            cards |= ask(service, 1)
        except requests.ConnectionError:
            time.sleep(0.1)
    return cards


def workers_of(service: Attacked) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.2)


def kill_both_workers_one_after_the_other(service: Attacked) -> set[str]:
    """Return the cards given before, between and after. A worker that dies within 5.5 s ends the service, by design."""
    cards = ask(service)
    first = workers_of(service)
    for killed in first:
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda gone=killed: len(set(workers_of(service)) - {gone}) == 2)  # type: ignore[misc]
        cards |= ask_while_a_worker_starts(service)
        time.sleep(6)
    assert not set(first) & set(workers_of(service))
    return cards


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a SQLite file, as a backup or another program may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def stored_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path, timeout=LIVENESS_S)) as database:
        return {card for (card,) in database.execute("select card_uuid from card_issued")}


def check_private(folder: Path) -> None:
    """Check that waiting cards are for their owner only, and name nobody."""
    files = list(folder.glob("*.jsonl"))
    assert files
    assert folder.stat().st_mode & 0o077 == 0
    for file in files:
        assert file.stat().st_mode & 0o177 == 0
        assert PATIENT.encode() not in file.read_bytes()


def test_killed_workers_lose_no_card_of_a_locked_file(tmp_path: Path) -> None:
    with attacked(tmp_path, "--workers", "2") as service:
        given = ask(service)
        with locked(tmp_path / DATABASE):
            given |= kill_both_workers_one_after_the_other(service)
            check_private(tmp_path / SPOOL)
        wait_for(lambda: stored_in(tmp_path / DATABASE) == given)
        assert "waiting cards taken over" in service.log
        assert "internal error" not in service.log
    assert list((tmp_path / SPOOL).iterdir()) == []


def test_a_service_that_was_killed_stores_its_cards_when_it_starts_again(tmp_path: Path) -> None:
    """As a container that had no memory left. A regular stop while the file is locked loses none either."""
    given = set()
    for name, end in (("killed", signal.SIGKILL), ("stopped", signal.SIGTERM)):
        (tmp_path / name).mkdir()
        database = f"sqlite:///{tmp_path / DATABASE}"
        with attacked(tmp_path / name, "--workers", "2", database=database) as service:
            given |= ask(service)
            with locked(tmp_path / DATABASE):
                given |= ask(service)
                children = workers_of(service)
                (os.killpg if end == signal.SIGKILL else os.kill)(service.pid, end)
                wait_for(lambda gone=children: not any(is_running(pid) for pid in gone))  # type: ignore[misc]
    assert stored_in(tmp_path / DATABASE) < given
    (tmp_path / "again").mkdir()
    with attacked(tmp_path / "again", "--workers", "2", database=database):
        wait_for(lambda: stored_in(tmp_path / DATABASE) == given)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if not is_here():
        leave_out("PostgreSQL, for the store's tests")
    with tempfile.TemporaryDirectory() as place, postgres(Path(place)) as running:
        yield running


def stored_at(server: Postgres) -> set[str]:
    engine = create_engine(server.url)
    with engine.connect() as connection:
        cards = {card for (card,) in connection.execute(text("select card_uuid from card_issued"))}
    engine.dispose()
    return cards


def test_killed_workers_lose_no_card_of_a_postgresql_that_is_away(server: Postgres, tmp_path: Path) -> None:
    with attacked(tmp_path, "--workers", "2", database=server.url, hash_key=KEY) as service:
        given = ask(service)
        server.stop()
        given |= kill_both_workers_one_after_the_other(service)
        server.start()
        wait_for(lambda: stored_at(server) == given)
        assert "waiting cards taken over" in service.log


def test_cards_in_a_folder_of_the_sites_choice_outlive_the_service(server: Postgres, tmp_path: Path) -> None:
    options: dict[str, Any] = {"database": server.url, "hash_key": KEY, "spool_folder": str(tmp_path / "volume")}
    (tmp_path / "first").mkdir()
    with attacked(tmp_path / "first", "--workers", "2", **options) as service:
        before = stored_at(server)
        server.stop()
        given = ask(service)
        check_private(tmp_path / "volume")
        os.killpg(service.pid, signal.SIGKILL)
    (tmp_path / "second").mkdir()
    server.start()
    with attacked(tmp_path / "second", "--workers", "2", **options):
        wait_for(lambda: stored_at(server) - before == given)
