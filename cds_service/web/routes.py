"""The routes of CDS Hooks: discovery, hook calls, feedback."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from cds_service.errors import UnknownService
from cds_service.logic.content import Edition
from cds_service.service.answering import Answer, HookService
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.trust.caller import Caller
from cds_service.web.intake import JSON, read_body
from cds_service.web.observing import Notes, notes
from cds_service.web.throttle import Throttle
from cds_service.wire.feedback import read_feedback
from cds_service.wire.request import HookRequest

_logger = structlog.get_logger(__name__)


def make_routes(
    service: HookService, discovery: bytes, caller: Caller, clock: Callable[[], datetime], throttle: Throttle
) -> Blueprint:
    """The routes over one service. In demo mode every call is `caller`'s, and a bearer token is ignored."""
    routes = Blueprint("cds-services", __name__)

    @routes.get("/")
    def root() -> AnyResponse:
        return redirect("/cds-services")

    @routes.get("/cds-services")
    @routes.get("/cds-services/")
    def discover() -> Response:
        return Response(discovery, mimetype=JSON)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services/<service_id>/")
    def call(service_id: str) -> Response:
        noted = _admitted(caller, throttle)
        entry = _entry(service_id)
        noted.hook = entry.hook
        hook_request = service.read(read_body(), entry.accepted)
        base = _fhir_base(hook_request, caller)
        answer = service.answer(entry.id, hook_request, caller.tenant, base, trace_headers=noted.trace.headers)
        noted.answer = answer
        _log(entry, hook_request, answer, service.content.edition, time.perf_counter() - noted.started)
        return Response(answer.body, mimetype=JSON)

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        noted = _admitted(caller, throttle)
        entry = _entry(service_id)
        told = noted.feedback = read_feedback(read_body())
        stored = service.memory.record(entry.id, caller.tenant, told, clock())
        _logger.info("feedback", service=entry.id, stored=stored)
        return Response(f'{{"stored":{stored}}}', mimetype=JSON)

    return routes


def _admitted(caller: Caller, throttle: Throttle) -> Notes:
    """The notes of the call at hand, once its caller is known and within its rate."""
    noted = notes()
    noted.client = caller.tenant
    throttle.admit(noted.client)
    return noted


def _entry(service_id: str) -> ServiceEntry:
    entry = SERVICES.get(service_id)
    if entry is None:
        raise UnknownService("no service of that id is offered here")
    return entry


def _fhir_base(hook_request: HookRequest, caller: Caller) -> str | None:
    base = hook_request.fhir_server
    return base if base and caller.may_read(base) else None


def _log(entry: ServiceEntry, hook_request: HookRequest, answer: Answer, edition: Edition, seconds: float) -> None:
    """One line for each call: what was said and held back by rule, counts of what could not be used."""
    decision = answer.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        cards=[said.rule.id for said in decision.shown] if decision else [],
        held_back=[said.rule.id for said in decision.held_back] if decision else [],
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(decision.chart.unavailable) if decision else 0,
        milliseconds=round(seconds * 1000, 1),
        client=notes().client,
        content=edition.version,
        digest=edition.digest[:12],
    )
