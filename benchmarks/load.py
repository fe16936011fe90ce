"""A small load generator: keep-alive connections on loopback that send prepared requests and check every answer.

A server that has no room or no time left may refuse a call. That is no answer, and counts as one that never came.
"""

import asyncio
import http.client
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

HOST = "127.0.0.1"
CONNECTIONS, MANY_CONNECTIONS = 16, 64
SERVICE = "/cds-services/hip-spine-patient-view"
_ANSWER_WITHIN = 30.0  # seconds
_REFUSALS = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Load:
    """Requests without end that are sent in turn, and the bytes that every answer must contain."""

    requests: Iterator[bytes]
    expected: bytes


@dataclass(frozen=True, slots=True)
class Round:
    """The seconds of a round, and of each call in it, shortest first; those of a refused call are the limit."""

    seconds: float
    calls: tuple[float, ...]

    @property
    def answered(self) -> int:
        """How many calls were answered."""
        return sum(seconds < _ANSWER_WITHIN for seconds in self.calls)

    @property
    def throughput(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds

    def percentile(self, percent: float) -> float:
        """Return the milliseconds within which so many percent of the calls were answered."""
        return self.calls[min(len(self.calls) - 1, int(len(self.calls) * percent / 100))] * 1000


def load_of(expected: bytes, bodies: Iterator[bytes]) -> Load:
    """Return a load of these bodies; every answer must contain `expected`."""
    return Load(map(_request, bodies), expected)


def run(port: int, load: Load, *, within: float, count: int | None = None, connections: int = CONNECTIONS) -> Round:
    """Send requests for `within` seconds, or up to `count` of them.

    Raises:
        AssertionError: an answer is wrong.
    """
    return asyncio.run(_round(port, load, count, within, connections))


def answer_of(port: int, body: bytes) -> bytes:
    """Return the body of the answer to one call."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_ANSWER_WITHIN)
    connection.request("POST", SERVICE, body, {"Content-Type": "application/json"})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def _request(body: bytes) -> bytes:
    head = f"POST {SERVICE} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _round(port: int, load: Load, count: int | None, within: float, connections: int) -> Round:
    streams = [await asyncio.open_connection(HOST, port) for _ in range(connections)]
    took: list[float] = []
    started = time.perf_counter()
    shared = _until(started + within, load.requests, count)
    await asyncio.gather(*(_connection(*stream, shared, load.expected, took) for stream in streams))
    return Round(time.perf_counter() - started, tuple(sorted(took)))


def _until(end: float, requests: Iterator[bytes], count: int | None) -> Iterator[bytes]:
    """Yield the requests that all connections share."""
    for request in islice(requests, count):
        if time.perf_counter() >= end:
            return
        yield request


async def _connection(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    requests: Iterator[bytes],
    expected: bytes,
    took: list[float],
) -> None:
    with closing(writer):
        for request in requests:
            started = time.perf_counter()
            writer.write(request)
            status, body = await asyncio.wait_for(answer_from(reader), _ANSWER_WITHIN)
            if status in _REFUSALS:
                took.append(_ANSWER_WITHIN)
                continue
            took.append(time.perf_counter() - started)
            assert status == HTTPStatus.OK, f"status {status}: {body[:300]!r}"
            assert expected in body, f"{expected!r} is not in {body[:300]!r}"


async def answer_from(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read the status and body of the next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
