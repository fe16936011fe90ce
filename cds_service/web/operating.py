"""The routes of operators and integrators: alive, ready, version, metrics, OpenAPI. No token is asked for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

_JSON = "application/json"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' text format


@dataclass(frozen=True, slots=True)
class Operations:
    """What the operators' routes tell. `metrics` is None where they are served on a port of their own, or nowhere."""

    version: Mapping[str, str]
    store_is_up: Callable[[], bool]
    is_stopping: Callable[[], bool]
    metrics: Callable[[], bytes] | None
    openapi: Callable[[], bytes]


def make_operators_routes(operations: Operations) -> Blueprint:
    """The routes over these parts."""
    routes = Blueprint("operations", __name__)
    version = _json(operations.version)

    @routes.get("/healthz")
    def alive() -> Response:
        return _answer(_json({"status": "alive"}))

    @routes.get("/readyz")
    def ready() -> Response:
        if operations.is_stopping():
            return _answer(_json({"status": "stopping"}), 503)
        if not operations.store_is_up():  # cards are given all the same; feedback is answered 503
            return _answer(_json({"status": "degraded", "store": "unavailable"}))
        return _answer(_json({"status": "ready", "store": "available"}))

    @routes.get("/version")
    def tell_version() -> Response:
        return _answer(version)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(operations.openapi(), mimetype=_JSON)

    if operations.metrics is not None:
        expose = operations.metrics

        @routes.get("/metrics")
        def metrics() -> Response:
            return Response(expose(), content_type=_METRICS)

    return routes


def _json(told: Mapping[str, str]) -> bytes:
    return json.dumps(dict(told)).encode()


def _answer(body: bytes, status: int = 200) -> Response:
    answer = Response(body, status, mimetype=_JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer
