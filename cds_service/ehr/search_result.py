"""The result of a search, and the faults that explain why one returned nothing or not everything."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from cds_service.errors import FhirUnavailable


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a search returned nothing, or not everything.

    `code` is for logs and metrics, `text` for error messages. `is_server_up`: what the fault says about the server, if
    anything.
    """

    code: str
    text: str
    is_server_up: bool | None = None


TOO_LATE: Final = Fault("deadline", "it did not answer in time", is_server_up=False)
UNREACHABLE: Final = Fault("unreachable", "it could not be reached", is_server_up=False)
BROKEN_OFF: Final = Fault("broken-off", "it closed the connection too early", is_server_up=False)
NO_TLS: Final = Fault("tls", "no secure connection could be made", is_server_up=False)
RESTING: Final = Fault("resting", "it has failed repeatedly and is not called for some seconds")
FORBIDDEN_ADDRESS: Final = Fault("address", "this service does not connect to its address")
INVALID_REQUEST: Final = Fault("request", "no valid request could be built from the call's data")
TOO_LARGE: Final = Fault("too-large", "it sent more data than this service accepts", is_server_up=True)
TOO_MANY_PAGES: Final = Fault("pages", "it has more pages than this service reads", is_server_up=True)
TOO_MANY_ENTRIES: Final = Fault("entries", "it sent more entries than this service reads", is_server_up=True)
NO_ROOM: Final = Fault("room", "this service had no memory left for what it sent", is_server_up=True)
CIRCLE: Final = Fault("circle", "its page links form a loop", is_server_up=True)
ELSEWHERE: Final = Fault("elsewhere", "its next page is outside its base URL", is_server_up=True)
MALFORMED: Final = Fault("malformed", "what it sent is not FHIR", is_server_up=True)
OUTCOME: Final = Fault("outcome", "what it sent is an OperationOutcome", is_server_up=True)
OTHERS_DATA: Final = Fault("other-patients", "it sent records of other patients", is_server_up=True)
_OVERLOADED = frozenset({429, 502, 503, 504})


def status_fault(status: int) -> Fault:
    """Return the fault for an HTTP status other than 200."""
    return Fault(f"status-{status}", f"it answered {status}", is_server_up=status not in _OVERLOADED)


class SearchFailed(FhirUnavailable):
    """A search, or one of its pages, failed. `retry_after` is how many seconds the server asked us to wait."""

    def __init__(self, fault: Fault, retry_after: float | None = None) -> None:
        super().__init__(fault.text)
        self.fault = fault
        self.retry_after = retry_after


class SearchResult(NamedTuple):
    """The pages that a search returned. With a `fault` some are missing; without pages the search failed."""

    pages: tuple[bytes, ...] = ()
    fault: Fault | None = None
    retry_after: float | None = None
