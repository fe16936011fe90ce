"""The routes of CDS Hooks: discovery, hook calls, feedback."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.errors import UnknownService
from cds_service.logic.content import Edition
from cds_service.service.answering import Answer, HookService, Showing
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.trust.admission import Admission
from cds_service.trust.caller import Caller
from cds_service.web.intake import JSON, read_body
from cds_service.web.observing import Notes, notes
from cds_service.web.throttle import Throttle
from cds_service.wire.feedback import read_feedback
from cds_service.wire.request import HookRequest

_logger = structlog.get_logger(__name__)


def make_routes(
    service: HookService, discovery: bytes, admission: Admission, clock: Callable[[], datetime], throttle: Throttle
) -> Blueprint:
    """The routes over one service. Who calls is found before anything of a call is read."""
    routes = Blueprint("cds-services", __name__)

    @routes.get("/")
    def root() -> AnyResponse:
        return redirect("/cds-services")

    @routes.get("/cds-services")
    @routes.get("/cds-services/")
    def discover() -> Response:
        admission.to_discovery(_authorization())
        return Response(discovery, mimetype=JSON)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services/<service_id>/")
    def call(service_id: str) -> Response:
        caller = admission.to_service(_authorization(), service_id)
        noted = _admitted(caller, throttle)
        return _called(service, caller, noted, _entry(service_id))

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        caller = admission.to_feedback(_authorization(), service_id)
        noted = _admitted(caller, throttle)
        entry = _entry(service_id)
        told = noted.feedback = read_feedback(read_body())
        stored = service.memory.record(entry.id, caller.tenant, told, clock())
        _logger.info("feedback", service=entry.id, stored=stored, client=caller.client, **caller.claims)
        return Response(f'{{"stored":{stored}}}', mimetype=JSON)

    return routes


def takes_body(path: str) -> bool:
    """Whether a POST to this path is read, once its caller is let in."""
    parts = [part for part in path.split("/") if part]
    return parts[:1] == ["cds-services"] and len(parts) > 1 and parts[1] in SERVICES and parts[2:] in ([], ["feedback"])


def _called(service: HookService, caller: Caller, noted: Notes, entry: ServiceEntry) -> Response:
    noted.hook = entry.hook
    hook_request = service.read(read_body(), entry.accepted)
    base = _fhir_base(hook_request, caller)
    answer = noted.answer = service.answer(
        entry.id,
        hook_request,
        caller.tenant,
        base,
        Showing(caller.silent, caller.exempt_roles, caller.client),
        allows_private=base is not None and caller.allows_private(base),
        trace_headers=noted.trace.headers,
    )
    _log(entry, hook_request, answer, caller, service.content.edition)
    return Response(answer.body, mimetype=JSON)


def _authorization() -> str | None:
    return request.headers.get("Authorization")


def _admitted(caller: Caller, throttle: Throttle) -> Notes:
    """The notes of the call at hand, once its caller is known and within its rate."""
    noted = notes()
    noted.client, noted.silent = caller.client, caller.silent
    throttle.admit(noted.client)
    return noted


def _entry(service_id: str) -> ServiceEntry:
    entry = SERVICES.get(service_id)
    if entry is None:
        raise UnknownService("no service of that id is offered here")
    return entry


def _fhir_base(hook_request: HookRequest, caller: Caller) -> str | None:
    """The FHIR server to read. One the caller may not name is left alone: cards say what could not be read."""
    base = hook_request.fhir_server
    return base if base and caller.may_read(base) else None


def _told(hook_request: HookRequest, caller: Caller) -> str:
    if not hook_request.fhir_server:
        return "none"
    return "allowed" if _fhir_base(hook_request, caller) else "not allowed"


def _log(entry: ServiceEntry, hook_request: HookRequest, answer: Answer, caller: Caller, edition: Edition) -> None:
    """One line for each call: what was said and held back by rule, counts of what could not be used."""
    decision = answer.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        content=edition.label,
        digest=edition.digests,
        signed_off=edition.sign_off is not None,
        cards=[said.rule.id for said in decision.shown] if decision else [],
        held_back=[said.rule.id for said in decision.held_back] if decision else [],
        exempt_role=[said.rule.id for said in decision.exempted] if decision else [],
        silent=caller.silent,
        fhir_server=_told(hook_request, caller),
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(answer.gaps),
        gaps=dict(answer.gaps),
        milliseconds=round((time.perf_counter() - notes().started) * 1000, 1),
        client=caller.client,
        **caller.claims,
    )
