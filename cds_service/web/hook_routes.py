"""The CDS Hooks routes: discovery, hook calls, feedback."""

import json
import time
from collections.abc import Iterable

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.admission.room import Place, Room
from cds_service.errors import UnknownService
from cds_service.model.decision import Recommendation
from cds_service.model.edition import Edition
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.service.hook_service import CallResult, CardVisibility, HookService, PermittedServer
from cds_service.trust.authentication import Authenticator
from cds_service.trust.caller import Caller
from cds_service.web.front import current_caller, current_place
from cds_service.web.instrumentation import CallRecord, current_call_record
from cds_service.web.rate_limiter import RateLimiter
from cds_service.web.request_body import JSON, get_request_body
from cds_service.wire.feedback import DecodedFeedback, decode_feedback
from cds_service.wire.request import HookRequest

_logger = structlog.get_logger(__name__)


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
            return _answer_hook(service, caller, record, entry, body, place)

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
    @routes.get("/")
    def root() -> AnyResponse:
        return redirect("/cds-services")

    @routes.get("/cds-services")
    @routes.get("/cds-services/")
    def discover() -> Response:
        authenticator.authenticate_discovery(_authorization_header())
        return Response(discovery_body, mimetype=JSON)


def _answer_hook(
    service: HookService, caller: Caller, record: CallRecord, entry: ServiceEntry, body: bytes, place: Place
) -> Response:
    record.hook = entry.hook
    hook_request = service.decode_request(body, entry.accepted_hooks)
    # A server that the caller may not name is not read; the cards say what is missing.
    base_url = hook_request.fhir_server
    server = None
    if base_url and caller.may_read(base_url):
        server = PermittedServer(
            base_url,
            caller.allows_private(base_url),
            caller.fhir_servers.is_open,
            record.trace_context.headers,
            place.offer,
        )
    result = record.result = service.answer_call(
        entry.id,
        hook_request,
        caller.tenant,
        server,
        CardVisibility(caller.is_silent, caller.exempt_roles, caller.client_id),
    )
    server_status = "allowed" if server else "not allowed" if base_url else "none"
    _log_result(entry, hook_request, result, caller, server_status, service.content.edition)
    return Response(result.body, mimetype=JSON)


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


def _log_result(
    entry: ServiceEntry,
    hook_request: HookRequest,
    result: CallResult,
    caller: Caller,
    server_status: str,
    edition: Edition,
) -> None:
    """Write one log line for the call: the rules shown and held back, and counts of the data that could not be used."""
    decision = result.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        content=edition.full_version,
        digest=edition.full_digest,
        signed_off=edition.sign_off is not None,
        cards=_rule_ids(decision.shown) if decision else [],
        held_back=_rule_ids(decision.held_back) if decision else [],
        exempt_role=_rule_ids(decision.hidden_for_role) if decision else [],
        suppressed=_rule_ids(one.recommendation for one in decision.suppressed) if decision else [],
        silent=caller.is_silent,
        fhir_server=server_status,
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(result.gap_codes),
        gaps=dict(result.gap_codes),
        milliseconds=round((time.perf_counter() - current_call_record().started_at) * 1000, 1),
        client=caller.client_id,
        **caller.claims,
    )


def _answer_feedback(entry: ServiceEntry, caller: Caller, received: DecodedFeedback, stored: int) -> Response:
    """Answer with the number of events that are new, and with the items that were not taken and why."""
    refused = [{"field": error.field, "text": error.message} for error in received.refused]
    counts = {"stored": stored, **({"refused": len(refused)} if refused else {})}
    _logger.info("feedback", service=entry.id, client=caller.client_id, **counts, **caller.claims)
    body = {"stored": stored, **({"refused": refused} if refused else {})}
    return Response(json.dumps(body, separators=(",", ":")), mimetype=JSON)


def _rule_ids(recommendations: Iterable[Recommendation]) -> list[str]:
    return [recommendation.rule.id for recommendation in recommendations]
