"""The routes of CDS Hooks: discovery, hook calls, feedback."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.errors import UnknownService
from cds_service.model.edition import Edition
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.service.hook_service import CallResult, CardVisibility, HookService
from cds_service.trust.authentication import Authenticator
from cds_service.trust.caller import Caller
from cds_service.web.instrumentation import CallRecord, current_call_record
from cds_service.web.rate_limiter import RateLimiter
from cds_service.web.request_body import JSON, get_request_body
from cds_service.wire.feedback import decode_feedback
from cds_service.wire.request import HookRequest

_logger = structlog.get_logger(__name__)


def build_hook_routes(
    service: HookService,
    discovery_body: bytes,
    authenticator: Authenticator,
    clock: Callable[[], datetime],
    rate_limiter: RateLimiter,
) -> Blueprint:
    """The routes over one service. Who calls is found before anything of a call is read."""
    routes = Blueprint("cds-services", __name__)

    @routes.get("/")
    def root() -> AnyResponse:
        return redirect("/cds-services")

    @routes.get("/cds-services")
    @routes.get("/cds-services/")
    def discover() -> Response:
        authenticator.authenticate_discovery(_authorization_header())
        return Response(discovery_body, mimetype=JSON)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services/<service_id>/")
    def call(service_id: str) -> Response:
        caller = authenticator.authenticate_call(_authorization_header(), service_id)
        noted = _admit_caller(caller, rate_limiter)
        return _answer_hook(service, caller, noted, _find_service(service_id))

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        caller = authenticator.authenticate_feedback(_authorization_header(), service_id)
        noted = _admit_caller(caller, rate_limiter)
        entry = _find_service(service_id)
        told = noted.feedback = decode_feedback(get_request_body())
        stored = service.recorder.record_feedback(entry.id, caller.tenant, told, clock())
        _logger.info("feedback", service=entry.id, stored=stored, client=caller.client_id, **caller.claims)
        return Response(f'{{"stored":{stored}}}', mimetype=JSON)

    return routes


def accepts_body(path: str) -> bool:
    """Whether a POST to this path is read, once its caller is let in."""
    parts = [part for part in path.split("/") if part]
    return parts[:1] == ["cds-services"] and len(parts) > 1 and parts[1] in SERVICES and parts[2:] in ([], ["feedback"])


def _answer_hook(service: HookService, caller: Caller, record: CallRecord, entry: ServiceEntry) -> Response:
    record.hook = entry.hook
    hook_request = service.decode_request(get_request_body(), entry.accepted_hooks)
    base = _allowed_fhir_base(hook_request, caller)
    answer = record.result = service.answer_call(
        entry.id,
        hook_request,
        caller.tenant,
        base,
        CardVisibility(caller.is_silent, caller.exempt_roles, caller.client_id),
        allows_private=base is not None and caller.allows_private(base),
        trace_headers=record.trace_context.headers,
    )
    _log_result(entry, hook_request, answer, caller, service.content.edition)
    return Response(answer.body, mimetype=JSON)


def _authorization_header() -> str | None:
    return request.headers.get("Authorization")


def _admit_caller(caller: Caller, rate_limiter: RateLimiter) -> CallRecord:
    """The notes of the call at hand, once its caller is known and within its rate."""
    noted = current_call_record()
    noted.client_id, noted.is_silent = caller.client_id, caller.is_silent
    rate_limiter.admit(noted.client_id)
    return noted


def _find_service(service_id: str) -> ServiceEntry:
    entry = SERVICES.get(service_id)
    if entry is None:
        raise UnknownService("no service of that id is offered here")
    return entry


def _allowed_fhir_base(hook_request: HookRequest, caller: Caller) -> str | None:
    """The FHIR server to read. One the caller may not name is left alone: cards say what could not be read."""
    base = hook_request.fhir_server
    return base if base and caller.may_read(base) else None


def _fhir_server_status(hook_request: HookRequest, caller: Caller) -> str:
    if not hook_request.fhir_server:
        return "none"
    return "allowed" if _allowed_fhir_base(hook_request, caller) else "not allowed"


def _log_result(
    entry: ServiceEntry, hook_request: HookRequest, result: CallResult, caller: Caller, edition: Edition
) -> None:
    """One line for each call: what was said and held back by rule, counts of what could not be used."""
    decision = result.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        content=edition.full_version,
        digest=edition.full_digest,
        signed_off=edition.sign_off is not None,
        cards=[said.rule.id for said in decision.shown] if decision else [],
        held_back=[said.rule.id for said in decision.held_back] if decision else [],
        exempt_role=[said.rule.id for said in decision.hidden_for_role] if decision else [],
        silent=caller.is_silent,
        fhir_server=_fhir_server_status(hook_request, caller),
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(result.gap_codes),
        gaps=dict(result.gap_codes),
        milliseconds=round((time.perf_counter() - current_call_record().started_at) * 1000, 1),
        client=caller.client_id,
        **caller.claims,
    )
