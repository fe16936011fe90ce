"""Decode, facts, decide, render and encode of one request, against `orjson.loads` of the same body. Goal: 1.5 times."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

import orjson

from benchmarks.bodies import patient_view
from benchmarks.goals import Goal, at_most, show
from benchmarks.timing import best_of
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.engine import CdsEngine, build_engine
from cds_service.logic.rule_engine import decide
from cds_service.rendering.card_context import CardContext
from cds_service.service.card_recorder import NullRecorder
from cds_service.settings import Settings

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOOK = "patient-view"
GOAL = 1.5


def engine() -> CdsEngine:
    """Build the service without web and store."""
    return build_engine(Settings(), recorder=NullRecorder(), clock=lambda: NOON)


def answer(running: CdsEngine, body: bytes) -> Callable[[], bytes]:
    """Return a call from bytes to bytes."""
    accepted = frozenset({HOOK})
    service = running.service
    return lambda: service.answer_call(
        "hip-spine-patient-view", service.decode_request(body, accepted), "b"
    ).response.to_json()


def stages(running: CdsEngine, body: bytes) -> dict[str, float]:
    """Return the CPU milliseconds of each stage of a call."""
    accepted, service = frozenset({HOOK}), running.service
    request = service.decode_request(body, accepted)
    orders = decode_draft_orders(request)
    gathered = service.gatherer.gather(request, orders, None)
    chart = service.chart_reader.build_chart(gathered, "p1", NOON.date(), explain=False)
    decision = decide(service.content, chart, HOOK)
    works: dict[str, Callable[[], object]] = {
        "envelope": lambda: service.decode_request(body, accepted),
        "decode": lambda: service.gatherer.gather(request, orders, None),
        "read": lambda: service.chart_reader.build_chart(gathered, "p1", date(2026, 3, 10), explain=False),
        "decide": lambda: decide(service.content, chart, HOOK),
        "render": lambda: service.card_maker.build(decision, CardContext("p1"), lambda: "uuid"),
    }
    return dict(zip(works, best_of(*works.values()), strict=True))


def compare(running: CdsEngine, name: str, *, alarming: bool) -> Goal:
    """Measure the ratio for one kind of chart, and print where the time goes."""
    body = patient_view(alarming=alarming)
    assert (b'"cards":[]' in answer(running, body)()) is not alarming
    call_ms, parse_ms = best_of(answer(running, body), lambda: orjson.loads(body))
    print(f"{name}: {len(body)} bytes: {call_ms:.3f} ms against {parse_ms:.3f} ms of orjson.loads")
    print("   " + ", ".join(f"{stage} {took:.3f}" for stage, took in stages(running, body).items()))
    detail = f"{call_ms:.2f} ms against {parse_ms:.2f} ms"
    return at_most(f"bytes to bytes against orjson.loads, {name}", call_ms / parse_ms, GOAL, " times", detail)


def measure() -> list[Goal]:
    """Measure the ratio with a card and without."""
    logging.disable(logging.CRITICAL)
    running = engine()
    return [compare(running, "card", alarming=True), compare(running, "no card", alarming=False)]


def main() -> None:
    """Print the ratios."""
    show(measure())


if __name__ == "__main__":
    main()
