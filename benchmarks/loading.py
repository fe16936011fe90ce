"""Measures our service and what it is compared with under load: each server is loaded in turn, in the same way."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.calls import CARD, Chart, Stream
from benchmarks.launching import Server
from benchmarks.lines import (
    EXPRESS,
    MEMORY,
    P99,
    P99_MANY,
    SERVER_CPU,
    SERVER_CPU_EXPRESS,
    START,
    THROUGHPUT,
    Pair,
)
from benchmarks.load import CONNECTIONS, MANY_CONNECTIONS, load_of, run

_SETTLE_S = 0.3  # the store writes the issued cards after the answer; that counts too
_WARM_UP = 0.25  # of the seconds of a load


class Servers(NamedTuple):
    """The servers of a round: ours, the reply with each chart's answer, and those of the peers that are there."""

    ours: Server
    replies: Mapping[Chart, Server]
    peers: Mapping[str, Server]


class Loaded(NamedTuple):
    """A server under load: answers a second, the 99th percentile, and milliseconds of processor time for an answer."""

    throughput: float
    p99: float
    cpu: float


def measure_servers(servers: Servers, sent: Sequence[Stream], seconds: float) -> Iterator[Pair]:
    """Yield what a round measures of the servers; each load takes so many seconds."""
    yield Pair(START, servers.ours.ready_after, servers.replies[CARD].ready_after)
    for differ in (False, True):  # in this order: what differing bodies leave in memory must not count for the others
        for stream in sent:
            if stream.differ is differ:
                yield from _compare(servers, stream, seconds)
        yield Pair(MEMORY.sent(differ=differ), servers.ours.worker_mib())


def _compare(servers: Servers, stream: Stream, seconds: float) -> Iterator[Pair]:
    chart, differ, _ = stream
    ours, reply = (_load(server, stream, seconds) for server in (servers.ours, servers.replies[chart]))
    peers = {
        name: _load(server, stream, seconds) for name, server in servers.peers.items() if (name, chart) in THROUGHPUT
    }
    yield Pair(SERVER_CPU[chart].sent(differ=differ), ours.cpu, reply.cpu)
    if EXPRESS in peers:
        yield Pair(SERVER_CPU_EXPRESS[chart].sent(differ=differ), ours.cpu, peers[EXPRESS].cpu)
    if chart is CARD:
        yield Pair(P99.sent(differ=differ), ours.p99, peers[EXPRESS].p99 if EXPRESS in peers else None)
        yield _compare_many(servers, stream, seconds)
    for name, peer in peers.items():
        yield Pair(THROUGHPUT[name, chart].sent(differ=differ), ours.throughput, peer.throughput)


def _compare_many(servers: Servers, stream: Stream, seconds: float) -> Pair:
    compared = [servers.ours, *(servers.peers[name] for name in servers.peers if name == EXPRESS)]
    ours, *theirs = (_load(server, stream, seconds, MANY_CONNECTIONS).p99 for server in compared)
    return Pair(P99_MANY.sent(differ=stream.differ), ours, *theirs)


def _load(server: Server, stream: Stream, seconds: float, connections: int = CONNECTIONS) -> Loaded:
    """Warm the server up, then load it."""
    load = load_of(stream.chart.expected, stream.bodies)
    run(server.port, load, within=seconds * _WARM_UP, connections=connections)
    before = server.cpu_ms()
    taken = run(server.port, load, within=seconds, connections=connections)
    time.sleep(_SETTLE_S)
    cpu = (server.cpu_ms() - before) / max(1, taken.answered)
    return Loaded(taken.throughput, taken.percentile(99), cpu)
