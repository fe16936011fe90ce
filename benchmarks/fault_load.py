"""Runs a load while faults of its FHIR server are switched on and off, and records calls, answers and faults."""

import asyncio
import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, repeat
from typing import Final

from benchmarks.fault_charts import masked
from benchmarks.load import CONNECTIONS, HOST, answer_from

Faults = Mapping[str, str]
WELL: Final[Faults] = {}
# One step after the other, each as long: resource type (`*`: all) and its fault (tests/faults/stub_faults.py).
SINGLY: Final[Sequence[Faults]] = (
    WELL,
    {"Procedure": "hang"},
    {"Observation": "500"},
    {"ImagingStudy": "404", "DiagnosticReport": "403"},
    {"*": "slow"},
    {"ServiceRequest": "truncated"},
    {"Procedure": "wrong-patient", "Observation": "patient-ignored"},
    {"Observation": "endless-pages", "Procedure": "next-hangs"},
    {"Condition": "500"},
    {"MedicationRequest": "reset", "Procedure": "outcome"},
    {"Condition": "next-of-others"},
    {"ImagingStudy": "gzip-bomb", "Procedure": "endless-body"},
    {"Patient": "wrong-patient"},
    {"Condition": "hang"},
    WELL,
)
# Then the whole server is down. The service leaves it alone for 10 s, so the plan has time for its return.
WHOLLY: Final[Sequence[Faults]] = ({"*": "502"}, WELL, WELL, WELL, WELL, {"*": "hang"}, WELL, WELL, WELL, WELL)


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that is sent repeatedly: the name of its chart, the way its data come, and its bytes."""

    chart: str
    way: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Came:
    """The answer to a call: `number` is in its X-Request-ID; `text` is masked where the status is 200."""

    sent: Sent
    number: int
    began: float
    ended: float
    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Switched:
    """Faults that were on, from the first to the last moment at which they may have been."""

    faults: Faults
    since: float
    until: float


def run(
    port: int, stub_port: int, calls: Sequence[Sent], plan: Sequence[Faults], seconds: float
) -> tuple[list[Came], list[Switched]]:
    """Send these calls in turn on 16 connections for so many seconds; each connection awaits its answer."""
    return asyncio.run(_load(port, stub_port, calls, plan, seconds))


def name_of(number: int) -> str:
    """Return the X-Request-ID of a call."""
    return f"load-{number}"


def switch(stub_port: int, faults: Faults) -> None:
    """Replace the faults that are on by these."""
    connection = http.client.HTTPConnection(HOST, stub_port, timeout=10)
    connection.request("PUT", "/_faults", json.dumps(faults))
    assert connection.getresponse().status == http.client.NO_CONTENT
    connection.close()


async def _load(
    port: int, stub_port: int, calls: Sequence[Sent], plan: Sequence[Faults], seconds: float
) -> tuple[list[Came], list[Switched]]:
    came: list[Came] = []
    until = time.perf_counter() + seconds
    shared = _until(until, calls)
    switching = asyncio.create_task(_switching(stub_port, plan, until))
    await asyncio.gather(*(_connection(port, shared, came) for _ in range(CONNECTIONS)))
    return came, await switching


def _until(end: float, calls: Sequence[Sent]) -> Iterator[tuple[int, Sent]]:
    """Yield the calls that all connections share, numbered."""
    for numbered in enumerate(cycle(calls)):
        if time.perf_counter() >= end:
            return
        yield numbered


async def _switching(stub_port: int, plan: Sequence[Faults], end: float) -> list[Switched]:
    """Go through the plan in steps of equal length, then switch every fault off."""
    begun: list[tuple[Faults, float, float]] = []
    step = (end - time.perf_counter()) / len(plan)
    for faults in (*plan, WELL):
        before = time.perf_counter()
        await asyncio.to_thread(switch, stub_port, faults)
        begun.append((faults, before, time.perf_counter()))
        await asyncio.sleep(max(0.0, step - (time.perf_counter() - before)))
    ends = chain((after for _, _, after in begun[1:]), repeat(float("inf")))
    return [Switched(faults, before, after) for (faults, before, _), after in zip(begun, ends, strict=False)]


async def _connection(port: int, calls: Iterator[tuple[int, Sent]], came: list[Came]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for number, sent in calls:
        began = time.perf_counter()
        writer.write(_head(sent, number) + sent.body)
        status, body = await answer_from(reader)
        ended = time.perf_counter()
        came.append(Came(sent, number, began, ended, status, _text(status, body)))
    writer.close()


def _text(status: int, body: bytes) -> str:
    return masked(body.decode()) if status == http.client.OK else body.decode()


def _head(sent: Sent, number: int) -> bytes:
    return (
        f"POST {sent.path} HTTP/1.1\r\nHost: {HOST}\r\nX-Request-ID: {name_of(number)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent.body)}\r\n\r\n"
    ).encode()
