"""The allow-list of the log: every event, every field, and the shape of each field's value. All else is dropped.

A field joins only with a shape that no name, text, date of birth or identifier of a person fits into.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from structlog.typing import EventDict

Shape: TypeAlias = Callable[[Any], bool]

EVENTS: Final = frozenset(
    {
        "call refused",
        "feedback",
        "fhir search failed",
        "hook answered",
        "internal error",
        "keys cannot be read",
        "message withheld",
        "no thread for the store",
        "out of time",
        "request refused",
        "room full",
        "server event",
        "store answers again",
        "store away",
        "store unavailable",
        "stray error",
        "used tokens kept by this process alone",
        "used tokens shared again",
    }
)
_UNLISTED = "unlisted event"
_LONGEST_LIST = 64


def _in(*words: str) -> Shape:
    return lambda value: isinstance(value, str) and value in words


def _like(pattern: str) -> Shape:
    match = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and match(value) is not None


def _many(shape: Shape) -> Shape:
    return lambda value: isinstance(value, list) and len(value) <= _LONGEST_LIST and all(map(shape, value))


def _each(name: Shape, shape: Shape) -> Shape:
    return lambda value: isinstance(value, dict) and _many(name)([*value]) and _many(shape)([*value.values()])


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1_000_000_000


def _amount(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


_word = _like(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,8}")
_uuid = _like(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_place = _like(r"[A-Za-z0-9_./<>-]{1,120}:\d{1,6}")
_module = _like(r"[A-Za-z_][A-Za-z0-9_.-]{0,80}")

FIELDS: Final[Mapping[str, Shape]] = {
    "event": lambda value: isinstance(value, str) and value in EVENTS,
    "level": _in("debug", "info", "warning", "error", "critical"),
    "timestamp": _like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"),
    "request_id": _like(r"[A-Za-z0-9._-]{1,64}"),
    "trace_id": _like(r"[0-9a-f]{32}"),
    "span_id": _like(r"[0-9a-f]{16}"),
    "client": _like(r"[A-Za-z0-9._-]{1,64}"),
    "service": _in("hip-spine-patient-view", "hip-spine-order-select", "hip-spine-order-sign"),
    "hook": _in("patient-view", "order-select", "order-sign"),
    "hook_instance": _uuid,
    "status": _count,
    "field": _like(r"[A-Za-z][A-Za-z0-9]{0,40}(?:\.[A-Za-z0-9]{1,40}|\[(?:\d{1,6}|\.\.\.)\]){0,12}"),
    "cards": _many(_word),  # rules
    "held_back": _many(_word),
    "unreadable": _count,
    "unavailable": _count,
    "milliseconds": _amount,
    "silent": lambda value: type(value) is bool,
    "exempt_role": _many(_word),
    "fhir_server": _in("none", "allowed", "not allowed"),
    "gaps": _each(_like(r"[a-zA-Z0-9]{1,40}"), _like(r"[a-z-]{1,30}:[a-z0-9-]{1,30}")),  # by prefetch key
    # What of a caller's token may be told (CDS Hooks best practices), as far as it looks like what it should be.
    "iss": _like(r"https://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]{0,200})?"),
    "tenant": _like(r"[A-Za-z0-9._:-]{1,64}"),
    "jti": _like(r"[A-Za-z0-9._~:=-]{1,128}"),
    "reason": _word,
    "stored": _count,
    "waiting": _count,
    "dropped": _count,
    "refused": _count,
    "worker": _count,
    "content": _like(r"\d{1,5}\.\d{1,5}\.\d{1,5}(?:\+site\.[0-9A-Za-z.-]{1,40})?"),
    "digest": _like(r"[0-9a-f]{8,64}(?:\+[0-9a-f]{8,64})?"),
    "signed_off": lambda value: type(value) is bool,
    "logger": _module,
    "where": _place,
    "kind": _like(r"[A-Za-z_][A-Za-z0-9_.]{0,80}"),
    "says": _like(r"[ -~]{1,200}"),  # the words of an error of ours, and of no other: see `faults`
    "trace": _many(_place),
}


def allow_listed(_logger: Any, _method: str, given: EventDict) -> EventDict:
    """Keep what the list allows; `withheld` counts what it does not."""
    kept = {name: value for name, value in given.items() if (shape := FIELDS.get(name)) is not None and shape(value)}
    withheld = len(given) - len(kept)
    kept.setdefault("event", _UNLISTED)
    return kept | {"withheld": withheld} if withheld else kept
