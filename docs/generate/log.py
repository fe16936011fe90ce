"""The page of log events, from the allow-list and from the calls that log."""

import ast
from collections.abc import Iterator

from cds_service.log.allow_list import EVENTS, FIELDS
from docs.generate.markdown import ROOT, code, meanings, page, table

_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_page() -> str:
    """Return the page."""
    levels: dict[str, set[str]] = {event: set() for event in EVENTS}
    fields: dict[str, set[str]] = {event: set() for event in EVENTS}
    for event, call in _log_calls():
        levels[event].add(call.func.attr)  # type: ignore[attr-defined]
        fields[event].update(_fields_of(call))
    events = [
        (f"`{event}`", ", ".join(sorted(levels[event])) or "varies", code(sorted(fields[event])), meaning)
        for event, meaning in meanings("events", sorted(EVENTS)).items()
    ]
    return page(
        "Log events",
        "The log is JSON lines on standard error. Only these events and fields are written, and a field only when its "
        "value has the expected shape; `withheld` counts the fields of a line that were left out. "
        "[Why an allow-list](../explanation/decisions/0012-log-by-allow-list.md).",
        "## Events",
        "Every line has `timestamp` and `level`; within a request it also has `request_id`, `trace_id` and `span_id`. "
        "An event that reports an error has `kind`, `where` and `trace`, and `says` if the service raised the error "
        "itself. In production, lines about a call have `iss`, `tenant` and `jti` of the caller's token.",
        table(("event", "level", "further fields", "meaning"), events),
        "## Fields",
        table(("field", "meaning"), [(f"`{name}`", meaning) for name, meaning in meanings("fields", FIELDS).items()]),
    )


def _log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in the code that logs an event of the allow-list."""
    for path in (ROOT / "cds_service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            first = node.args[0]
            if node.func.attr in _METHODS and isinstance(first, ast.Constant) and first.value in EVENTS:
                yield str(first.value), node


def _fields_of(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
            yield from (str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant))
        elif keyword.arg in FIELDS:
            yield keyword.arg
