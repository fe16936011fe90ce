"""The fields that every log line of a call has: ids alone. Each thread answers one call at a time."""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final

from structlog.typing import EventDict

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_fields: ContextVar[Mapping[str, str]] = ContextVar("call_fields", default=_NONE)


def set_call_fields(fields: Mapping[str, str]) -> None:
    """Give these fields to every line that is logged from now on, until the next call sets its own."""
    _fields.set(fields)


def add_call_fields(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add the call's fields to an event. What the event itself says of a field stands."""
    return {**_fields.get(), **event}
