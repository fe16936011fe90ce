"""The errors of this service. There are three kinds: the caller's fault, the data's fault, and our own.

ServiceError
├── CallerFault                 the request is at fault; answered 4xx with an OperationOutcome
│   ├── BadRequest              400  a field or a byte of the request is wrong
│   ├── Unauthenticated         401  there is no valid token; the caller does not learn why
│   ├── NotAllowed              403  a known caller asks for something it may not have
│   ├── ForeignHost             403  demo mode was called by a name that is not this machine's own
│   ├── ForeignOrigin           403  another site's page sent a form of ours
│   ├── UnknownService          404  no service has that id
│   ├── BodyTooSlow             408
│   ├── MissingData             412  data that the service requires is unavailable (CDS Hooks 2.0, "prefetch")
│   ├── BodyTooLarge            413
│   ├── NotJson                 415
│   ├── UnknownEncoding         415  a Content-Encoding other than gzip
│   ├── TooManyEntries          422  valid, but more than this service reads in one call
│   └── TooManyCalls            429  over the client's rate limit; says when to retry
├── DataFault                   something read from a chart is at fault; that item is lost, never the call
│   ├── UnreadableResource      one resource cannot be decoded
│   └── FhirUnavailable         a FHIR search failed or was too late
└── ServerFault                 ours; answered 5xx
    ├── ProblemsFound           files are refused; lists every problem at once
    │   ├── ContentError        the content folder
    │   └── ClientsError        the client table, and the settings that production requires
    ├── SettingsError           a setting is refused
    ├── BackupRefused           a backup cannot be made or restored
    ├── CodeListError           a file given to `export` is not a list of codes
    ├── ExportRefused           an export given to `dry-run` cannot be read as a whole
    ├── StoreUnavailable        503  the database cannot be reached
    │   ├── StoreUnwritable     503  it answers, but cannot be written now
    │   └── StoreTooNew         503  its tables belong to a newer release; the service does not start with it
    ├── TokenNotRecorded        503  it cannot be recorded that a token has been used
    ├── OutOfTime               503  the call's deadline passed before anything could be judged
    └── BodyBufferFull          503  too many bodies are arriving at once

No message contains a value from a chart or a request: only field names, positions, types and counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

_NO_CLAIMS: Final[Mapping[str, str]] = MappingProxyType({})


class ServiceError(Exception):
    """Any error this service raises on purpose."""


class CallerFault(ServiceError):
    """The request is at fault. `status` is the HTTP status, `code` the FHIR issue type, `field` the field at fault."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class BadRequest(CallerFault):
    """A field or a byte of the request is wrong."""


class _AccessRefused(CallerFault):
    """A caller is refused. `reason` is a code for our log; `claims` are the claims of its token that may be logged."""

    def __init__(self, message: str, reason: str, claims: Mapping[str, str] = _NO_CLAIMS) -> None:
        super().__init__(message)
        self.reason = reason
        self.claims = claims


class Unauthenticated(_AccessRefused):
    """The caller is not known. All these errors look the same to the caller (CDS Hooks best practices)."""

    status = 401
    code = "login"


class NotAllowed(_AccessRefused):
    """The caller is known, but may not do this."""

    status = 403
    code = "forbidden"


class ForeignHost(CallerFault):
    """Demo mode was called by a name that is not this machine's own, as by a web page with a name it controls."""

    status = 403
    code = "forbidden"


class ForeignOrigin(CallerFault):
    """A page of another site sent a form in its visitor's name."""

    status = 403
    code = "forbidden"


class UnknownService(CallerFault):
    """There is no service with that id."""

    status = 404
    code = "not-found"


class BodyTooSlow(CallerFault):
    """The body did not arrive within the configured time."""

    status = 408
    code = "timeout"


class MissingData(CallerFault):
    """Data that this service requires is neither in the prefetch nor available from the FHIR server."""

    status = 412
    code = "processing"


class BodyTooLarge(CallerFault):
    """The body is larger than the configured limit."""

    status = 413
    code = "too-long"


class NotJson(CallerFault):
    """The body is not declared as JSON."""

    status = 415
    code = "not-supported"


class UnknownEncoding(CallerFault):
    """The body has a Content-Encoding that is not accepted."""

    status = 415
    code = "not-supported"


class TooManyEntries(CallerFault):
    """A call has more entries, JSON objects or drafts than the service reads in one call."""

    status = 422
    code = "too-costly"


class TooManyCalls(CallerFault):
    """The client is over its rate limit or its share of a worker; `retry_after` is in seconds.

    `limit`, for the metric: "rate", "calls" (in progress), "all-calls" (those of all clients) or "memory".
    """

    status = 429
    code = "throttled"

    def __init__(self, message: str, retry_after: int, limit: Literal["rate", "calls", "all-calls", "memory"]) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.limit = limit


class DataFault(ServiceError):
    """Something read from a chart is at fault."""


class UnreadableResource(DataFault):
    """One resource cannot be decoded; the others still count."""


class FhirUnavailable(DataFault):
    """A FHIR read or search failed, was refused, or finished after the deadline."""


class ServerFault(ServiceError):
    """The fault is ours."""


@dataclass(frozen=True, order=True)
class Problem:
    """One problem in content or configuration: the file, the key in it, and what is wrong, in plain English."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.text}" if self.key else f"{self.file}: {self.text}"


class ProblemsFound(ServerFault):
    """Files are refused. `problems` lists everything that is wrong with them, so that one run shows it all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ContentError(ProblemsFound):
    """The content is refused."""


class ClientsError(ProblemsFound):
    """The client table, or a setting that production requires with it, is refused."""


class SettingsError(ServerFault):
    """A setting is refused; the message names it."""


class BackupRefused(ServerFault):
    """A backup cannot be made or restored; the message names the file."""


class ExportRefused(ServerFault):
    """An export of a population cannot be read as a whole. A line of it that cannot be read costs only itself."""


class CodeListError(ServerFault):
    """The file is not a list of ICD-10-CM codes; the message names the line."""


class StoreUnavailable(ServerFault):
    """The database cannot be reached; the client may retry."""

    status = 503


class StoreUnwritable(StoreUnavailable):
    """The database answers, but is locked, full or read-only."""


class StoreTooNew(StoreUnavailable):
    """The tables belong to a newer release, whose data this one might damage. Nothing is written to them."""


class TokenNotRecorded(ServerFault):
    """A sound token is refused since its use cannot be recorded; the client may retry with a new one."""

    status = 503


class OutOfTime(ServerFault):
    """The call's deadline passed before anything could be judged; the client may retry."""

    status = 503


class BodyBufferFull(ServerFault):
    """Too many or too large bodies are here at once; the client may retry."""

    status = 503
