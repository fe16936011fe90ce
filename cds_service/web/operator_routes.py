"""The routes for operators and integrators: health, readiness, version, metrics, OpenAPI. They need no token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

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


def build_operator_routes(endpoints: OperatorEndpoints) -> Blueprint:
    """Build the operator routes."""
    routes = Blueprint("operations", __name__)
    version = _to_json(endpoints.version)

    @routes.get("/healthz")
    def alive() -> Response:
        return _json_response(_to_json({"status": "alive"}))

    @routes.get("/readyz")
    def ready() -> Response:
        if endpoints.is_stopping():
            return _json_response(_to_json({"status": "stopping"}), 503)
        return _json_response(_to_json(_describe_readiness(endpoints)))

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
