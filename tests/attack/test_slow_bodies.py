"""Connections that send a byte now and then, or far too many at once, keep nobody else from being answered.

They go on for as long as a test waits: a service that waited for them would hang.
"""

import json
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
import requests
from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from liveness import LIVENESS_S, LONGER_S
from synthetic import VIEW

SLOW = 30  # connections; the service has one worker
MANY = 400  # more than there is room for; the server itself takes 1024
SILENT = 1100  # more than the server itself takes
CALL_COUNT = 20
BODY_S = 3
ROOM_FULL = '"event":"room full"'
HEAD = f"POST /cds-services/{VIEW} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
OPENINGS = {
    "body": f"{HEAD}Content-Length: 100000\r\n\r\n{{",
    "chunks": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n",
    "head": HEAD,
}
MORE = {"body": b" ", "chunks": b"1\r\n \r\n", "head": b"X-Slow: 1\r\n"}
BODIES = ("body", "chunks")


@pytest.fixture(scope="module", autouse=True)
def many_files() -> None:
    """Allow this process, and the services that it starts, a file for each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * SILENT), hard), hard))


@pytest.fixture(scope="module")
def lenient_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A service that waits for a body longer than any test does."""
    with attacked(tmp_path_factory.mktemp("lenient"), body_seconds=str(LONGER_S)) as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A service that waits for a body no longer than `BODY_S`."""
    with attacked(tmp_path_factory.mktemp("slow"), body_seconds=str(BODY_S)) as running:
        yield running


def connect(base: str, opening: bytes) -> socket.socket:
    address = urlsplit(base)
    connection = socket.create_connection((address.hostname, address.port), LIVENESS_S)
    connection.sendall(opening)
    return connection


def drip(base: str, kind: str, number: int, stop: Event, opened: ExitStack) -> Thread:
    """Open the connections, and send each a byte now and then until told to stop."""
    connections = [connect(base, OPENINGS[kind].encode()) for _ in range(number)]
    for connection in connections:
        opened.callback(connection.close)

    def go_on() -> None:
        while not stop.wait(0.2):
            for connection in connections:
                with suppress(OSError):  # the service has closed it
                    connection.sendall(MORE[kind])

    thread = Thread(target=go_on, daemon=True)
    thread.start()
    return thread


def assert_answered(base: str) -> None:
    """Make some calls, which are all answered with their card."""
    name, body = CALLS["CaudaEquina"]
    with session() as asking:
        for _ in range(CALL_COUNT):
            response = asking.post(f"{base}/cds-services/{name}", json=body, timeout=LIVENESS_S)
            assert len(response.json()["cards"]) == 1


@pytest.mark.parametrize("number", [SLOW, MANY])
@pytest.mark.parametrize("kind", OPENINGS)
def test_others_are_answered_meanwhile(lenient_service: Attacked, kind: str, number: int) -> None:
    stop = Event()
    with ExitStack() as opened:
        thread = drip(lenient_service.base, kind, number, stop, opened)
        try:
            time.sleep(0.5)
            assert_answered(lenient_service.base)
        finally:
            stop.set()
            thread.join(LIVENESS_S)


def test_connections_that_say_nothing_are_closed_in_time(service: Attacked) -> None:
    with ExitStack() as opened:
        for _ in range(SILENT):
            opened.enter_context(connect(service.base, b""))
        with session() as asking:
            assert asking.get(f"{service.base}/healthz", timeout=LIVENESS_S).ok


def answer_of(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and content of a response, after which the connection must end when its client does.

    The service says `Connection: close`. It mostly closes the connection itself, but the HTTP library below it can miss
    that when another chunk arrives at the very moment: then the connection stays until the client stops sending.
    """
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split(b" ")[1])
        headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(stream.readline, b"\r\n"))
        content = stream.read(int(headers["content-length"]))
        with suppress(OSError):  # the service has closed it
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            assert stream.read() == b""
    return status, headers, content


def assert_refused(answer: tuple[int, dict[str, str], bytes], status: int, code: str) -> None:
    actual_status, headers, content = answer
    assert actual_status == status
    assert headers["connection"] == "close"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-request-id"]
    [issue] = json.loads(content)["issue"]
    assert issue["code"] == code


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_takes_too_long_is_408_and_ends_the_connection(service: Attacked, kind: str) -> None:
    with ExitStack() as opened:
        stop = Event()
        opened.callback(stop.set)
        connection = opened.enter_context(connect(service.base, OPENINGS[kind].encode()))
        drip(service.base, kind, 3, stop, opened)
        answer = answer_of(connection)
    assert_refused(answer, 408, "timeout")
    with session() as asking:
        metrics = asking.get(f"{service.base}/metrics", timeout=LIVENESS_S).text
    assert 'route="cds-services.call",status="408"' in metrics


@pytest.mark.parametrize(
    "opening",
    [
        f"{HEAD}Content-Length: 5000001\r\n\r\n{{",
        f"{HEAD}Expect: 100-continue\r\nContent-Length: 5000001\r\n\r\n",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n4C4B41\r\n" + " " * 5_000_001,
    ],
    ids=["length", "expect", "chunks"],
)
def test_a_body_that_is_too_large_is_413_before_it_is_here(lenient_service: Attacked, opening: str) -> None:
    with connect(lenient_service.base, opening.encode()) as connection:
        assert_refused(answer_of(connection), 413, "too-long")


def test_a_body_that_breaks_off_is_400(service: Attacked) -> None:
    with connect(service.base, OPENINGS["body"].encode()) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert_refused(answer_of(connection), 400, "invalid")


def test_bodies_that_stop_before_their_end_fill_no_memory(lenient_service: Attacked) -> None:
    """Each has all but its last byte sent: 120 bodies of 4.9 MB would be 590 MB."""
    upload = f"{HEAD}Content-Length: 4900001\r\n\r\n".encode() + b" " * 4_900_000
    before, given_way = peak_mib(lenient_service.pid), lenient_service.log.count(ROOM_FULL)
    with ExitStack() as opened:
        for _ in range(120):
            with suppress(OSError):  # the service closes the oldest ones
                opened.enter_context(connect(lenient_service.base, upload))
        assert_answered(lenient_service.base)
    refused = lenient_service.log.count(ROOM_FULL) - given_way
    grown = peak_mib(lenient_service.pid) - before
    print(f"largest process grew by {grown:.0f} MiB, {refused} gave way")  # noqa: T201
    assert refused >= 120 - 16 - 1
    assert grown < 250


def peak_mib(pid: int) -> float:
    """MiB of the worker's largest memory so far."""
    [worker] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def test_a_stop_waits_for_no_slow_body_longer_than_its_time(tmp_path: Path) -> None:
    given = {"body_seconds": str(BODY_S), "stop_seconds": str(int(LONGER_S))}
    with attacked(tmp_path, **given) as service, ExitStack() as opened:
        stop = Event()
        opened.callback(stop.set)
        drip(service.base, "body", SLOW, stop, opened)
        assert_answered(service.base)
        os.kill(service.pid, signal.SIGTERM)
        with pytest.raises(requests.ConnectionError):
            ask_until_refused(service.base)
        until = time.monotonic() + LIVENESS_S
        while Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < until, "it does not stop"
            time.sleep(0.05)


def ask_until_refused(base: str) -> None:
    with session() as asking:
        until = time.monotonic() + LIVENESS_S
        while time.monotonic() < until:
            asking.get(f"{base}/healthz", timeout=LIVENESS_S, headers={"Connection": "close"})
