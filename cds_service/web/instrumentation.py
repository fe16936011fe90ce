"""Records each call while it is answered and counts it at its end. The route writes the log line."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Protocol

from flask import Flask, Response, g, request

from cds_service.log import set_call_fields
from cds_service.service.hook_service import CallResult
from cds_service.web.trace_context import REQUEST_ID, TraceContext, names_somebody, new_request_id, parse_environ
from cds_service.wire.feedback import DecodedFeedback, FeedbackItem

_HOOK_CALL = "cds-services.call"
_UNKNOWN = "unknown"


class MetricsRecorder(Protocol):
    """The part of `operations.metrics.Metrics` that is used here."""

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Add `amount` to the counter of this name with these labels."""

    def count_each(self, name: str, all_labels: Iterable[tuple[str, ...]]) -> None:
        """Add 1 to the counter of this name with each of these labels."""

    def observe_duration(self, hook: str, seconds: float) -> None:
        """Record how long a hook call took."""


@dataclass(slots=True)
class CallRecord:
    """What is known of a call so far. Its client is unknown until admitted; `is_silent`: no cards are shown.

    `throttled_by`: the limit for which it was refused with 429.
    """

    trace_context: TraceContext
    started_at: float = field(default_factory=time.perf_counter)
    client_id: str = _UNKNOWN
    hook: str = _UNKNOWN
    is_silent: bool = False
    result: CallResult | None = None
    feedback: DecodedFeedback | None = None
    throttled_by: str | None = None


class DeltaCounter:
    """Turns a total that only grows into increases."""

    def __init__(self, total: Callable[[], int]) -> None:
        self._total = total
        self._reported = 0
        self._lock = Lock()

    def take_increase(self) -> int:
        """Return how much the total has grown since the last call."""
        if self._total() == self._reported:
            return 0
        with self._lock:
            before, self._reported = self._reported, self._total()
            return self._reported - before


def current_call_record() -> CallRecord:
    """Return the record of the current call."""
    record: CallRecord = g.call_record
    return record


def hide_request_id(body: bytes) -> None:
    """Give the current call an id of our own if the caller's is one of a person in the body: it would be logged."""
    record: CallRecord | None = g.get("call_record")
    if record is None or not record.trace_context.is_callers_id:
        return
    if not names_somebody(record.trace_context.request_id, body):
        return
    record.trace_context = replace(record.trace_context, request_id=new_request_id(), is_callers_id=False)
    set_call_fields(record.trace_context.log_fields)


def instrument(
    app: Flask,
    metrics: MetricsRecorder,
    override_reasons: frozenset[str],
    losses: Mapping[str, Callable[[], int]],
) -> None:
    """Record and count every call of this application.

    `override_reasons`: the codes that cards offer. `losses`: by metric, what returns how many were lost so far.
    """
    loss_counters = {name: DeltaCounter(total) for name, total in losses.items()}

    @app.before_request
    def begin() -> None:
        g.call_record = record = CallRecord(parse_environ(request.environ))
        set_call_fields(record.trace_context.log_fields)

    @app.after_request
    def end(response: Response) -> Response:
        record = current_call_record()
        endpoint, status = request.endpoint or _UNKNOWN, response.status_code
        response.headers[REQUEST_ID] = record.trace_context.request_id
        metrics.count("responses", endpoint, str(status))
        if endpoint == _HOOK_CALL and request.method == "POST":
            _count_call(metrics, record, status)
        if record.throttled_by is not None:
            metrics.count("throttled", record.client_id, record.throttled_by)
        if record.feedback is not None and status == 200:
            _count_feedback(metrics, record.feedback.items, override_reasons)
        for name, counter in loss_counters.items():
            lost = counter.take_increase()
            if lost:
                metrics.count(name, amount=lost)
        return response


def _count_call(metrics: MetricsRecorder, record: CallRecord, status: int) -> None:
    metrics.count("calls", record.hook, record.client_id, _call_outcome(record.result, status))
    metrics.observe_duration(record.hook, time.perf_counter() - record.started_at)
    if record.result is not None:
        _count_result(metrics, record.result, is_silent=record.is_silent)
        _count_missing(metrics, record.result, record.client_id)


def _call_outcome(result: CallResult | None, status: int) -> str:
    if result is None or status != 200:
        return str(status)
    if result.decision is None:
        return "not-judged"
    return "cards" if result.response.cards else "no-cards"


def _count_result(metrics: MetricsRecorder, result: CallResult, *, is_silent: bool) -> None:
    metrics.count_each("prefetch", result.prefetch_statuses.items())
    for key, state in result.prefetch_statuses.items():
        if state == "absent" and not result.gap_codes.get(key, "").startswith("not-sent"):
            metrics.count("fhir_fetches", key, result.gap_codes.get(key, "ok").rpartition(":")[2])
    decision = result.decision
    if decision is None:
        return
    for fate, recommendations in (
        ("silent" if is_silent else "shown", decision.shown),
        ("held-back", decision.held_back),
        ("exempt-role", decision.hidden_for_role),
        ("suppressed", [one.recommendation for one in decision.suppressed]),
    ):
        for recommendation in recommendations:
            metrics.count("cards", recommendation.rule.id, recommendation.advice.level, fate)
    for card in decision.suppressed:
        metrics.count("cards_suppressed", card.recommendation.rule.id, card.reason)
    if decision.is_suppression_unknown:
        metrics.count("suppression_unknown")
    for system, number in decision.chart.unmapped.items():
        metrics.count("unmapped_codes", system, amount=number)
    for resource_type, number in decision.chart.unreadable.items():
        metrics.count("unreadable", resource_type, amount=number)


def _count_missing(metrics: MetricsRecorder, result: CallResult, client_id: str) -> None:
    if result.missing:
        metrics.count_each("missing", [(client_id, one.key, one.state) for one in result.missing])
    if result.withheld:
        metrics.count_each("restraint_withheld", [(client_id, rule_id) for rule_id in result.withheld])


def _count_feedback(metrics: MetricsRecorder, items: Iterable[FeedbackItem], override_reasons: frozenset[str]) -> None:
    for item in items:
        reason = item.overrideReason.reason if item.overrideReason else None
        label = "none" if reason is None else reason.code if reason.code in override_reasons else "other"
        metrics.count("feedback", item.outcome, label)
