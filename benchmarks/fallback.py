"""Fetching what a call did not bring from the EHR: all searches at once against the slowest single search."""

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bodies import HOOK_INSTANCE, prefetch
from benchmarks.goals import Goal, at_most, show
from benchmarks.pipeline import HOOK, engine
from benchmarks.stub_ehr import stub_ehr
from cds_service.ehr.client import Access, EhrClient
from cds_service.engine import CdsEngine
from cds_service.service.hook_service import PermittedServer

GOAL = 1.5
DELAY_S = 0.05  # of each search
ROUNDS = 12
CARD = b'"indicator":"warning"'


def best_wall(work: Callable[[], object]) -> float:
    """Return the wall-clock milliseconds of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


def searches(client: EhrClient, base: str, queries: dict[str, str]) -> tuple[float, float]:
    """Return the milliseconds of all searches at once, and of the slowest when each is made alone."""

    def read(selected: dict[str, str]) -> None:
        results = client.fetch(Access(base, allows_private=True), selected)
        assert all(result.pages and not result.fault for result in results.values())

    alone = max(best_wall(partial(read, {key: query})) for key, query in queries.items())
    return best_wall(partial(read, queries)), alone


def full_call(running: CdsEngine, base: str) -> float:
    """Return the milliseconds of a call without prefetch, from its bytes to those of its card."""
    body = json.dumps(bare_call(base)).encode()

    def call() -> None:
        request = running.service.decode_request(body, frozenset({HOOK}))
        server = PermittedServer(base, allows_private=True)
        answer = running.service.answer_call(f"hip-spine-{HOOK}", request, "benchmark", server)
        assert CARD in answer.response.to_json()

    return best_wall(call)


def bare_call(base: str) -> dict[str, Any]:
    """Return a patient-view request without prefetch, with the address of its FHIR server."""
    context = {"userId": "Practitioner/1", "patientId": "p1"}
    return {"hook": HOOK, "hookInstance": HOOK_INSTANCE, "fhirServer": base, "context": context}


def measure() -> list[Goal]:
    """Measure the ratio for the searches that the service really makes."""
    logging.disable(logging.CRITICAL)
    running = engine()
    queries = {key.name: query for key in running.prefetch_keys if (query := key.build_query("p1")) is not None}
    client = EhrClient()
    with stub_ehr(prefetch(40, alarming=True), DELAY_S) as base:
        together, alone = searches(client, base, queries)
        call = full_call(running, base)
    client.close()
    print(
        f"{len(queries)} searches at once {together:.1f} ms, the slowest alone {alone:.1f} ms, whole call {call:.1f} ms"
    )
    detail = f"{together:.1f} ms against {alone:.1f} ms; the whole call {call / alone:.2f}"
    return [at_most(f"{len(queries)} searches against the slowest alone", together / alone, GOAL, " times", detail)]


def main() -> None:
    """Print the ratio."""
    show(measure())


if __name__ == "__main__":
    main()
