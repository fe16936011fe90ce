"""The routes of CDS Hooks: discovery, hook calls, feedback."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.errors import NotJson, UnknownService
from cds_service.service.answering import Answer, HookService
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.trust.caller import Caller
from cds_service.wire.feedback import read_feedback
from cds_service.wire.request import HookRequest

JSON = "application/json"
_logger = structlog.get_logger(__name__)


def make_routes(service: HookService, discovery: bytes, caller: Caller, clock: Callable[[], datetime]) -> Blueprint:
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
        started = time.perf_counter()
        entry = _entry(service_id)
        hook_request = service.read(_body(), entry.accepted)
        answer = service.answer(entry.id, hook_request, caller.tenant, _fhir_base(hook_request, caller))
        _log(entry, hook_request, answer, time.perf_counter() - started, service)
        return Response(answer.response.to_json(), mimetype=JSON)

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services/<service_id>/feedback/")
    def feedback(service_id: str) -> Response:
        entry = _entry(service_id)
        stored = service.memory.record(entry.id, caller.tenant, read_feedback(_body()), clock())
        _logger.info("feedback", service=entry.id, stored=stored)
        return Response(f'{{"stored":{stored}}}', mimetype=JSON)

    return routes


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
    base = hook_request.fhir_server
    return base if base and caller.may_read(base) else None


def _log(entry: ServiceEntry, hook_request: HookRequest, answer: Answer, seconds: float, service: HookService) -> None:
    """One line for each call: what was said and held back by rule, counts of what could not be used."""
    decision, edition = answer.decision, service.content.edition
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
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(decision.chart.unavailable) if decision else 0,
        milliseconds=round(seconds * 1000, 1),
    )
