"""What is known of a request before its body is taken in: who calls, and the answers that need no thread.

A server that calls the application directly, as tests do, has no such front: the routes then do the same themselves.
"""

from dataclasses import dataclass
from typing import Final

from flask import request

from cds_service.admission.room import Place, Room
from cds_service.errors import ServiceError
from cds_service.service.catalogue import SERVICES
from cds_service.trust.authentication import Authenticator
from cds_service.trust.caller import Caller
from cds_service.web.operator_routes import Answer, OperatorEndpoints, answer_probe

CALLER_VARIABLE: Final = "cds_service.caller"
PLACE_VARIABLE: Final = "cds_service.place"
_CALL_PATHS: Final = {f"/cds-services/{service_id}": service_id for service_id in SERVICES}


@dataclass(frozen=True, slots=True)
class Front:
    """The part of the application that `body_intake` asks. `form_paths`: the pages that take a form."""

    authenticator: Authenticator
    endpoints: OperatorEndpoints
    room: Room
    form_paths: frozenset[str] = frozenset()

    def accepts_body(self, path: str) -> bool:
        """Return whether a route reads the body of a POST to this path."""
        return bool(_parse_path(path)) or path in self.form_paths

    def answer_probe(self, method: str, path: str) -> Answer | None:
        """Return the answer to a probe of liveness or readiness, at once, or None if the request is none."""
        return answer_probe(self.endpoints, path) if method == "GET" else None

    def identify(self, path: str, authorization: str | None) -> Caller | ServiceError:
        """Return who sends a body to this path, or why it is refused. The token is not used up."""
        service_id, *rest = _parse_path(path) or [path]
        try:
            if rest:
                return self.authenticator.authenticate_feedback(authorization, service_id)
            return self.authenticator.authenticate_call(authorization, service_id)
        except ServiceError as error:
            return error


def current_caller() -> Caller | None:
    """Return who sends the current request, if the front has found out.

    Raises:
        CallerFault: it was refused.
    """
    found = request.environ.get(CALLER_VARIABLE)
    if isinstance(found, ServiceError):
        raise found
    return found if isinstance(found, Caller) else None


def current_place(room: Room, client_id: str) -> Place:
    """Return the place of the current call: the one that it entered with, or a new one.

    Raises:
        TooManyCalls: there is none.
    """
    place = request.environ.get(PLACE_VARIABLE)
    return place if isinstance(place, Place) else room.enter(client_id)


def _parse_path(path: str) -> list[str]:
    """Return the service and, for its feedback, that word; nothing if no route reads a body there."""
    if path in _CALL_PATHS:  # as nearly always
        return [_CALL_PATHS[path]]
    parts = [part for part in path.split("/") if part]
    is_read = parts[:1] == ["cds-services"] and len(parts) > 1 and parts[1] in SERVICES
    return parts[1:] if is_read and parts[2:] in ([], ["feedback"]) else []
