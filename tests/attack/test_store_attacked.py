"""A store that is locked, full, read-only or gone: cards go on, feedback is 503, and what was answered 200 is kept."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from contract.speaking_calls import CALLS
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from liveness import LIVENESS_S
from sqlalchemy import Connection, Engine, event
from synthetic import VIEW

PLENTY = 4_294_967_294  # pages, SQLite's own bound
STORE = "store.sqlite3"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """/readyz asks the store each time."""
    monkeypatch.setattr("cds_service.operations.health._CACHE_S", 0.0)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / STORE, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No page more than the file has: what a full disk is to SQLite."""
    with closing(sqlite3.connect(folder / STORE)) as other:
        [(pages,)] = other.execute("pragma page_count").fetchall()
    with _at_begin(f"pragma max_page_count={pages}", f"pragma max_page_count={PLENTY}"):
        yield


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Every write fails as it does in a file system turned read-only."""
    assert (folder / STORE).exists()
    with _at_begin("pragma query_only=1", "pragma query_only=0"):
        yield


@contextmanager
def _at_begin(fault: str, sound: str) -> Iterator[None]:
    """Each transaction begins with the one statement; after the fault with the other, until the test ends."""
    BEGINNINGS[:] = [fault]
    yield
    BEGINNINGS[:] = [sound]


BEGINNINGS: list[str] = []


@pytest.fixture(autouse=True)
def beginnings() -> Iterator[None]:
    def begin(connection: Connection) -> None:
        for statement in BEGINNINGS:
            connection.exec_driver_sql(statement)

    event.listen(Engine, "begin", begin)
    yield
    event.remove(Engine, "begin", begin)
    BEGINNINGS.clear()


def issue(client: FlaskClient) -> str:
    service, body = CALLS["CaudaEquina"]
    response = client.post(f"/cds-services/{service}", json=body)
    assert response.status_code == 200
    [card] = response.get_json()["cards"]
    return str(card["uuid"])


def tell(client: FlaskClient, *cards: str) -> Any:
    at = {"outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    return client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": [{"card": card, **at} for card in cards]})


def stored(folder: Path, column: str, table: str) -> set[str]:
    with closing(sqlite3.connect(folder / STORE)) as database:
        return {value for (value,) in database.execute(f"select {column} from {table}")}  # noqa: S608 - no input in it


@pytest.mark.parametrize("fault", [locked, full, unwritable])
def test_cards_go_on_feedback_is_refused_and_nothing_is_lost(
    build: Callable[..., Flask], tmp_path: Path, fault: Callable[[Path], Any]
) -> None:
    client = build().test_client()
    before = [issue(client) for _ in range(3)]
    assert tell(client, *before).status_code == 200
    reported = set(before)
    with fault(tmp_path):
        # More than fits into what is free of the file's last pages.
        during = [issue(client) for _ in range(60)]
        for number in range(300):
            response = tell(client, f"{number}-{'x' * 100}")
            if response.status_code == 503:
                break
            reported |= stored(tmp_path, "card", "feedback_event")
        assert assert_error(response, 503)["code"] == "transient"
        assert int(response.headers["Retry-After"]) > 0
        assert client.get("/readyz").get_json() == {"status": "degraded", "store": "unavailable"}
        assert stored(tmp_path, "card", "feedback_event") == reported
    after = issue(client)
    assert tell(client, *during, after).status_code == 200
    for _ in range(50):
        if stored(tmp_path, "card_uuid", "card_issued") == {*before, *during, after}:
            break
        tell(client, after)  # waits for the cards before it
    assert stored(tmp_path, "card_uuid", "card_issued") == {*before, *during, after}
    assert stored(tmp_path, "card", "feedback_event") == reported | {*during, after}  # by their own ids from then on
    wait_until_ready(client)


def wait_until_ready(client: FlaskClient) -> None:
    """Wait for the store to be found again: what was asked while it was away is waited for once, not by every probe."""
    until = time.monotonic() + LIVENESS_S
    while client.get("/readyz").get_json()["status"] != "ready":
        assert time.monotonic() < until, "it stays degraded"
        time.sleep(0.05)


def test_a_locked_store_is_told_by_readyz(build: Callable[..., Flask], tmp_path: Path) -> None:
    client = build().test_client()
    with locked(tmp_path):
        response = client.get("/readyz")
        assert (response.status_code, response.get_json()["status"]) == (200, "degraded")
    wait_until_ready(client)


def test_a_file_that_is_deleted_is_noticed_and_no_feedback_is_taken_for_it(
    build: Callable[..., Flask], tmp_path: Path
) -> None:
    """An open file that nobody can find again takes writes, and keeps them for nobody."""
    client = build().test_client()
    assert tell(client, issue(client)).status_code == 200
    for path in tmp_path.glob(f"{STORE}*"):
        if path.is_file():  # a folder beside them holds the cards that wait for the store
            path.unlink()
    issue(client)
    assert assert_error(tell(client, "card"), 503)["code"] == "transient"
    assert client.get("/readyz").get_json()["status"] == "degraded"
    assert not (tmp_path / STORE).exists()
