"""A small load generator: keep-alive connections on loopback that send prepared requests and check every answer."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

HOST = "127.0.0.1"
CONNECTIONS = 16
SERVICE = "/cds-services/hip-spine-patient-view"
_ANSWER_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Load:
    """Requests that are sent in turn, repeatedly, and the bytes that every answer must contain."""

    requests: Sequence[bytes]
    expected: bytes


@dataclass(frozen=True, slots=True)
class Round:
    """The seconds of a round, and of each answer in it, shortest first."""

    seconds: float
    answers: tuple[float, ...]

    @property
    def throughput(self) -> float:
        """Answers per second."""
        return len(self.answers) / self.seconds

    def percentile(self, percent: float) -> float:
        """Return the milliseconds within which so many percent of the answers came."""
        return self.answers[min(len(self.answers) - 1, int(len(self.answers) * percent / 100))] * 1000


def load_of(expected: bytes, *bodies: bytes, path: str = SERVICE) -> Load:
    """Return a load of these bodies; every answer must contain `expected`."""
    return Load([_request(path, body) for body in bodies], expected)


def run(port: int, load: Load, *, count: int, within: float = 60.0, connections: int = CONNECTIONS) -> Round:
    """Send up to `count` requests, and none after `within` seconds.

    Raises:
        AssertionError: an answer is wrong.
    """
    return asyncio.run(_round(port, load, count, within, connections))


def warm_up(port: int, load: Load, count: int) -> None:
    """Send every worker and thread its first calls."""
    run(port, load, count=count)


def _request(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def _round(port: int, load: Load, count: int, within: float, connections: int) -> Round:
    streams = [await asyncio.open_connection(HOST, port) for _ in range(connections)]
    took: list[float] = []
    started = time.perf_counter()
    shared = _until(started + within, load.requests, count)
    await asyncio.gather(*(_connection(*stream, shared, load.expected, took) for stream in streams))
    return Round(time.perf_counter() - started, tuple(sorted(took)))


def _until(end: float, requests: Sequence[bytes], count: int) -> Iterator[bytes]:
    """Yield the requests that all connections share."""
    for request, _ in zip(cycle(requests), range(count), strict=False):
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
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        status, body = await asyncio.wait_for(answer_from(reader), _ANSWER_WITHIN)
        took.append(time.perf_counter() - started)
        assert status == 200, f"status {status}: {body[:300]!r}"
        assert expected in body, f"{expected!r} is not in {body[:300]!r}"
    writer.close()


async def answer_from(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read the status and body of the next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
