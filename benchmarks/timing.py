"""Timing two things against each other: CPU time, interleaved, each by its best round."""

import time
from collections.abc import Callable

ROUNDS = 40


def milliseconds(work: Callable[[], object], calls: int = 25) -> float:
    """CPU milliseconds of one call, over one round of calls."""
    started = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - started) / calls * 1000


def best_of(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The best round of each, the rounds taken in turn so that a busy machine touches all alike."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        best = [min(known, milliseconds(work)) for known, work in zip(best, works, strict=True)]
    return best
