"""The routes for operators and integrators: health, readiness, version, metrics, OpenAPI. They need no token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, Response, request

from cds_service.web.request_body import JSON

_METRICS = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' text format


@dataclass(frozen=True, slots=True)
class OperatorEndpoints:
    """What the operator routes serve. `render_metrics` is None if metrics have their own port or are not served.

    `advisories`: one sentence for each safety notice that lists the content in use.
    """

    version: Mapping[str, str]
    is_store_up: Callable[[], bool]
    is_stopping: Callable[[], bool]
    render_metrics: Callable[[], bytes] | None
    render_openapi: Callable[[], bytes]
    advisories: tuple[str, ...] = ()


class Answer(NamedTuple):
    """An answer that needs no thread."""

    status: int
    body: bytes


_ALIVE = Answer(200, b'{"status": "alive"}')
PROBE_HEADERS = (("content-type", JSON), ("cache-control", "no-store"), ("x-content-type-options", "nosniff"))


def answer_probe(endpoints: OperatorEndpoints, path: str) -> Answer | None:
    """Return the answer to a probe, or None for any other path. It waits for nothing."""
    if path == "/healthz":
        return _ALIVE
    if path != "/readyz":
        return None
    if endpoints.is_stopping():
        return Answer(503, _to_json({"status": "stopping"}))
    return Answer(200, _to_json(_describe_readiness(endpoints)))


def build_operator_routes(endpoints: OperatorEndpoints) -> Blueprint:
    """Build the operator routes."""
    routes = Blueprint("operations", __name__)
    version = _to_json(endpoints.version)

    @routes.get("/healthz")
    @routes.get("/readyz")
    def probe() -> Response:  # under a server other than `serve`, which answers probes before they come here
        answer = answer_probe(endpoints, request.path) or _ALIVE
        return _json_response(answer.body, answer.status)

    @routes.get("/version")
    def tell_version() -> Response:
        return _json_response(version)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(endpoints.render_openapi(), mimetype=JSON)

    if endpoints.render_metrics is not None:
        render_metrics = endpoints.render_metrics

        @routes.get("/metrics")
        def metrics() -> Response:
            return Response(render_metrics(), content_type=_METRICS)

    return routes


def _describe_readiness(endpoints: OperatorEndpoints) -> dict[str, str]:
    """Describe a service that answers calls. Cards are served while degraded; without the store feedback gets a 503."""
    is_store_up = endpoints.is_store_up()
    status = "ready" if is_store_up and not endpoints.advisories else "degraded"
    notices = {"advisories": " ".join(endpoints.advisories)} if endpoints.advisories else {}
    return {"status": status, "store": "available" if is_store_up else "unavailable", **notices}


def _to_json(values: Mapping[str, str]) -> bytes:
    return json.dumps(dict(values)).encode()


def _json_response(body: bytes, status: int = 200) -> Response:
    response = Response(body, status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
