"""Compares the CPU time of several pieces of work: interleaved, each by its best round."""

import time
from collections.abc import Callable

ROUNDS, CALLS = 40, 25


def milliseconds(work: Callable[[], object], calls: int = CALLS) -> float:
    """Return the CPU milliseconds per call, over one round of calls."""
    started = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - started) / calls * 1000


def best_of(*works: Callable[[], object], rounds: int = ROUNDS, calls: int = CALLS) -> list[float]:
    """Return the best round of each; the rounds are taken in turn, so that a busy machine affects all alike."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        best = [min(fastest, milliseconds(work, calls)) for fastest, work in zip(best, works, strict=True)]
    return best
