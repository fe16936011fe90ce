"""Overload: calls that hang, heads without bodies and the largest charts at once; what is honest is still answered."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from attacked import Attacked, attacked, session
from liveness import LIVENESS_S, LONGER_S
from memory_bound import worker_mib
from synthetic import VIEW, bundle, call, condition, patient, prefetch

from cds_service.settings import Settings

HANGING = 160  # calls at once, of an EHR whose FHIR server never answers
PROBES = 7
CHARTS = 32
CHART_SIZE = 4_900_000  # bytes
HEADS_A_SECOND, HONEST, HONEST_S = 200, 23, 4


@pytest.fixture(scope="module")
def hanging_server() -> Iterator[str]:
    """A FHIR server that takes every request and never answers."""
    with socket.socket() as listener, ExitStack() as opened:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        stop = Event()

        def accept() -> None:
            with suppress(OSError):
                while not stop.is_set():
                    opened.enter_context(listener.accept()[0])

        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        stop.set()


def send(base: str, body: bytes) -> socket.socket:
    """Send a call, and wait for no answer."""
    address = urlsplit(base)
    connection = socket.create_connection((address.hostname, address.port), LIVENESS_S)
    head = f"POST /cds-services/{VIEW} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection


def test_probes_are_answered_while_every_call_hangs(tmp_path: Path, hanging_server: str) -> None:
    """The calls go on for longer than anybody waits for a probe."""
    body = json.dumps(call(fhirServer=hanging_server, prefetch={"patient": patient(), "conditions": bundle()})).encode()
    settings = {"fhir_deadline": "60", "call_deadline": "60", "demo_fhir_servers": json.dumps([hanging_server])}
    with attacked(tmp_path, **settings) as service, ExitStack() as opened, session() as asking:
        calls = [opened.enter_context(send(service.base, body)) for _ in range(HANGING)]
        time.sleep(1)
        answered = 0
        for _ in range(PROBES):
            with suppress(requests.RequestException):
                answered += asking.get(f"{service.base}/healthz", timeout=10).ok
                assert asking.get(f"{service.base}/readyz", timeout=10).ok
        hanging = HANGING - len(select(calls, (), (), 0)[0])  # one client has no room for more: those were refused
        print(f"{answered} of {PROBES} probes answered beside {hanging} calls that hang")  # noqa: T201
        assert (answered, hanging) == (PROBES, int(0.8 * Settings.model_fields["threads"].default))


def test_heads_without_bodies_break_off_no_honest_slow_body(tmp_path: Path) -> None:
    body = json.dumps(call()).encode().ljust(100_000)
    stop = Event()
    with attacked(tmp_path, body_seconds=str(LONGER_S)) as service, ExitStack() as opened:

        def flood() -> None:
            head = f"POST /cds-services/{VIEW} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            opening = f"{head}Content-Length: 4900000\r\n\r\n{{".encode()
            address = urlsplit(service.base)
            held = []
            while not stop.wait(1 / HEADS_A_SECOND):
                with suppress(OSError):
                    connection = socket.create_connection((address.hostname, address.port), LIVENESS_S)
                    connection.sendall(opening)
                    held.append(opened.enter_context(connection))
                if len(held) > 700:
                    held.pop(0).close()

        thread = Thread(target=flood, daemon=True)
        thread.start()
        time.sleep(1)
        with ThreadPoolExecutor(HONEST) as senders:
            statuses = list(senders.map(lambda _: send_slowly(service.base, body), range(HONEST)))
        stop.set()
        thread.join(LIVENESS_S)
    print(f"{statuses.count(200)} of {HONEST} honest slow bodies answered")  # noqa: T201
    assert statuses == [200] * HONEST


def send_slowly(base: str, body: bytes) -> int:
    """Send a call in parts, and return the status of its answer, or 0 if it was broken off."""
    parts = 20
    address = urlsplit(base)
    with socket.create_connection((address.hostname, address.port), LIVENESS_S) as connection, suppress(OSError):
        head = f"POST /cds-services/{VIEW} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        size = len(body) // parts
        for number in range(parts):
            connection.sendall(body[number * size : (number + 1) * size])
            time.sleep(HONEST_S / parts)
        return int(connection.makefile("rb").readline().split(b" ")[1])
    return 0


def largest_chart() -> bytes:
    """Return a chart just below the limit, of small problems that differ."""
    records: list[Any] = []
    size = 0
    while size < CHART_SIZE - 2_000:
        one = condition(str(44_054_006 + 10 * len(records)), number=len(records))
        one["note"] = [{"text": f"Seen in room {len(records)}, {'x' * 400}"}]
        size += len(json.dumps(one)) + 30
        records.append(one)
    return json.dumps(call(prefetch=prefetch(conditions=bundle(*records)))).encode()


def test_the_largest_charts_at_once_stay_within_the_memory_that_is_set(tmp_path: Path) -> None:
    body = largest_chart()
    with attacked(tmp_path, call_deadline="60", body_seconds="60") as service, ThreadPoolExecutor(CHARTS) as senders:
        statuses = list(senders.map(lambda _: post(service, body), range(2 * CHARTS)))
        peak = peak_mib(service.pid)
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"{CHARTS} charts of {len(body) / 1e6:.1f} MB at once: peak of the worker {peak:.0f} MiB, {counts}")  # noqa: T201
    assert set(statuses) <= {200, 429, 503}
    assert 200 in statuses
    assert peak < worker_mib(Settings())


def post(service: Attacked, body: bytes) -> int:
    with session() as asking:
        headers = {"Content-Type": "application/json"}
        return asking.post(
            f"{service.base}/cds-services/{VIEW}", data=body, headers=headers, timeout=LIVENESS_S
        ).status_code


def peak_mib(pid: int) -> float:
    """MiB of the worker's largest memory so far."""
    [worker] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
