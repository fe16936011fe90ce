"""The ids that tie log lines, responses and FHIR searches to a call: `X-Request-ID` and W3C Trace Context."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import getrandbits
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from werkzeug.datastructures import Headers

REQUEST_ID: Final = "X-Request-ID"
_VARIABLES = {REQUEST_ID: "HTTP_X_REQUEST_ID", "traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Trace Context, 3.2: version, trace id, parent id, flags; lower case, none all zeros. Later versions may append more.
_TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-[ -~]*)?", re.ASCII
)
# 3.3.1: at most 32 members `key=value`. A malformed state is not passed on.
_STATE_KEY = r"(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
_STATE_MEMBER = re.compile(rf"{_STATE_KEY}=[ -+\--<>-~]{{0,255}}[!-+\--<>-~]", re.ASCII)
_MAX_STATE_MEMBERS = 32
_MAX_STATE_LENGTH = 2048  # characters; the specification asks for at least 512
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The ids of a call. `headers` are sent with every request this service makes during the call.

    `is_callers_id`: the request id is the caller's, and not one of our own.
    """

    request_id: str
    trace_id: str | None = None
    span_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_callers_id: bool = False

    @property
    def log_fields(self) -> dict[str, str]:
        """The fields that every log line of the call has."""
        ids = {"request_id": self.request_id, "trace_id": self.trace_id, "span_id": self.span_id}
        return {name: value for name, value in ids.items() if value}


def new_request_id() -> str:
    """Return a new id for a call. It guards nothing, so it needs no bits of the system's: those cost a call 20 µs."""
    return str(UUID(int=getrandbits(128), version=4))  # each forked worker has a generator of its own


def names_somebody(request_id: str, body: bytes) -> bool:
    """Return whether the id also stands in the body, as the id of a patient or a user does.

    Alone as a value or at the end of a reference. The `hookInstance` names a call, so that may be its id too.
    """
    if request_id.encode() not in body:
        return False
    needle = re.escape(request_id.encode())
    others = re.sub(rb'"hookInstance"\s*:\s*"%b"' % needle, b"", body)
    return re.search(rb'["/|]%b"' % needle, others) is not None


def parse_environ(environ: Mapping[str, Any]) -> TraceContext:
    """Parse the headers of a WSGI environment. Looking up three variables is faster than searching `Headers`."""
    sent = {name: environ[variable] for name, variable in _VARIABLES.items() if variable in environ}
    return parse_headers(sent) if sent else TraceContext(new_request_id())


def parse_headers(headers: Mapping[str, str] | Headers) -> TraceContext:
    """Return the caller's request id and trace if they are well formed, else a new request id and no trace."""
    request_id = headers.get(REQUEST_ID, "")
    is_callers_id = _REQUEST_ID.fullmatch(request_id) is not None
    if not is_callers_id:
        request_id = new_request_id()
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", "").strip(" \t"))
    if parent is None or (parent[1] == "00" and parent[4]):
        return TraceContext(request_id, is_callers_id=is_callers_id)
    span_id = secrets.token_hex(8)
    flags = int(parent[3], 16) & _SAMPLED
    outgoing = {"traceparent": f"00-{parent[2]}-{span_id}-{flags:02x}"}
    state = _parse_tracestate(headers.get("tracestate", ""))
    if state:
        outgoing["tracestate"] = state
    return TraceContext(request_id, parent[2], span_id, outgoing, is_callers_id)


def _parse_tracestate(text: str) -> str | None:
    """Return the trace state to pass on, or None if it is empty or malformed."""
    members = [member.strip(" \t") for member in text.split(",")] if len(text) <= _MAX_STATE_LENGTH else []
    members = [member for member in members if member]
    if not 0 < len(members) <= _MAX_STATE_MEMBERS or not all(map(_STATE_MEMBER.fullmatch, members)):
        return None
    return ",".join(members)
