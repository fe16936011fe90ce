"""The routes of operators and integrators: alive, ready, version, metrics, OpenAPI. No token is asked for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

_JSON = "application/json"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' text format


@dataclass(frozen=True, slots=True)
class OperatorEndpoints:
    """What the operators' routes tell. `metrics` is None where they are served on a port of their own, or nowhere."""

    version: Mapping[str, str]
    is_store_up: Callable[[], bool]
    is_stopping: Callable[[], bool]
    render_metrics: Callable[[], bytes] | None
    render_openapi: Callable[[], bytes]


def build_operator_routes(endpoints: OperatorEndpoints) -> Blueprint:
    """The routes over these parts."""
    routes = Blueprint("operations", __name__)
    version = _to_json(endpoints.version)

    @routes.get("/healthz")
    def alive() -> Response:
        return _json_response(_to_json({"status": "alive"}))

    @routes.get("/readyz")
    def ready() -> Response:
        if endpoints.is_stopping():
            return _json_response(_to_json({"status": "stopping"}), 503)
        if not endpoints.is_store_up():  # cards are given all the same; feedback is answered 503
            return _json_response(_to_json({"status": "degraded", "store": "unavailable"}))
        return _json_response(_to_json({"status": "ready", "store": "available"}))

    @routes.get("/version")
    def tell_version() -> Response:
        return _json_response(version)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(endpoints.render_openapi(), mimetype=_JSON)

    if endpoints.render_metrics is not None:
        expose = endpoints.render_metrics

        @routes.get("/metrics")
        def metrics() -> Response:
            return Response(expose(), content_type=_METRICS)

    return routes


def _to_json(values: Mapping[str, str]) -> bytes:
    return json.dumps(dict(values)).encode()


def _json_response(body: bytes, status: int = 200) -> Response:
    answer = Response(body, status, mimetype=_JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer
