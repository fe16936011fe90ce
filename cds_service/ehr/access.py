"""What a call may read of a FHIR server, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Access:
    """A FHIR server this call may read, and the caller's bearer token if it gave one.

    `allows_private`: the server may stand on a private or loopback address. `trace_headers` are passed on as they
    are: of all headers only `traceparent`, `tracestate` and `X-Request-ID`. `until`: when, on the steady clock, the
    call must have its data.
    """

    base_url: str
    token: str | None = field(default=None, repr=False)
    allows_private: bool = False
    trace_headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS, repr=False)
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Why a call may read no FHIR server; `why` ends a sentence that began with what was not sent."""

    reason: str


NO_SERVER: Final = NoAccess("and no fhirServer was given")


NOT_ALLOWED: Final = NoAccess("and no FHIR server may be read: this caller may not name that fhirServer")


OTHER_PATIENT: Final = NoAccess("and no FHIR server may be read: fhirAuthorization is for another patient")
