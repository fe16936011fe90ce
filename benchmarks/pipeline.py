"""Where the time of a call goes, from bytes to bytes without the web: `python -m benchmarks.pipeline`."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from benchmarks.bodies import patient_view
from benchmarks.timing import best_of
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.engine import CdsEngine, build_engine
from cds_service.logic.rule_engine import decide
from cds_service.rendering.card_context import CardContext
from cds_service.service.card_recorder import NullRecorder
from cds_service.settings import Settings

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOOK = "patient-view"


def engine() -> CdsEngine:
    """Build the service without web and store."""
    return build_engine(Settings(), recorder=NullRecorder(), clock=lambda: NOON)


def answer(running: CdsEngine, body: bytes) -> Callable[[], bytes]:
    """Return a call from bytes to bytes."""
    accepted = frozenset({HOOK})
    service = running.service
    return lambda: service.answer_call("hip-spine-patient-view", service.decode_request(body, accepted), "b").body


def stages(running: CdsEngine, body: bytes) -> dict[str, float]:
    """Return the CPU milliseconds of each stage of a call."""
    accepted, service = frozenset({HOOK}), running.service
    request = service.decode_request(body, accepted)
    orders = decode_draft_orders(request)
    gathered = service.gatherer.gather(request, orders)
    chart = service.chart_reader.build_chart(gathered, "p1", NOON.date(), explain=False)
    decision = decide(service.content, chart, HOOK)
    works: dict[str, Callable[[], object]] = {
        "envelope": lambda: service.decode_request(body, accepted),
        "decode": lambda: service.gatherer.gather(request, orders),
        "read": lambda: service.chart_reader.build_chart(gathered, "p1", date(2026, 3, 10), explain=False),
        "decide": lambda: decide(service.content, chart, HOOK),
        "render": lambda: service.card_maker.build(decision, CardContext("p1"), lambda: "uuid"),
    }
    return dict(zip(works, best_of(*works.values()), strict=True))


def main() -> None:
    """Print the stages of a call that earns a card, and of one that does not."""
    logging.disable(logging.CRITICAL)
    running = engine()
    for name, alarming in (("card", True), ("no card", False)):
        took = stages(running, patient_view(alarming=alarming))
        print(f"{name}: " + ", ".join(f"{stage} {milliseconds:.3f} ms" for stage, milliseconds in took.items()))


if __name__ == "__main__":
    main()
