"""The routes of CDS Hooks: discovery, hook calls, feedback."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.errors import NotJson, UnknownService
from cds_service.service.answering import Answer, HookService, Showing
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.trust.admission import Admission
from cds_service.trust.caller import Caller
from cds_service.wire.feedback import read_feedback
from cds_service.wire.request import HookRequest

JSON = "application/json"
_logger = structlog.get_logger(__name__)


def make_routes(
    service: HookService, discovery: bytes, admission: Admission, clock: Callable[[], datetime]
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
        started = time.perf_counter()
        caller = admission.to_service(_authorization(), service_id)
        entry = _entry(service_id)
        hook_request = service.read(_body(), entry.accepted)
        base = _fhir_base(hook_request, caller)
        showing = Showing(caller.silent, caller.exempt_roles)
        allows_private = base is not None and caller.allows_private(base)
        answer = service.answer(entry.id, hook_request, caller.tenant, base, showing, allows_private=allows_private)
        _log(entry, hook_request, answer, caller, time.perf_counter() - started)
        return Response(answer.response.to_json(), mimetype=JSON)

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        caller = admission.to_feedback(_authorization(), service_id)
        entry = _entry(service_id)
        stored = service.memory.record(entry.id, caller.tenant, read_feedback(_body()), clock())
        _logger.info("feedback", service=entry.id, stored=stored, client=caller.client, **caller.claims)
        return Response(f'{{"stored":{stored}}}', mimetype=JSON)

    return routes


def _authorization() -> str | None:
    return request.headers.get("Authorization")


def _entry(service_id: str) -> ServiceEntry:
    entry = SERVICES.get(service_id)
    if entry is None:
        raise UnknownService("no service of that id is offered here")
    return entry


def _body() -> bytes:
    kind = request.mimetype
    if kind and kind != JSON and not kind.endswith("+json"):
        raise NotJson("the body must be JSON: Content-Type application/json")
    body = request.get_data(cache=False)
    if request.content_length is None:
        request.stream.read(1)  # where the limit has cut a chunked body short, this raises; reading it all did not
    return body


def _fhir_base(hook_request: HookRequest, caller: Caller) -> str | None:
    """The FHIR server to read. One the caller may not name is left alone: cards say what could not be read."""
    base = hook_request.fhir_server
    return base if base and caller.may_read(base) else None


def _told(hook_request: HookRequest, caller: Caller) -> str:
    if not hook_request.fhir_server:
        return "none"
    return "allowed" if _fhir_base(hook_request, caller) else "not allowed"


def _log(entry: ServiceEntry, hook_request: HookRequest, answer: Answer, caller: Caller, seconds: float) -> None:
    """One line for each call: what was said and held back by rule, counts of what could not be used."""
    decision = answer.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        cards=[said.rule.id for said in decision.shown] if decision else [],
        held_back=[said.rule.id for said in decision.held_back] if decision else [],
        exempt_role=[said.rule.id for said in decision.exempted] if decision else [],
        silent=caller.silent,
        fhir_server=_told(hook_request, caller),
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(answer.gaps),
        gaps=dict(answer.gaps),
        milliseconds=round(seconds * 1000, 1),
        client=caller.client,
        **caller.claims,
    )
