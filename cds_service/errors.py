"""The errors of this service. Three kinds only: the caller's fault, the data's fault, ours.

ServiceError
├── CallerFault                 the request is at fault; answered 4xx with an OperationOutcome
│   ├── BadRequest              400  a field or a byte of the request is wrong
│   ├── UnknownService          404  no service of that id
│   ├── MissingData             412  data the service requires could not be had (CDS Hooks 2.0, "prefetch")
│   ├── BodyTooLarge            413
│   └── NotJson                 415
├── DataFault                   something read from a chart is at fault; costs that datum, never the call
│   ├── UnreadableResource      one resource that cannot be decoded
│   └── FhirUnavailable         a FHIR search that failed or came too late
└── OwnFault                    ours; answered 5xx
    ├── ContentError            the content folder is refused; carries every problem at once
    ├── SettingsError           a setting is refused
    ├── CodeListError           a list of codes named to `export` is none
    └── StoreUnavailable        503  the database cannot be reached

No message holds a value taken from a chart or a request: only names of fields, positions, types and counts.
"""

from dataclasses import dataclass


class ServiceError(Exception):
    """Any error this service raises on purpose."""


class CallerFault(ServiceError):
    """The request is at fault. `status` is the HTTP status, `code` the FHIR issue type, `field` where it lies."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class BadRequest(CallerFault):
    """A field, or a byte, of the request is wrong."""


class UnknownService(CallerFault):
    """No service of that id is offered here."""

    status = 404
    code = "not-found"


class MissingData(CallerFault):
    """Data this service requires is neither in the prefetch nor to be had from the FHIR server."""

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


class DataFault(ServiceError):
    """Something read from a chart is at fault."""


class UnreadableResource(DataFault):
    """One resource cannot be decoded; the others still count."""


class FhirUnavailable(DataFault):
    """A FHIR read or search failed, was refused, or came after the deadline."""


class OwnFault(ServiceError):
    """The fault is ours."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with content or configuration: the file, the key in it, and what is wrong in plain words."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.text}" if self.key else f"{self.file}: {self.text}"


class ContentError(OwnFault):
    """The content is refused. `problems` holds all of them, so that one run shows them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in sorted(problems)))
        self.problems = sorted(problems)


class SettingsError(OwnFault):
    """A setting is refused; the message names it."""


class CodeListError(OwnFault):
    """The file named holds no list of ICD-10-CM codes; the message names the line."""


class StoreUnavailable(OwnFault):
    """The database cannot be reached; the client may retry."""

    status = 503
