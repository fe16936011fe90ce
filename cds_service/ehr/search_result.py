"""What a call may read, what a search brought, and why one brought nothing."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from cds_service.errors import FhirUnavailable


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a search brought nothing, or not everything.

    `code` is for logs and metrics, `words` for an error's text. `is_up`: what that says of the server, if anything.
    """

    code: str
    text: str
    is_server_up: bool | None = None


TOO_LATE: Final = Fault("deadline", "it did not answer in time", is_server_up=False)
UNREACHABLE: Final = Fault("unreachable", "it could not be reached", is_server_up=False)
BROKEN_OFF: Final = Fault("broken-off", "it broke the connection off", is_server_up=False)
NO_TLS: Final = Fault("tls", "no secure connection could be made", is_server_up=False)
RESTING: Final = Fault("resting", "it has failed repeatedly and is not asked for some seconds")
FORBIDDEN_ADDRESS: Final = Fault("address", "its address is one this service does not connect to")
INVALID_REQUEST: Final = Fault("request", "the request could not be made of what the call holds")
TOO_LARGE: Final = Fault("too-large", "it sent more than this service takes", is_server_up=True)
TOO_MANY_PAGES: Final = Fault("pages", "it has more pages than this service reads", is_server_up=True)
TOO_MANY_ENTRIES: Final = Fault("entries", "it sent more entries than this service reads", is_server_up=True)
CIRCLE: Final = Fault("circle", "its pages lead in a circle", is_server_up=True)
ELSEWHERE: Final = Fault("elsewhere", "its next page lies outside its base", is_server_up=True)
MALFORMED: Final = Fault("malformed", "what it sent is no FHIR", is_server_up=True)
OUTCOME: Final = Fault("outcome", "what it sent is an OperationOutcome", is_server_up=True)
OTHERS_DATA: Final = Fault("other-patients", "it sent records of other patients", is_server_up=True)
_OVERLOADED = frozenset({429, 502, 503, 504})


def status_fault(status: int) -> Fault:
    """The fault of an HTTP status other than 200."""
    return Fault(f"status-{status}", f"it answered {status}", is_server_up=status not in _OVERLOADED)


class SearchFailed(FhirUnavailable):
    """A search, or a page of it, that brought nothing. `rest` is the seconds the server asked to be left alone."""

    def __init__(self, fault: Fault, retry_after: float | None = None) -> None:
        super().__init__(fault.text)
        self.fault = fault
        self.retry_after = retry_after


class SearchResult(NamedTuple):
    """The pages a search brought. With a `fault` they are not all of it; without pages the search failed."""

    pages: tuple[bytes, ...] = ()
    fault: Fault | None = None
    retry_after: float | None = None
