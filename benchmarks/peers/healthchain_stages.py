"""Tells where the HealthChain peer's time goes for the request on standard input; run it with HealthChain's Python."""

import json
import sys
import time
from collections.abc import Callable

from healthchain.fhir import prefetch_to_bundle
from healthchain.fhir.r4b import Bundle
from healthchain.models import CDSRequest
from healthchain_service import warn_of_spine_pattern

ROUNDS = 20


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """CPU milliseconds of each, by its best round; the rounds are taken in turn."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            started = time.process_time()
            work()
            best[number] = min(best[number], (time.process_time() - started) * 1000)
    return best


def main() -> None:
    body = sys.stdin.buffer.read()
    request = CDSRequest(**json.loads(body))
    assert len(warn_of_spine_pattern(request).cards) == 1
    read, validate, handle = milliseconds(
        lambda: CDSRequest(**json.loads(body)),
        lambda: Bundle(**prefetch_to_bundle(request.prefetch)),
        lambda: warn_of_spine_pattern(request),
    )
    print(f"{read + handle:.1f} ms of CPU for a call, of which Bundle(**...), its validation, takes {validate:.1f} ms")


if __name__ == "__main__":
    main()
