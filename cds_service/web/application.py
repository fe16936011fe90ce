"""Builds the Flask application from its parts, with body limit, CORS and slash handling."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from flask_cors import CORS

from cds_service.admission.room import Room
from cds_service.log import lost_lines
from cds_service.service.hook_service import HookService
from cds_service.trust.authentication import Authenticator
from cds_service.web.about import AboutPage, build_about_routes
from cds_service.web.errors import register_errors
from cds_service.web.hook_routes import build_hook_routes
from cds_service.web.host_names import restrict_host_names
from cds_service.web.instrumentation import MetricsRecorder, instrument
from cds_service.web.operator_routes import OperatorEndpoints, build_operator_routes
from cds_service.web.rate_limiter import RateLimiter
from cds_service.web.trace_context import REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFLIGHT_AGE = 600  # seconds for which a browser may cache a preflight response


@dataclass(frozen=True, slots=True)
class WebDependencies:
    """What the routes need. `discovery_body` is built once; `override_reasons` are the codes that cards offer."""

    service: HookService
    discovery_body: bytes
    authenticator: Authenticator
    rate_limiter: RateLimiter
    room: Room
    metrics: MetricsRecorder
    override_reasons: frozenset[str]
    operator_endpoints: OperatorEndpoints
    about_page: AboutPage


class _Application(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or handler as it is. None of ours is a coroutine, and Flask would ask each in every call."""
        return func


def build_flask_app(
    dependencies: WebDependencies,
    *,
    body_limit: int,
    allowed_origins: Iterable[str],
    host_names: frozenset[str] | None = None,
) -> Flask:
    """Build the application from its parts. `body_limit` is in bytes; `host_names`: all it answers to."""
    app = _Application(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.register_blueprint(
        build_hook_routes(
            dependencies.service,
            dependencies.discovery_body,
            dependencies.authenticator,
            dependencies.rate_limiter,
            dependencies.room,
        )
    )
    app.register_blueprint(build_operator_routes(dependencies.operator_endpoints))
    app.register_blueprint(build_about_routes(dependencies.about_page))
    register_errors(app)
    app.after_request(_forbid_content_sniffing)
    losses = {"cards_lost": lambda: dependencies.service.recorder.lost_cards, "log_lines_lost": lost_lines}
    instrument(app, dependencies.metrics, dependencies.override_reasons, losses)
    if host_names is not None:
        restrict_host_names(app, host_names)
    # Errors under /cds-services have CORS headers too (CDS Hooks 2.0, "Cross-Origin Resource Sharing").
    CORS(
        app,
        resources={r"/cds-services.*": {}},
        origins=list(allowed_origins),
        methods=["GET", "POST", "OPTIONS"],
        allow_headers=["Authorization", "Content-Type", "Accept", REQUEST_ID, "traceparent", "tracestate"],
        expose_headers=[REQUEST_ID, "Retry-After"],
        max_age=_PREFLIGHT_AGE,
        allow_private_network=True,
    )
    app.wsgi_app = _collapse_slashes(app.wsgi_app)  # type: ignore[method-assign,assignment]  # Flask's own way to wrap it
    return app


def _forbid_content_sniffing(response: Response) -> Response:
    """Stop browsers from guessing the type of a response, which could turn it into a page (Fetch, "nosniff")."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _collapse_slashes(wsgi_app: "WSGIApplication") -> "WSGIApplication":
    """Replace `//` in paths by `/`.

    A client configured with a trailing slash sends `//`, and a redirect would fail its preflight.
    """

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        path = environ.get("PATH_INFO", "")
        if "//" in path:
            environ["PATH_INFO"] = re.sub("/{2,}", "/", path)
        return wsgi_app(environ, start_response)

    return wrapped
