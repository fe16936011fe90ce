"""A log that nobody reads stops nothing: calls, probes, metrics, restarts and the end go on, and only lines are lost.

Standard output and standard error are one pipe, as under most supervisors. At first, nothing of it is read.
"""

import fcntl
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from liveness import LIVENESS_S

SERVICE, BODY = CALLS["CaudaEquina"]
SOME = 300  # refused calls, whose lines are more than the smallest pipe holds
MORE = 10_500  # more than a process keeps for a reader that stalls
APART = 6.5  # seconds; a worker that dies within 5.5 s of its start ends the service, by design
LOST = re.compile(r"^hip_spine_cds_log_lines_lost_total (\S+)", re.MULTILINE)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe of one page: it is full at once."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, os.sysconf("SC_PAGESIZE"))
    yield reading, writing
    os.close(reading)


def make_refused_calls(base: str, number: int) -> None:
    """Make calls that are refused, each with a line of its own."""
    with session() as asking:
        for index in range(number):
            asking.headers["X-Request-ID"] = f"n{index}"
            assert asking.post(f"{base}/cds-services/{SERVICE}", json=[], timeout=LIVENESS_S).status_code == 400


def assert_served(base: str) -> None:
    """Ask for everything a service offers."""
    with session() as asking:
        call = asking.post(f"{base}/cds-services/{SERVICE}", json=BODY, timeout=LIVENESS_S)
        assert len(call.json()["cards"]) == 1
        for path in ("healthz", "readyz", "cds-services", "metrics", "about"):
            assert asking.get(f"{base}/{path}", timeout=LIVENESS_S).status_code == 200


def count_lost_lines(base: str) -> float:
    with session() as asking:
        asking.get(f"{base}/healthz", timeout=LIVENESS_S)  # counts what was lost so far
        return float(LOST.findall(asking.get(f"{base}/metrics", timeout=LIVENESS_S).text)[0])


class Reader(Thread):
    """Reads the pipe to its end, which is there when nobody can write to it any more."""

    def __init__(self, reading: int) -> None:
        super().__init__(daemon=True)
        self._reading = reading
        self._content = b""

    def run(self) -> None:
        while part := os.read(self._reading, 65_536):
            self._content += part

    def has_read(self, word: bytes) -> bool:
        return word in self._content

    def events(self) -> list[dict[str, Any]]:
        """Return the log's lines. Before them stands what is said at the start."""
        self.join(LIVENESS_S)
        assert not self.is_alive()
        return [json.loads(line) for line in self._content.splitlines() if line.startswith(b"{")]


def refused_ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["request_id"] for event in events if event["event"] == "request refused"]


def test_everything_is_served_and_no_line_is_lost(tmp_path: Path, pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    with attacked(tmp_path, output=writing) as service:
        os.close(writing)
        make_refused_calls(service.base, SOME)
        assert_served(service.base)
        reader = Reader(reading)
        reader.start()
    events = reader.events()
    assert refused_ids(events) == [f"n{index}" for index in range(SOME)]
    assert "hook answered" in [event["event"] for event in events]


def test_lost_lines_are_counted_and_told(tmp_path: Path, pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    with attacked(tmp_path, output=writing) as service:
        os.close(writing)
        make_refused_calls(service.base, MORE)
        lost = count_lost_lines(service.base)
        reader = Reader(reading)
        reader.start()
        wait_until(lambda: reader.has_read(b"log lines lost"))
        assert_served(service.base)
    events = reader.events()
    assert [event["dropped"] for event in events if event["event"] == "log lines lost"] == [lost]
    ids = refused_ids(events)
    assert ids == [f"n{index}" for index in range(len(ids))]
    assert len(ids) + lost == MORE
    assert lost > 0


@pytest.mark.parametrize("with_signal", [signal.SIGSEGV, signal.SIGKILL])
def test_a_worker_that_dies_is_replaced(tmp_path: Path, pipe: tuple[int, int], with_signal: signal.Signals) -> None:
    with attacked(tmp_path, output=pipe[1]) as service:
        os.close(pipe[1])
        make_refused_calls(service.base, SOME)
        time.sleep(APART)
        [worker] = workers_of(service)
        os.kill(worker, with_signal)
        wait_until(lambda: workers_of(service) not in ([], [worker]))
        wait_until(lambda: is_ready(service.base))
        assert_served(service.base)


def test_it_ends_when_told(tmp_path: Path, pipe: tuple[int, int]) -> None:
    with attacked(tmp_path, output=pipe[1]) as service:
        os.close(pipe[1])
        make_refused_calls(service.base, SOME)
        os.kill(service.pid, signal.SIGTERM)
        wait_until(lambda: has_ended(service.pid))


def workers_of(service: Attacked) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()]


def is_ready(base: str) -> bool:
    with session() as asking, suppress(requests.ConnectionError):
        return asking.get(f"{base}/readyz", timeout=LIVENESS_S).ok
    return False


def has_ended(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.05)
