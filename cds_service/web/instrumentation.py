"""What is noted of each call while it is answered, and counted at its end. The log's line is written by the route."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import structlog
from flask import Flask, Response, g, request

from cds_service.service.hook_service import CallResult
from cds_service.web.trace_context import REQUEST_ID, TraceContext, parse_environ
from cds_service.wire.feedback import Feedback

_HOOK_CALL = "cds-services.call"
_UNKNOWN = "unknown"


class MetricsRecorder(Protocol):
    """What counts: `operations.metrics.Metrics`."""

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Count `amount` more of the family of this name, under these labels."""

    def observe_duration(self, hook: str, seconds: float) -> None:
        """Note how long a hook call took."""


@dataclass(slots=True)
class CallRecord:
    """One call's notes. `client` is known once it is let in; `silent`: its cards are not shown."""

    trace_context: TraceContext
    started_at: float = field(default_factory=time.perf_counter)
    client_id: str = _UNKNOWN
    hook: str = _UNKNOWN
    is_silent: bool = False
    result: CallResult | None = None
    feedback: Feedback | None = None


class DeltaCounter:
    """How much of a total that only rises has been told."""

    def __init__(self, total: Callable[[], int]) -> None:
        self._total = total
        self._reported = 0
        self._lock = Lock()

    def take_increase(self) -> int:
        """What has come to it since this was last asked."""
        if self._total() == self._reported:
            return 0
        with self._lock:
            before, self._reported = self._reported, self._total()
            return self._reported - before


def current_call_record() -> CallRecord:
    """The notes of the call at hand."""
    found: CallRecord = g.call_record
    return found


def instrument(
    app: Flask, metrics: MetricsRecorder, override_reasons: frozenset[str], lost_cards: Callable[[], int]
) -> None:
    """Note and count every call of this application.

    `reasons`: the codes of override reasons that cards offer. `lost` gives how many cards the store could not keep.
    """
    told = DeltaCounter(lost_cards)

    @app.before_request
    def begin() -> None:
        g.call_record = noted = CallRecord(parse_environ(request.environ))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**noted.trace_context.log_fields)

    @app.after_request
    def end(response: Response) -> Response:
        noted = current_call_record()
        endpoint, status = request.endpoint or _UNKNOWN, response.status_code
        response.headers[REQUEST_ID] = noted.trace_context.request_id
        metrics.count("responses", endpoint, str(status))
        if endpoint == _HOOK_CALL and request.method == "POST":
            _count_call(metrics, noted, status)
        if noted.feedback is not None and status == 200:
            _count_feedback(metrics, noted.feedback, override_reasons)
        more = told.take_increase()
        if more:
            metrics.count("cards_lost", amount=more)
        return response


def _count_call(metrics: MetricsRecorder, record: CallRecord, status: int) -> None:
    metrics.count("calls", record.hook, record.client_id, _call_outcome(record.result, status))
    metrics.observe_duration(record.hook, time.perf_counter() - record.started_at)
    if record.result is not None:
        _count_result(metrics, record.result, is_silent=record.is_silent)


def _call_outcome(result: CallResult | None, status: int) -> str:
    if result is None or status != 200:
        return str(status)
    if result.decision is None:
        return "not-judged"
    return "cards" if result.response.cards else "no-cards"


def _count_result(metrics: MetricsRecorder, result: CallResult, *, is_silent: bool) -> None:
    for key, state in result.prefetch_statuses.items():
        metrics.count("prefetch", key, state)
        if state == "absent" and not result.gap_codes.get(key, "").startswith("not-sent"):
            metrics.count("fhir_fetches", key, result.gap_codes.get(key, "ok").rpartition(":")[2])
    decision = result.decision
    if decision is None:
        return
    for said in decision.shown:
        metrics.count("cards", said.rule.id, said.advice.level, "silent" if is_silent else "shown")
    for said in decision.held_back:
        metrics.count("cards", said.rule.id, said.advice.level, "held-back")
    _count_each(metrics, "unmapped_codes", decision.chart.unmapped)
    _count_each(metrics, "unreadable", decision.chart.unreadable)


def _count_each(metrics: MetricsRecorder, name: str, numbers_by_label: Mapping[str, int]) -> None:
    for label, number in numbers_by_label.items():
        metrics.count(name, label, amount=number)


def _count_feedback(metrics: MetricsRecorder, feedback: Feedback, override_reasons: frozenset[str]) -> None:
    for item in feedback.feedback:
        given = item.overrideReason.reason if item.overrideReason else None
        reason = "none" if given is None else given.code if given.code in override_reasons else "other"
        metrics.count("feedback", item.outcome, reason)
