"""Builds the Flask application from its parts, with body limit, CORS and slash handling."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, Request, Response
from werkzeug.routing import MapAdapter, Rule

from cds_service.admission.room import Room
from cds_service.log import lost_lines
from cds_service.service.catalogue import SERVICES
from cds_service.service.hook_service import HookService
from cds_service.trust.authentication import Authenticator
from cds_service.web.about import AboutPage, build_about_routes
from cds_service.web.cross_origin import allow_origins
from cds_service.web.errors import register_errors
from cds_service.web.hook_routes import build_hook_routes
from cds_service.web.host_names import restrict_host_names
from cds_service.web.instrumentation import MetricsRecorder, instrument
from cds_service.web.operator_routes import OperatorEndpoints, build_operator_routes
from cds_service.web.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_POST: Final = "POST"


@dataclass(frozen=True, slots=True)
class WebDependencies:
    """What the routes need. `discovery_body` is built once; `override_reasons` are the codes that cards offer.

    `page_routes`: of the pages for people, `/` and what demo mode has besides.
    """

    service: HookService
    discovery_body: bytes
    authenticator: Authenticator
    rate_limiter: RateLimiter
    room: Room
    metrics: MetricsRecorder
    override_reasons: frozenset[str]
    operator_endpoints: OperatorEndpoints
    find_about_page: Callable[[], AboutPage]
    page_routes: Blueprint


class _Application(Flask):
    def __init__(self) -> None:
        super().__init__(__name__, static_folder=None)
        self._call_routes: dict[str, tuple[Rule, Mapping[str, Any]]] = {}

    def find_call_routes(self) -> None:
        """Find the routes of the hook calls now: nearly every request is one, and finding a route takes its time."""
        find_route = self.url_map.bind("").match
        paths = [f"/cds-services/{service_id}" for service_id in SERVICES]
        self._call_routes = {path: find_route(path, _POST, return_rule=True) for path in paths}

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the route of a request, or None once the request has it."""
        route = self._call_routes.get(request.path) if request is not None and request.method == _POST else None
        if request is None or route is None:
            return super().create_url_adapter(request)
        request.url_rule, arguments = route
        request.view_args = {**arguments}
        return None

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
    app = _Application()
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.config["MAX_FORM_MEMORY_SIZE"] = body_limit  # a form may hold a whole request
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
    app.register_blueprint(build_about_routes(dependencies.find_about_page))
    app.register_blueprint(dependencies.page_routes)
    register_errors(app)
    app.after_request(_forbid_content_sniffing)
    recorder = dependencies.service.recorder
    losses = {
        "cards_lost": lambda: recorder.lost_cards,
        "cards_in_memory_only": lambda: recorder.cards_in_memory_only,
        "log_lines_lost": lost_lines,
    }
    instrument(app, dependencies.metrics, dependencies.override_reasons, losses)
    if host_names is not None:
        restrict_host_names(app, host_names)
    allow_origins(app, allowed_origins)
    app.find_call_routes()
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
