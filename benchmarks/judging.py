"""Measures calls from bytes to bytes, in this process without the web, in turn with parsing the same bodies."""

from collections.abc import Iterator, Sequence
from itertools import islice

import orjson

from benchmarks.calls import NO_CARD, Stream
from benchmarks.lines import JUDGING, MACHINE, Pair
from benchmarks.pipeline import answer
from benchmarks.timing import best_of
from cds_service.engine import CdsEngine

_TURNS = 5


def measure_judging(running: CdsEngine, sent: Sequence[Stream], count: int) -> Iterator[Pair]:
    """Yield the CPU milliseconds of a call and of parsing its body: the best of some turns of so many calls."""
    for chart, differ, bodies in sent:
        assert chart.expected in answer(running, next(bodies))()
        ours, parsing = _take_turns(running, list(islice(bodies, _TURNS * count)), count)
        yield Pair(JUDGING[chart].sent(differ=differ), ours, parsing)
        if chart is NO_CARD and not differ:
            yield Pair(MACHINE, parsing)


def _take_turns(running: CdsEngine, bodies: Sequence[bytes], count: int) -> list[float]:
    judged, parsed = iter(bodies), iter(bodies)
    return best_of(
        lambda: answer(running, next(judged))(), lambda: orjson.loads(next(parsed)), rounds=_TURNS, calls=count
    )
