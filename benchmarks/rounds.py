"""Takes rounds. Each starts every server anew and measures all in turn: a drift of the machine costs all alike."""

import logging
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.calls import Chart, Stream, streams
from benchmarks.judging import measure_judging
from benchmarks.launching import Server
from benchmarks.lines import EXPRESS, HEALTHCHAIN, Pair
from benchmarks.load import answer_of
from benchmarks.loading import Servers, measure_servers
from benchmarks.machine import describe_machine
from benchmarks.pipeline import NOON, engine
from benchmarks.results import Figures, Run
from benchmarks.servers import express, healthchain, our_service, parsing_reply
from tests.peers.errors import NotInstalled

Start = Callable[[], AbstractContextManager[Server]]
_PEERS: Mapping[str, Start] = {EXPRESS: express, HEALTHCHAIN: healthchain}


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a run takes: rounds, the seconds of each load, and the calls of a turn in this process."""

    rounds: int = 7
    seconds: float = 2.0
    calls: int = 25


def measure(effort: Effort) -> Run:
    """Take the rounds, and say which is being taken."""
    machine = describe_machine()
    peers, left_out = _find_peers()
    in_process, in_servers = streams(NOON.date()), streams(datetime.now(UTC).date())
    logging.disable(logging.CRITICAL)
    running = engine()
    pairs: list[Pair] = []
    with tempfile.TemporaryDirectory() as home:
        answers = _first_answers(home, in_servers)
        for number in range(1, effort.rounds + 1):
            print(f"round {number} of {effort.rounds}", flush=True)
            pairs += measure_judging(running, in_process, effort.calls)
            with _started(home, answers, peers) as servers:
                pairs += measure_servers(servers, in_servers, effort.seconds)
    return Run(machine, left_out, _by_line(pairs))


def _find_peers() -> tuple[dict[str, Start], dict[str, str]]:
    """Install and start each peer once; return those that are there, and why the others are not."""
    found, left_out = dict(_PEERS), {}
    for name, start in _PEERS.items():
        try:
            with start():
                pass
        except NotInstalled as error:
            left_out[name] = str(error)
            del found[name]
    return found, left_out


def _first_answers(home: str, sent: Sequence[Stream]) -> dict[Chart, bytes]:
    """Return our answer to each chart's call. This first start also makes the database, which later ones find."""
    with our_service(home=home) as server:
        return {chart: answer_of(server.port, next(bodies)) for chart, _, bodies in sent}


@contextmanager
def _started(home: str, answers: Mapping[Chart, bytes], peers: Mapping[str, Start]) -> Iterator[Servers]:
    with ExitStack() as stack:
        ours = stack.enter_context(our_service(home=home))
        replies = {chart: stack.enter_context(parsing_reply(answer)) for chart, answer in answers.items()}
        yield Servers(ours, replies, {name: stack.enter_context(start()) for name, start in peers.items()})


def _by_line(pairs: Iterable[Pair]) -> dict[str, Figures]:
    """Gather the figures of each line over all rounds."""
    ours, theirs = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for line, our, their in pairs:
        ours[line.what].append(our)
        theirs[line.what] += [] if their is None else [their]
    return {what: Figures(tuple(ours[what]), tuple(theirs[what])) for what in ours}
