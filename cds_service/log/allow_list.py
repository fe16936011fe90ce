"""The log's allow-list: every event, every field, and the form of its values. Anything else is dropped.

A field is only added with a form that no name, free text, birth date or identifier of a person fits.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from structlog.typing import EventDict

ValueCheck: TypeAlias = Callable[[Any], bool]

EVENTS: Final = frozenset(
    {
        "call refused",
        "feedback",
        "fhir search failed",
        "hook answered",
        "internal error",
        "keys cannot be read",
        "log lines lost",
        "message withheld",
        "no thread for the store",
        "out of time",
        "purge failed",
        "purge left out",
        "purged",
        "request refused",
        "room full",
        "server event",
        "store answers again",
        "store away",
        "store unavailable",
        "stray error",
        "token not recorded",
        "used tokens kept by this machine alone",
        "used tokens shared again",
        "waiting cards not on disk",
        "waiting cards taken over",
    }
)
_UNLISTED_EVENT = "unlisted event"
_MAX_LIST_LENGTH = 64


def _choice(*choices: str) -> ValueCheck:
    return lambda value: isinstance(value, str) and value in choices


def _pattern(pattern: str) -> ValueCheck:
    match = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and match(value) is not None


def _list_of(check: ValueCheck) -> ValueCheck:
    return lambda value: isinstance(value, list) and len(value) <= _MAX_LIST_LENGTH and all(map(check, value))


def _mapping_of(check_name: ValueCheck, check_value: ValueCheck) -> ValueCheck:
    return lambda value: (
        isinstance(value, dict) and _list_of(check_name)([*value]) and _list_of(check_value)([*value.values()])
    )


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1_000_000_000


def _is_finite_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


_is_slug = _pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,8}")
_is_uuid = _pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_is_location = _pattern(r"[A-Za-z0-9_./<>-]{1,120}:\d{1,6}")
_is_module_name = _pattern(r"[A-Za-z_][A-Za-z0-9_.-]{0,80}")

FIELDS: Final[Mapping[str, ValueCheck]] = {
    "event": lambda value: isinstance(value, str) and value in EVENTS,
    "level": _choice("debug", "info", "warning", "error", "critical"),
    "timestamp": _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"),
    "request_id": _pattern(r"[A-Za-z0-9._-]{1,64}"),
    "trace_id": _pattern(r"[0-9a-f]{32}"),
    "span_id": _pattern(r"[0-9a-f]{16}"),
    "client": _pattern(r"[A-Za-z0-9._-]{1,64}"),
    "service": _choice("hip-spine-patient-view", "hip-spine-order-select", "hip-spine-order-sign"),
    "hook": _choice("patient-view", "order-select", "order-sign"),
    "hook_instance": _is_uuid,
    "status": _is_count,
    "field": _pattern(r"[A-Za-z][A-Za-z0-9]{0,40}(?:\.[A-Za-z0-9]{1,40}|\[(?:\d{1,6}|\.\.\.)\]){0,12}"),
    "cards": _list_of(_is_slug),  # rule ids
    "held_back": _list_of(_is_slug),
    "unreadable": _is_count,
    "unavailable": _is_count,
    "milliseconds": _is_finite_number,
    "silent": lambda value: type(value) is bool,
    "exempt_role": _list_of(_is_slug),
    "suppressed": _list_of(_is_slug),
    "fhir_server": _choice("none", "allowed", "not allowed"),
    "gaps": _mapping_of(_pattern(r"[a-zA-Z0-9]{1,40}"), _pattern(r"[a-z-]{1,30}:[a-z0-9-]{1,30}")),  # by prefetch key
    # The claims of a token that may be logged (CDS Hooks best practices), if they are well formed.
    "iss": _pattern(r"https://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]{0,200})?"),
    "tenant": _pattern(r"[A-Za-z0-9._:-]{1,64}"),
    "jti": _pattern(r"[A-Za-z0-9._~:=-]{1,128}"),
    "reason": _is_slug,
    "stored": _is_count,
    "cards_deleted": _is_count,
    "feedback_deleted": _is_count,
    "waiting": _is_count,
    "dropped": _is_count,
    "refused": _is_count,
    "worker": _is_count,
    "content": _pattern(r"\d{1,5}\.\d{1,5}\.\d{1,5}(?:\+site\.[0-9A-Za-z.-]{1,40})?"),
    "digest": _pattern(r"[0-9a-f]{8,64}(?:\+[0-9a-f]{8,64})?"),
    "signed_off": lambda value: type(value) is bool,
    "logger": _is_module_name,
    "where": _is_location,
    "kind": _pattern(r"[A-Za-z_][A-Za-z0-9_.]{0,80}"),
    "says": _pattern(r"[ -~]{1,200}"),  # the message of our own errors only: see `error_details`
    "trace": _list_of(_is_location),
}


def apply_allow_list(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keep the allowed fields of an event. `withheld` counts the others."""
    allowed = {name: value for name, value in event.items() if (check := FIELDS.get(name)) is not None and check(value)}
    withheld = len(event) - len(allowed)
    allowed.setdefault("event", _UNLISTED_EVENT)
    return allowed | {"withheld": withheld} if withheld else allowed
