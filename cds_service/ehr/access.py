"""Which FHIR server a call may read, and with which credentials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cds_service.ehr.scopes import Scopes

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def has_room(_data: bytes) -> bool:
    """Return True: there is always room where one call is read by itself."""
    return True


@dataclass(frozen=True, slots=True)
class Access:
    """A FHIR server that this call may read, and the caller's bearer token if it sent one.

    Attributes:
        allows_private: Whether the server may be on a private or loopback address.
        trace_headers: The request's headers. Only `traceparent`, `tracestate` and `X-Request-ID` are forwarded.
        deadline: When the call must have its data, on the monotonic clock.
        scopes: What the token may read, if it says so.
        has_room_for: Takes the memory for what was read, and returns whether there is any.
    """

    base_url: str
    token: str | None = field(default=None, repr=False)
    allows_private: bool = False
    trace_headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS, repr=False)
    deadline: float | None = None
    scopes: Scopes | None = None
    has_room_for: Callable[[bytes], bool] = field(default=has_room, repr=False)


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Why a call may not read any FHIR server. `reason` completes a sentence that begins with what was not sent."""

    reason: str


NO_SERVER: Final = NoAccess("and no fhirServer was given")


NOT_ALLOWED: Final = NoAccess("and no FHIR server may be read: this caller may not name that fhirServer")


NO_TOKEN: Final = NoAccess("and no FHIR server may be read: fhirAuthorization holds no access_token")


OTHER_PATIENT: Final = NoAccess("and no FHIR server may be read: fhirAuthorization is for another patient")
