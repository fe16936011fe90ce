"""Connections that send a byte now and then, or far too many at once, keep nobody else from being answered."""

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
from synthetic import VIEW

SLOW = 30  # connections; the service has one worker of sixteen threads
MANY = 400  # more than there is room for; the server itself takes 1024
SILENT = 1100  # more than the server itself takes
CALLS_MADE = 20
WITHIN = 2.0  # seconds for the slowest of them, on a busy machine
BODY_S = 3
HEAD_S = 10  # the server's, for a head to be here
ROOM_FULL = '"event":"room full"'
HEAD = f"POST /cds-services/{VIEW} HTTP/1.1\r\nHost: cds\r\nContent-Type: application/json\r\n"
OPENINGS = {
    "body": f"{HEAD}Content-Length: 100000\r\n\r\n{{",
    "chunks": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n",
    "head": HEAD,
}
MORE = {"body": b" ", "chunks": b"1\r\n \r\n", "head": b"X-Slow: 1\r\n"}
BODIES = ("body", "chunks")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(few, 4 * SILENT), most), most))  # the service inherits it
    with attacked(tmp_path_factory.mktemp("slow"), body_seconds=str(BODY_S)) as running:
        yield running


def connect(base: str, opening: bytes) -> socket.socket:
    address = urlsplit(base)
    made = socket.create_connection((address.hostname, address.port), 5)
    made.sendall(opening)
    return made


def drip(base: str, kind: str, number: int, stop: Event, opened: ExitStack) -> Thread:
    """Open the connections, and send each a byte now and then until told to stop."""
    made = [connect(base, OPENINGS[kind].encode()) for _ in range(number)]
    for one in made:
        opened.callback(one.close)

    def go_on() -> None:
        while not stop.wait(0.2):
            for one in made:
                with suppress(OSError):  # the service has had enough of it
                    one.sendall(MORE[kind])

    thread = Thread(target=go_on, daemon=True)
    thread.start()
    return thread


def slowest_call(base: str) -> float:
    """Seconds of the slowest of some calls, all answered with their card."""
    name, body = CALLS["CaudaEquina"]
    took = []
    with session() as asking:
        for _ in range(CALLS_MADE):
            started = time.monotonic()
            response = asking.post(f"{base}/cds-services/{name}", json=body, timeout=2 * WITHIN)
            took.append(time.monotonic() - started)
            assert len(response.json()["cards"]) == 1
    return max(took)


@pytest.mark.parametrize("number", [SLOW, MANY])
@pytest.mark.parametrize("kind", OPENINGS)
def test_others_are_answered_meanwhile(service: Attacked, kind: str, number: int) -> None:
    stop = Event()
    with ExitStack() as opened:
        thread = drip(service.base, kind, number, stop, opened)
        try:
            time.sleep(0.5)
            slowest = slowest_call(service.base)
        finally:
            stop.set()
            thread.join(5)
    print(f"{number} slow {kind}: slowest of {CALLS_MADE} other calls {slowest:.3f} s")  # noqa: T201 - the figure
    assert slowest < WITHIN


def test_connections_that_say_nothing_are_closed_in_time(service: Attacked) -> None:
    with ExitStack() as opened:
        for _ in range(SILENT):
            opened.enter_context(connect(service.base, b""))
        with session() as asking:
            assert asking.get(f"{service.base}/healthz", timeout=HEAD_S + 3).ok


def answer_of(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of what is sent until the connection is closed."""
    sent = b""
    while more := connection.recv(65_536):
        sent += more
    head, _, content = sent.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split(" ")[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), content


def assert_refused(answer: tuple[int, dict[str, str], bytes], status: int, code: str) -> None:
    found, headers, content = answer
    assert found == status
    assert headers["connection"] == "close"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-request-id"]
    [issue] = json.loads(content)["issue"]
    assert issue["code"] == code


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_takes_too_long_is_408_and_the_connection_closed(service: Attacked, kind: str) -> None:
    with ExitStack() as opened:
        stop = Event()
        opened.callback(stop.set)
        started = time.monotonic()
        connection = opened.enter_context(connect(service.base, OPENINGS[kind].encode()))
        connection.settimeout(BODY_S + 5)
        drip(service.base, kind, 3, stop, opened)
        answer = answer_of(connection)
        assert BODY_S - 0.1 < time.monotonic() - started < BODY_S + 1
    assert_refused(answer, 408, "timeout")
    with session() as asking:
        assert 'route="cds-services.call",status="408"' in asking.get(f"{service.base}/metrics", timeout=5).text


@pytest.mark.parametrize(
    "opening",
    [
        f"{HEAD}Content-Length: 5000001\r\n\r\n{{",
        f"{HEAD}Expect: 100-continue\r\nContent-Length: 5000001\r\n\r\n",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n4C4B41\r\n" + " " * 5_000_001,
    ],
    ids=["length", "expect", "chunks"],
)
def test_a_body_that_is_too_large_is_413_at_once(service: Attacked, opening: str) -> None:
    started = time.monotonic()
    with connect(service.base, opening.encode()) as connection:
        assert_refused(answer_of(connection), 413, "too-long")
    assert time.monotonic() - started < BODY_S - 1


def test_a_body_that_breaks_off_is_400(service: Attacked) -> None:
    with connect(service.base, OPENINGS["body"].encode()) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert_refused(answer_of(connection), 400, "invalid")


def test_bodies_that_stop_before_their_end_fill_no_memory(service: Attacked) -> None:
    """Each has all but its last byte sent: 120 bodies of 4.9 MB would be 590 MB."""
    whole = f"{HEAD}Content-Length: 4900001\r\n\r\n".encode() + b" " * 4_900_000
    before, given_way = peak_mib(service.pid), service.log.count(ROOM_FULL)
    with ExitStack() as opened:
        for _ in range(120):
            with suppress(OSError):  # the service closes the oldest ones
                opened.enter_context(connect(service.base, whole))
        slowest = slowest_call(service.base)
    refused = service.log.count(ROOM_FULL) - given_way
    grown = peak_mib(service.pid) - before
    print(f"largest process grew by {grown:.0f} MiB, {refused} gave way, slowest call {slowest:.3f} s")  # noqa: T201
    assert slowest < WITHIN
    assert refused >= 120 - 16 - 1
    assert grown < 250


def peak_mib(pid: int) -> float:
    """MiB of the worker's largest memory so far."""
    [worker] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def test_a_stop_waits_for_no_slow_body_longer_than_its_time(tmp_path: Path) -> None:
    with attacked(tmp_path, body_seconds=str(BODY_S)) as service, ExitStack() as opened:
        stop = Event()
        opened.callback(stop.set)
        drip(service.base, "body", SLOW, stop, opened)
        assert slowest_call(service.base) < WITHIN
        os.kill(service.pid, signal.SIGTERM)
        with pytest.raises(requests.ConnectionError):
            ask_until_refused(service.base)
        left = time.monotonic() + BODY_S + 2
        while Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < left
            time.sleep(0.05)


def ask_until_refused(base: str) -> None:
    with session() as asking:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            asking.get(f"{base}/healthz", timeout=2, headers={"Connection": "close"})
