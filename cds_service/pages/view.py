"""What the page shows of an answered call, as plain values: the templates and the page's JSON are made of them."""

import json
import shlex
from collections.abc import Iterator
from typing import Any, Final

from cds_service.errors import CallerFault
from cds_service.figure import figure_rows, marks_of
from cds_service.logic.rule_summary import summarize_rules
from cds_service.logic.trace_text import describe_hit
from cds_service.model.decision import Decision
from cds_service.model.screen import ALL_RESTRAINT
from cds_service.pages.state import SEND
from cds_service.pages.try_page import AnsweredCall, TryPage
from cds_service.report.call_report import build_report
from cds_service.report.rule_words import describe_verdict

_END: Final = "END_OF_REQUEST"  # on a line of its own; JSON has no such line
_CONTENT_TYPE: Final = "Content-Type: application/json"


def build_view(answered: AnsweredCall, page: TryPage, base_url: str) -> dict[str, Any]:
    """Return everything that the page says of a call. `base_url`: at which this service was reached."""
    call = answered.call
    request = call.request
    return {
        "service": call.entry.id,
        "day": call.day.isoformat(),
        "is_today": call.is_today,
        "status": answered.status,
        "error": _build_error(answered),
        "report": _build_report(answered, page),
        "rules": list(_list_rules(answered)),
        "screen": _build_screen(answered, page),
        "suppressed": _list_suppressed(answered),
        "notes": [
            note._asdict() | {"parts": [part._asdict() for part in note.parts]}
            for note in page.marker.mark_all(request.sent, call.day)
        ],
        "figure": [
            {"region": row.region, "side": row.side, "state": row.state} for row in figure_rows(marks(answered))
        ],
        "request": request.text,
        "curl": _format_curl(answered, base_url),
        "prefetch": list(_list_prefetch(answered, page)),
    }


def marks(answered: AnsweredCall) -> list[Any]:
    """Return what the figure draws: the facts that count."""
    decision = answered.result.decision if answered.result else None
    return marks_of(decision.chart.findings) if decision else []


def _build_error(answered: AnsweredCall) -> dict[str, Any] | None:
    error = answered.error
    if error is None:
        return None
    if isinstance(error, CallerFault):
        return {"status": error.status, "code": error.code, "text": error.message, "field": error.field}
    return {"status": answered.status, "code": "transient", "text": str(error), "field": None}


def _build_report(answered: AnsweredCall, page: TryPage) -> dict[str, Any] | None:
    if answered.result is None:
        return None
    return build_report(answered.result, page.knowledge, answered.call.entry.hook, answered.call.day)


def _decision(answered: AnsweredCall) -> Decision | None:
    return answered.result.decision if answered.result else None


def _list_rules(answered: AnsweredCall) -> Iterator[dict[str, Any]]:
    decision = _decision(answered)
    for summary in summarize_rules(decision) if decision else ():
        rule = summary.rule
        verdict = summary.verdict.value
        yield {
            "number": rule.number,
            "id": rule.id,
            "title": rule.title,
            "verdict": verdict,
            "says": describe_verdict(summary),
        }


def _build_screen(answered: AnsweredCall, page: TryPage) -> dict[str, Any]:
    """Return what the safety screen met, what that stops, and whose restraint missing data cost."""
    decision = _decision(answered)
    titles = {rule.id: rule.title for rule in page.knowledge.content.rules}
    hits = decision.chart.screen_hits if decision else ()
    withheld = answered.result.withheld if answered.result else ()
    return {
        "met": [
            {"says": describe_hit(hit, decision), "stops": _name_stopped(hit.group, page, titles)}
            for hit in hits
            if decision
        ],
        "withheld": [{"id": rule_id, "title": titles.get(rule_id, rule_id)} for rule_id in withheld],
    }


def _name_stopped(group: str, page: TryPage, titles: dict[str, str]) -> list[str]:
    stops = page.knowledge.content.screen_groups[group].stops
    if ALL_RESTRAINT in stops:
        return ["all advice to wait or not to image"]
    return sorted(titles.get(rule_id, rule_id) for rule_id in stops)


def _list_suppressed(answered: AnsweredCall) -> list[dict[str, str]]:
    decision = _decision(answered)
    cards = decision.suppressed if decision else ()
    return [
        {"id": card.recommendation.rule.id, "title": card.recommendation.rule.title, "reason": card.reason}
        for card in cards
    ]


def _list_prefetch(answered: AnsweredCall, page: TryPage) -> Iterator[dict[str, Any]]:
    """Yield each prefetch key with its query for this patient, how it arrived and what it lacks."""
    context = (answered.call.request.sent or {}).get("context")
    patient_id, encounter_id = (_text(context, "patientId"), _text(context, "encounterId"))
    statuses = answered.result.prefetch_statuses if answered.result else {}
    gaps = answered.result.gap_codes if answered.result else {}
    for key in page.keys:
        yield {
            "key": key.name,
            "label": key.label,
            "is_required": key.is_required,
            "query": key.build_query(patient_id or "", encounter_id),
            "arrived": statuses.get(key.name, "not known"),
            "lacks": gaps.get(key.name),
            "switch": answered.call.state.switches.get(key.name, SEND),
        }


def _text(context: Any, name: str) -> str | None:
    value = context.get(name) if isinstance(context, dict) else None
    return value if isinstance(value, str) else None


def _format_curl(answered: AnsweredCall, base_url: str) -> str | None:
    """Return a line for a shell that sends the same request, or None for text that is no JSON."""
    request = answered.call.request
    if request.sent is None:
        return None
    url = shlex.quote(f"{base_url}/cds-services/{answered.call.entry.id}")
    body = json.dumps(request.sent, ensure_ascii=False, separators=(",", ":"))
    return f"curl -sS {url} -H {shlex.quote(_CONTENT_TYPE)} --data-binary @- <<'{_END}'\n{body}\n{_END}"
