"""Health: alive, ready, degraded, stopping, and probes that never wait for a hanging database."""

import os
import platform
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest
from flask import Flask
from flask.testing import FlaskClient
from liveness import LIVENESS_S

from cds_service.errors import SettingsError, StoreUnavailable
from cds_service.operations import health, shared_folder
from cds_service.operations.health import StoreHealth


@pytest.fixture(autouse=True)
def answers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that answers is up, however busy the machine is; tests of one that hangs wait less."""
    monkeypatch.setattr(health, "_WAIT_S", LIVENESS_S)


def test_the_process_is_alive(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "alive"})
    assert response.headers["Cache-Control"] == "no-store"


def test_it_is_ready_with_its_store(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ready", "store": "available"})


def test_without_its_store_it_is_degraded_and_still_ready(build: Callable[..., Flask], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client = build(database=f"sqlite:///{tmp_path / 'file' / 'store.sqlite3'}", hash_key="k" * 32).test_client()
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "degraded", "store": "unavailable"})


def test_while_it_stops_it_is_not_ready(
    build: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(shared_folder.FOLDER_VARIABLE, str(tmp_path))
    client = build().test_client()
    assert client.get("/readyz").status_code == 200
    shared_folder.mark_stopping(tmp_path)
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()) == (503, {"status": "stopping"})
    assert client.get("/healthz").status_code == 200


def test_the_version_names_service_content_mode_and_python_and_no_machine(client: FlaskClient) -> None:
    version = client.get("/version").get_json()
    assert set(version) == {"service", "content", "digest", "mode", "python"}
    assert (version["mode"], version["python"], len(version["digest"])) == ("demo", platform.python_version(), 64)
    assert socket.gethostname() not in str(version)


def test_the_store_is_checked_at_intervals() -> None:
    asked: list[int] = []
    watch = StoreHealth(lambda: asked.append(1))
    assert [watch.is_up() for _ in range(5)] == [True] * 5
    assert len(asked) == 1


def test_a_result_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_CACHE_S", 0.05)
    answers = iter([None, StoreUnavailable("away")])

    def ask() -> None:
        answer = next(answers, None)
        if answer:
            raise answer

    watch = StoreHealth(ask)
    assert watch.is_up()
    wait_until(lambda: not watch.is_up())  # the first call after a result has expired still gets that result
    wait_until(watch.is_up)


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.06)


def test_a_store_that_hangs_holds_up_no_probe_and_is_asked_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_WAIT_S", 0.05)
    asked, let_go = [], Event()

    def hang() -> None:
        asked.append(1)
        let_go.wait(LIVENESS_S)

    watch = StoreHealth(hang)
    assert [watch.is_up() for _ in range(3)] == [False] * 3
    assert len(asked) == 1
    let_go.set()


def test_only_the_first_probe_of_all_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_WAIT_S", 0.2)
    let_go = Event()
    waits: list[float | None] = []

    class Timed(Thread):
        def join(self, timeout: float | None = None) -> None:
            waits.append(timeout)
            super().join(timeout)

    monkeypatch.setattr(health, "Thread", Timed)
    watch = StoreHealth(lambda: let_go.wait(LIVENESS_S))
    with ThreadPoolExecutor(12) as probes:
        assert [*probes.map(lambda _: watch.is_up(), range(12))] == [False] * 12
    let_go.set()
    assert waits == [0.2]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_store_that_fails_unexpectedly_is_not_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_CACHE_S", 0.0)
    answers = iter([None])

    def ask() -> None:
        answer = next(answers, RuntimeError("unforeseen"))
        if answer:
            raise answer

    watch = StoreHealth(ask)
    assert watch.is_up()
    wait_until(lambda: not watch.is_up())
    for thread in enumerate_threads():
        if thread.name == "store-watch":
            thread.join()  # its error belongs to this test


def test_the_shared_folder_is_new_private_named_to_workers_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shared_folder.FOLDER_VARIABLE, "/left/by/another/run")
    with shared_folder.create_shared_folder() as folder:
        assert os.environ[shared_folder.FOLDER_VARIABLE] == str(folder)
        assert shared_folder.find_shared_folder() == folder
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not shared_folder.is_stopping(folder)
    assert not folder.exists()


def test_where_no_folder_can_be_made_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    with pytest.raises(SettingsError, match="TMPDIR"), shared_folder.create_shared_folder():
        pass


def test_alone_there_is_no_folder_and_nothing_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shared_folder.FOLDER_VARIABLE, raising=False)
    assert shared_folder.find_shared_folder() is None
    assert not shared_folder.is_stopping(None)
