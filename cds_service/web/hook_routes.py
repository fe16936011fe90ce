"""The CDS Hooks routes: discovery, hook calls, feedback."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, request

from cds_service.admission.room import Room
from cds_service.errors import UnknownService
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.service.hook_service import HookService
from cds_service.trust.authentication import Authenticator
from cds_service.trust.caller import Caller
from cds_service.web.answering import answer_hook
from cds_service.web.front import current_caller, current_place
from cds_service.web.instrumentation import CallRecord, current_call_record
from cds_service.web.rate_limiter import RateLimiter
from cds_service.web.request_body import JSON, get_request_body
from cds_service.wire.feedback import DecodedFeedback, decode_feedback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_logger = structlog.get_logger(__name__)


class _Answer(Response):
    """The answer to a hook call, sent as it is: werkzeug would copy the headers and look for what has to be mended."""

    def __call__(self, _environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Send the answer."""
        start_response(self.status, self.headers.to_wsgi_list())
        return self.iter_encoded()


def build_hook_routes(
    service: HookService,
    discovery_body: bytes,
    authenticator: Authenticator,
    rate_limiter: RateLimiter,
    room: Room,
) -> Blueprint:
    """Build the routes of the service. The caller is authenticated before any of the body is read."""
    routes = Blueprint("cds-services", __name__)
    _add_discovery(routes, discovery_body, authenticator)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services/<service_id>/")
    def call(service_id: str) -> Response:
        caller = current_caller() or authenticator.authenticate_call(_authorization_header(), service_id)
        record = _admit_caller(caller, rate_limiter)
        entry, body = _find_service(service_id), get_request_body()
        with current_place(room, caller.client_id) as place:
            place.require(body)
            authenticator.use_token(caller)  # a call that is refused for its size keeps its token
            record.hook = entry.hook
            hook_request = service.decode_request(body, entry.accepted_hooks)
            result = answer_hook(service, caller, record, entry, hook_request, place)
            return _Answer(result.body, content_type=JSON)

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        caller = current_caller() or authenticator.authenticate_feedback(_authorization_header(), service_id)
        record = _admit_caller(caller, rate_limiter)
        entry = _find_service(service_id)
        received = record.feedback = decode_feedback(_take_body(authenticator, caller))
        stored = service.record_feedback(entry.id, caller.client_id, caller.tenant, received.items)
        return _answer_feedback(entry, caller, received, stored)

    return routes


def _add_discovery(routes: Blueprint, discovery_body: bytes, authenticator: Authenticator) -> None:
    @routes.get("/cds-services")
    @routes.get("/cds-services/")
    def discover() -> Response:
        authenticator.authenticate_discovery(_authorization_header())
        return Response(discovery_body, mimetype=JSON)


def _authorization_header() -> str | None:
    return request.headers.get("Authorization")


def _admit_caller(caller: Caller, rate_limiter: RateLimiter) -> CallRecord:
    """Check the caller's rate limit and return the record of this call, with the caller noted in it."""
    record = current_call_record()
    record.client_id, record.is_silent = caller.client_id, caller.is_silent
    rate_limiter.admit(record.client_id)
    return record


def _take_body(authenticator: Authenticator, caller: Caller) -> bytes:
    """Return the body and use up the caller's token: not before, so that a call refused for its size keeps it."""
    body = get_request_body()
    authenticator.use_token(caller)
    return body


def _find_service(service_id: str) -> ServiceEntry:
    entry = SERVICES.get(service_id)
    if entry is None:
        raise UnknownService("no service with that id is offered here")
    return entry


def _answer_feedback(entry: ServiceEntry, caller: Caller, received: DecodedFeedback, stored: int) -> Response:
    """Answer with the number of events that are new, and with the items that were not taken and why."""
    refused = [{"field": error.field, "text": error.message} for error in received.refused]
    counts = {"stored": stored, **({"refused": len(refused)} if refused else {})}
    _logger.info("feedback", service=entry.id, client=caller.client_id, **counts, **caller.claims)
    body = {"stored": stored, **({"refused": refused} if refused else {})}
    return Response(json.dumps(body, separators=(",", ":")), mimetype=JSON)
