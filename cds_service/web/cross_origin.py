"""Cross-origin headers: which pages of other origins may call the services (CDS Hooks 2.0; Fetch, "CORS protocol").

They are few and the same for nearly every call, so they are made at the start. A call never comes with cookies.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from flask import Flask, Response, request

from cds_service.web.trace_context import REQUEST_ID

_SERVICES: Final = "/cds-services"
_ANY: Final = "*"
_PREFLIGHT_AGE_S: Final = 600  # for which a browser may keep the answer to a preflight
_PREFLIGHT_HEADERS: Final = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        f"Authorization, Content-Type, Accept, {REQUEST_ID}, traceparent, tracestate",
    ),
    ("Access-Control-Max-Age", str(_PREFLIGHT_AGE_S)),
)
_EXPOSED: Final = ("Access-Control-Expose-Headers", f"{REQUEST_ID}, Retry-After")
_VARY: Final = ("Vary", "Origin")

Headers = tuple[tuple[str, str], ...]


def allow_origins(app: Flask, origins: Iterable[str]) -> None:
    """Let pages of these origins, or of any (`*`), call what is under /cds-services, and read its errors too."""
    headers = _CrossOriginHeaders(origins)

    @app.after_request
    def add(response: Response) -> Response:
        environ = request.environ
        if environ.get("PATH_INFO", "").startswith(_SERVICES):
            for name, value in headers.of_call(environ["REQUEST_METHOD"], environ):
                response.headers.add(name, value)
        return response


class _CrossOriginHeaders:
    """The headers of answers to allowed origins. Scheme and host of an origin have no case."""

    def __init__(self, origins: Iterable[str]) -> None:
        given = frozenset(origin.lower() for origin in origins)
        self._by_origin: Mapping[str, Headers] = {
            origin: (("Access-Control-Allow-Origin", origin), _EXPOSED, _VARY) for origin in given
        }
        if _ANY in given:
            self._others: Headers = (("Access-Control-Allow-Origin", _ANY), _EXPOSED)
            self._by_origin = {}
        else:  # an answer that depends on the origin is none for a cache to give to others, also without headers
            self._others = (_VARY,) if given else ()

    def of_call(self, method: str, environ: Mapping[str, str]) -> Headers:
        """Return the headers for a call, by its method and its WSGI environment."""
        headers = self._by_origin.get(environ.get("HTTP_ORIGIN", "").lower(), self._others)
        if method != "OPTIONS" or headers in ((), (_VARY,)):
            return headers
        is_private = environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true"
        private = (("Access-Control-Allow-Private-Network", "true"),) if is_private else ()
        return headers + _PREFLIGHT_HEADERS + private
