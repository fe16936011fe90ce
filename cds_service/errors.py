"""The errors of this service, of three kinds: the caller's fault, the data's fault, and ours.

ServiceError
├── CallerFault                 the request is at fault; answered 4xx with an OperationOutcome
│   ├── BadRequest              400  a field or a byte of the request is wrong
│   ├── Unauthenticated         401  no token, or an invalid one; the caller is not told why
│   ├── NotAllowed              403  a known caller asks for something it may not have
│   ├── UnknownService          404  no service with that id
│   ├── BodyTooSlow             408
│   ├── MissingData             412  required data is not available (CDS Hooks 2.0, "prefetch")
│   ├── BodyTooLarge            413
│   ├── NotJson                 415
│   ├── UnknownEncoding         415  a Content-Encoding other than gzip
│   ├── TooManyEntries          422  valid, but more than this service reads in one call
│   └── TooManyCalls            429  over the client's rate limit; says when to try again
├── DataFault                   something read from a chart is at fault; only that item is lost, never the call
│   ├── UnreadableResource      one resource that cannot be decoded
│   └── FhirUnavailable         a FHIR search that failed or was too late
└── ServerFault                 our fault; answered 5xx
    ├── ProblemsFound           files are rejected, with every problem at once
    │   ├── ContentError        the content folder
    │   └── ClientsError        the client table and the settings that production needs
    ├── SettingsError           a setting is rejected
    ├── CodeListError           a code list given to `export` is not valid
    ├── StoreUnavailable        503  the database cannot be reached
    ├── OutOfTime               503  the call's deadline came before anything could be judged
    └── BodyBufferFull          503  too many uploads at the same time

No message holds a value from a chart or a request: only field names, positions, types and counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_NO_CLAIMS: Final[Mapping[str, str]] = MappingProxyType({})


class ServiceError(Exception):
    """Base of all errors that this service raises on purpose."""


class CallerFault(ServiceError):
    """The request is at fault. `status` is the HTTP status, `code` the FHIR issue type, `field` the one at fault."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class BadRequest(CallerFault):
    """A field or a byte of the request is wrong."""


class _AccessRefused(CallerFault):
    """A caller is refused. `reason` is a code for our log; `claims` are the token's claims that may be logged."""

    def __init__(self, message: str, reason: str, claims: Mapping[str, str] = _NO_CLAIMS) -> None:
        super().__init__(message)
        self.reason = reason
        self.claims = claims


class Unauthenticated(_AccessRefused):
    """The caller is unknown. All of these look the same to the caller (CDS Hooks best practices)."""

    status = 401
    code = "login"


class NotAllowed(_AccessRefused):
    """The caller is known but may not do this."""

    status = 403
    code = "forbidden"


class UnknownService(CallerFault):
    """No service with that id is offered here."""

    status = 404
    code = "not-found"


class BodyTooSlow(CallerFault):
    """The body did not arrive within the configured time."""

    status = 408
    code = "timeout"


class MissingData(CallerFault):
    """Required data is neither in the prefetch nor available from the FHIR server."""

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
    """The body has an encoding that is not accepted here."""

    status = 415
    code = "not-supported"


class TooManyEntries(CallerFault):
    """The Bundles of a call, or one of them, hold more entries than this service reads."""

    status = 422
    code = "too-costly"


class TooManyCalls(CallerFault):
    """The client is over its rate limit; `retry_after` is in seconds."""

    status = 429
    code = "throttled"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DataFault(ServiceError):
    """Something read from a chart is at fault."""


class UnreadableResource(DataFault):
    """One resource cannot be decoded; the others still count."""


class FhirUnavailable(DataFault):
    """A FHIR read or search failed, was refused, or missed the deadline."""


class ServerFault(ServiceError):
    """The fault is ours."""


@dataclass(frozen=True, order=True)
class Problem:
    """A problem in content or configuration: the file, the key in it, and what is wrong."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.text}" if self.key else f"{self.file}: {self.text}"


class ProblemsFound(ServerFault):
    """Files are rejected. `problems` holds everything that is wrong, so that one run shows it all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ContentError(ProblemsFound):
    """The content is rejected."""


class ClientsError(ProblemsFound):
    """The client table, or a setting that production needs, is rejected."""


class SettingsError(ServerFault):
    """A setting is rejected; the message names it."""


class CodeListError(ServerFault):
    """A file is not a list of ICD-10-CM codes; the message names the line."""


class StoreUnavailable(ServerFault):
    """The database cannot be reached; the client may retry."""

    status = 503


class OutOfTime(ServerFault):
    """The call's deadline came before anything could be judged; the client may call again."""

    status = 503


class BodyBufferFull(ServerFault):
    """More bodies are being uploaded than are held at the same time; the client may call again."""

    status = 503
