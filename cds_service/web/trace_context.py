"""Which call a line of the log, an answer and a FHIR search belong to: `X-Request-ID`, and W3C Trace Context."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from werkzeug.datastructures import Headers

REQUEST_ID: Final = "X-Request-ID"
_VARIABLES = {REQUEST_ID: "HTTP_X_REQUEST_ID", "traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Trace Context, 3.2: version, trace id, parent id, flags; lower case, none all zeros. Later versions may say more.
_TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-[ -~]*)?", re.ASCII
)
# 3.3.1: members `key=value`, 32 at the most. What has another form is not passed on.
_STATE_KEY = r"(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
_STATE_MEMBER = re.compile(rf"{_STATE_KEY}=[ -+\--<>-~]{{0,255}}[!-+\--<>-~]", re.ASCII)
_STATE_LIMITS = 32, 2048  # members, characters; it asks that at least 512 characters be passed on
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A call's place among others. `headers` go with what this service asks of others during the call."""

    request_id: str
    trace_id: str | None = None
    span_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def log_fields(self) -> dict[str, str]:
        """What each line of the call's log holds."""
        found = {"request_id": self.request_id, "trace_id": self.trace_id, "span_id": self.span_id}
        return {name: value for name, value in found.items() if value}


def parse_environ(environ: Mapping[str, Any]) -> TraceContext:
    """The same from a WSGI environment, whose variables are at hand where `Headers` would search for them."""
    return parse_headers({name: environ[variable] for name, variable in _VARIABLES.items() if variable in environ})


def parse_headers(headers: Mapping[str, str] | Headers) -> TraceContext:
    """The caller's request id and trace, where it gave sound ones; else a request id of our own, and no trace."""
    given = headers.get(REQUEST_ID, "")
    request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", "").strip(" \t"))
    if parent is None or (parent[1] == "00" and parent[4]):
        return TraceContext(request_id)
    span_id = secrets.token_hex(8)
    flags = int(parent[3], 16) & _SAMPLED
    onward = {"traceparent": f"00-{parent[2]}-{span_id}-{flags:02x}"}
    state = _parse_tracestate(headers.get("tracestate", ""))
    if state:
        onward["tracestate"] = state
    return TraceContext(request_id, parent[2], span_id, onward)


def _parse_tracestate(text: str) -> str | None:
    """The trace state as it may be passed on; None: there is none, or it is malformed and so of no use to anybody."""
    most, longest = _STATE_LIMITS
    members = [member.strip(" \t") for member in text.split(",")] if len(text) <= longest else []
    members = [member for member in members if member]
    if not 0 < len(members) <= most or not all(map(_STATE_MEMBER.fullmatch, members)):
        return None
    return ",".join(members)
