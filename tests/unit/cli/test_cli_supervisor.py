"""The service's processes: two workers with shared counts, a killed worker, and a stop that loses no card."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from liveness import CLOCK, LIVENESS_S, LONGER_S
from prometheus_client.parser import text_string_to_metric_families
from test_cli_serve import COMMAND, DATABASE, alarming_call, free_port, kill, wait_until_ready

from cds_service.cli.supervisor import StopHandler, build_server
from cds_service.operations.metrics import metrics_server
from cds_service.operations.shared_folder import is_stopping
from cds_service.settings import Settings

VIEW = "cds-services/hip-spine-patient-view"


@contextmanager
def serving(home: Path, *options: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `serve` with two workers from an empty directory."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **CLOCK, **variables}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    with (home / "log").open("wb") as log:
        command = [COMMAND, "serve", "--port", str(port), "--workers", "2", *options]
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until_ready(base)
            yield base, process
        finally:
            kill(process)


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in children]


def ask(base: str, session: Any = requests) -> str:
    """Send a call and return its card's uuid. Each call has its own connection, so that any worker may answer."""
    response = session.post(f"{base}/{VIEW}", json=alarming_call(), headers={"Connection": "close"}, timeout=LIVENESS_S)
    response.raise_for_status()
    return str(response.json()["cards"][0]["uuid"])


def figure(text: str, name: str) -> float:
    families = text_string_to_metric_families(text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


def stored_card_uuids(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / DATABASE)) as database:
        return {uuid for (uuid,) in database.execute("select card_uuid from card_issued")}


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until, "the condition did not hold in time"
        time.sleep(0.05)


def counted_calls(base: str, scrapes: int = 1) -> set[float]:
    """Return how many calls the metrics tell, as often as they are asked."""
    texts = [requests.get(f"{base}/metrics", timeout=LIVENESS_S).text for _ in range(scrapes)]
    return {figure(text, "hip_spine_cds_calls_total") for text in texts}


def test_two_workers_count_together_and_go_on_when_one_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as (base, process):
        issued = {ask(base) for _ in range(40)}
        first = workers_of(process)
        assert len(first) == 2
        wait_for(lambda: counted_calls(base, scrapes=6) == {40})  # written a moment later; no matter who answers
        wait_for(lambda: stored_card_uuids(tmp_path) == issued)  # cards are written after the response

        os.kill(first[0], signal.SIGKILL)
        failed = 0
        for _ in range(40):
            try:
                issued.add(ask(base))
            except requests.ConnectionError:  # it was in the dead worker's queue; the client sees a connection error
                failed += 1
        assert failed <= 3  # the other worker answers
        wait_for(lambda: len(set(workers_of(process)) - set(first)) == 1)
        wait_until_ready(base)
        issued |= {ask(base) for _ in range(20)}
        wait_for(lambda: counted_calls(base) == {len(issued)})  # the dead worker's calls still count
        process.terminate()
        assert process.wait(LIVENESS_S) == 0
    assert len(issued) >= 97
    assert stored_card_uuids(tmp_path) == issued
    assert "Unexpected exit from worker-1" in (tmp_path / "log").read_text()


def test_a_stop_under_load_loses_no_card_and_need_not_be_enforced(tmp_path: Path) -> None:
    """The supervisor kills a worker only after `LONGER_S`, which no test waits for."""
    answered: list[str] = []

    def load(base: str) -> None:
        with suppress(requests.RequestException), requests.Session() as session:
            while True:
                answered.append(ask(base, session))

    with serving(tmp_path, HIP_SPINE_CDS_STOP_SECONDS=str(int(LONGER_S))) as (base, process):
        clients = [threading.Thread(target=load, args=(base,)) for _ in range(6)]
        for client in clients:
            client.start()
        wait_for(lambda: len(answered) > 100)
        process.terminate()
        assert process.wait(LIVENESS_S) == 0
        for client in clients:
            client.join()
    assert len(answered) > 100
    assert not set(answered) - stored_card_uuids(tmp_path)


def test_before_a_stop_load_balancers_are_told(tmp_path: Path) -> None:
    with serving(tmp_path, HIP_SPINE_CDS_DRAIN_SECONDS=str(int(LONGER_S))) as (base, process):
        assert requests.get(f"{base}/readyz", timeout=LIVENESS_S).json()["status"] == "ready"
        process.terminate()
        wait_for(lambda: requests.get(f"{base}/readyz", timeout=LIVENESS_S).status_code == 503)
        uuid = ask(base)  # calls are still answered
        process.terminate()
        assert process.wait(LIVENESS_S) == 0
    assert uuid in stored_card_uuids(tmp_path)


def test_who_asks_twice_does_not_wait(tmp_path: Path) -> None:
    with serving(tmp_path, HIP_SPINE_CDS_DRAIN_SECONDS=str(int(LONGER_S))) as (base, process):
        process.terminate()
        wait_for(lambda: requests.get(f"{base}/readyz", timeout=LIVENESS_S).status_code == 503)
        process.terminate()
        assert process.wait(LIVENESS_S) == 0


def test_metrics_of_all_workers_on_a_port_of_their_own(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--metrics-port", str(port)) as (base, process):
        for _ in range(20):
            ask(base)
        assert requests.get(f"{base}/metrics", timeout=LIVENESS_S).status_code == 404
        wait_for(lambda: counted_calls(f"http://127.0.0.1:{port}") == {20})
        process.terminate()
        assert process.wait(LIVENESS_S) == 0


def test_headers_that_are_too_large_are_431(tmp_path: Path) -> None:
    with serving(tmp_path) as (base, _):
        assert requests.get(f"{base}/healthz", headers={"X-Long": "x" * 150_000}, timeout=LIVENESS_S).status_code == 431


def test_a_body_that_never_comes_is_not_waited_for_where_the_call_is_refused(tmp_path: Path) -> None:
    """The service waits for a body only where it reads one."""
    with serving(tmp_path) as (base, _):
        port = int(base.rpartition(":")[2])
        opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        for connection in opened:
            head = b"POST /cds-services/unknown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{"
            connection.sendall(head)
        assert requests.get(f"{base}/healthz", timeout=LIVENESS_S).status_code == 200
        for connection in opened:
            connection.settimeout(LIVENESS_S)
            assert connection.recv(12) == b"HTTP/1.1 404"
            connection.close()


@pytest.mark.parametrize(
    ("drain_seconds", "numbers", "stops"),
    [
        (0, [signal.SIGTERM], 1),
        (60, [signal.SIGTERM], 0),
        (60, [signal.SIGTERM, signal.SIGTERM], 1),
        (60, [signal.SIGINT], 1),
    ],
)
def test_a_signal_stops_at_once_or_when_load_balancers_have_noticed(
    tmp_path: Path, drain_seconds: int, numbers: list[int], stops: int
) -> None:
    stopped: list[int] = []
    server = build_server(Settings(drain_seconds=drain_seconds), tmp_path)
    server.signal_handler_interrupt = StopHandler(lambda: stopped.append(1), tmp_path, drain_seconds)
    for number in numbers:
        server.signal_handler_interrupt(number, None)
    assert len(stopped) == stops
    assert is_stopping(tmp_path)


def test_what_is_served_apart_ends_with_the_service(tmp_path: Path) -> None:
    port = free_port()
    with metrics_server("127.0.0.1", port, tmp_path):
        assert requests.get(f"http://127.0.0.1:{port}/metrics", timeout=LIVENESS_S).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/metrics", timeout=LIVENESS_S)


def test_every_line_of_the_log_is_of_the_list(tmp_path: Path) -> None:
    with serving(tmp_path) as (base, process):
        ask(base)
        process.terminate()
        process.wait(LIVENESS_S)
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert "hook answered" in {json.loads(line)["event"] for line in lines}
    assert not [line for line in lines if "withheld" in line or "unlisted" in line]
