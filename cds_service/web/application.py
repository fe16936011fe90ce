"""The Flask application around the parts it is given: limits, CORS, slashes."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from flask_cors import CORS

from cds_service.service.answering import HookService
from cds_service.trust.admission import Admission
from cds_service.web.about import AboutPage, make_about_routes
from cds_service.web.errors import register_errors
from cds_service.web.observing import Counts, observe
from cds_service.web.operating import Operations, make_operators_routes
from cds_service.web.routes import make_routes
from cds_service.web.throttle import Throttle
from cds_service.web.tracing import REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFLIGHT_AGE = 600  # seconds a browser may keep a preflight's answer


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the routes use. `discovery` is the discovery answer, made once; `reasons` are the codes cards offer."""

    service: HookService
    discovery: bytes
    admission: Admission
    clock: Callable[[], datetime]
    throttle: Throttle
    counts: Counts
    reasons: frozenset[str]
    operations: Operations
    about: AboutPage


def make_application(parts: WebParts, *, body_limit: int, origins: Iterable[str]) -> Flask:
    """An application that answers with these parts. `body_limit` is in bytes."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.register_blueprint(make_routes(parts.service, parts.discovery, parts.admission, parts.clock, parts.throttle))
    app.register_blueprint(make_operators_routes(parts.operations))
    app.register_blueprint(make_about_routes(parts.about))
    register_errors(app)
    app.after_request(_as_declared)
    observe(app, parts.counts, parts.reasons, lambda: parts.service.memory.lost)
    # Every answer under /cds-services carries the headers, errors too (CDS Hooks 2.0, "Cross-Origin Resource Sharing").
    CORS(
        app,
        resources={r"/cds-services.*": {}},
        origins=list(origins),
        methods=["GET", "POST", "OPTIONS"],
        allow_headers=["Authorization", "Content-Type", "Accept", REQUEST_ID, "traceparent", "tracestate"],
        expose_headers=[REQUEST_ID, "Retry-After"],
        max_age=_PREFLIGHT_AGE,
        allow_private_network=True,
    )
    app.wsgi_app = _single_slashes(app.wsgi_app)  # type: ignore[method-assign,assignment]  # Flask's own way to wrap it
    return app


def _as_declared(response: Response) -> Response:
    """Browsers take an answer for what it says it is, and never guess a page in it (Fetch, "nosniff")."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _single_slashes(inner: "WSGIApplication") -> "WSGIApplication":
    """Callers who typed a trailing slash send `//` in the path; a redirect would fail their preflight."""

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        path = environ.get("PATH_INFO", "")
        if "//" in path:
            environ["PATH_INFO"] = re.sub("/{2,}", "/", path)
        return inner(environ, start_response)

    return wrapped
