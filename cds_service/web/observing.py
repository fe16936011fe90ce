"""What is noted of each call while it is answered, and counted at its end. The log's line is written by the route."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import structlog
from flask import Flask, Response, g, request

from cds_service.service.answering import Answer
from cds_service.web.tracing import REQUEST_ID, Trace, trace_in
from cds_service.wire.feedback import Feedback

_HOOK_CALL = "cds-services.call"
_UNKNOWN = "unknown"


class Counts(Protocol):
    """What counts: `operations.metrics.Metrics`."""

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Count `amount` more of the family of this name, under these labels."""

    def took(self, hook: str, seconds: float) -> None:
        """Note how long a hook call took."""


@dataclass(slots=True)
class Notes:
    """One call's notes. `client` is known once it is let in; `silent`: its cards are not shown."""

    trace: Trace
    started: float = field(default_factory=time.perf_counter)
    client: str = _UNKNOWN
    hook: str = _UNKNOWN
    silent: bool = False
    answer: Answer | None = None
    feedback: Feedback | None = None


class Told:
    """How much of a total that only rises has been told."""

    def __init__(self, total: Callable[[], int]) -> None:
        self._total = total
        self._told = 0
        self._lock = Lock()

    def more(self) -> int:
        """What has come to it since this was last asked."""
        if self._total() == self._told:
            return 0
        with self._lock:
            before, self._told = self._told, self._total()
            return self._told - before


def notes() -> Notes:
    """The notes of the call at hand."""
    found: Notes = g.notes
    return found


def observe(app: Flask, counts: Counts, reasons: frozenset[str], lost: Callable[[], int]) -> None:
    """Note and count every call of this application.

    `reasons`: the codes of override reasons that cards offer. `lost` gives how many cards the store could not keep.
    """
    told = Told(lost)

    @app.before_request
    def begin() -> None:
        g.notes = noted = Notes(trace_in(request.environ))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**noted.trace.fields)

    @app.after_request
    def end(response: Response) -> Response:
        noted = notes()
        endpoint, status = request.endpoint or _UNKNOWN, response.status_code
        response.headers[REQUEST_ID] = noted.trace.request_id
        counts.count("responses", endpoint, str(status))
        if endpoint == _HOOK_CALL and request.method == "POST":
            _count_call(counts, noted, status)
        if noted.feedback is not None and status == 200:
            _count_feedback(counts, noted.feedback, reasons)
        more = told.more()
        if more:
            counts.count("cards_lost", amount=more)
        return response


def _count_call(counts: Counts, noted: Notes, status: int) -> None:
    counts.count("calls", noted.hook, noted.client, _outcome(noted.answer, status))
    counts.took(noted.hook, time.perf_counter() - noted.started)
    if noted.answer is not None:
        _count_answer(counts, noted.answer, silent=noted.silent)


def _outcome(answer: Answer | None, status: int) -> str:
    if answer is None or status != 200:
        return str(status)
    if answer.decision is None:
        return "not-judged"
    return "cards" if answer.response.cards else "no-cards"


def _count_answer(counts: Counts, answer: Answer, *, silent: bool) -> None:
    for key, state in answer.arrivals.items():
        counts.count("prefetch", key, state)
        if state == "absent" and not answer.gaps.get(key, "").startswith("not-sent"):
            counts.count("fhir_fetches", key, answer.gaps.get(key, "ok").rpartition(":")[2])
    decision = answer.decision
    if decision is None:
        return
    for said in decision.shown:
        counts.count("cards", said.rule.id, said.row.level, "silent" if silent else "shown")
    for said in decision.held_back:
        counts.count("cards", said.rule.id, said.row.level, "held-back")
    _count_each(counts, "unmapped_codes", decision.chart.unmapped)
    _count_each(counts, "unreadable", decision.chart.unreadable)


def _count_each(counts: Counts, name: str, found: Mapping[str, int]) -> None:
    for label, number in found.items():
        counts.count(name, label, amount=number)


def _count_feedback(counts: Counts, feedback: Feedback, reasons: frozenset[str]) -> None:
    for item in feedback.feedback:
        given = item.overrideReason.reason if item.overrideReason else None
        reason = "none" if given is None else given.code if given.code in reasons else "other"
        counts.count("feedback", item.outcome, reason)
