"""Translates a granian request into a WSGI environment (PEP 3333, "environ Variables")."""

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from granian.rsgi import Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, WSGIEnvironment

_CONSTANT_VARIABLES: Final[dict[str, Any]] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,  # tells werkzeug that the stream ends with the body
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_UNPREFIXED_HEADERS: Final = frozenset({"content-type", "content-length"})


def build_environ(scope: Scope, body: "InputStream") -> "WSGIEnvironment":
    """Build the environment of a request with this body."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        **_CONSTANT_VARIABLES,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _to_native_string(scope.path),
        "QUERY_STRING": _to_native_string(scope.query_string),
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
    }
    _add_headers(environ, scope.headers.items())
    return environ


def _to_native_string(text: str) -> str:
    """Return the text's bytes as one character each (PEP 3333, "Unicode Issues"). Not all clients escape queries."""
    return text.encode().decode("latin-1")


def _add_headers(environ: dict[str, Any], headers: list[tuple[str, str]]) -> None:
    """Add the headers, repeated ones joined by commas (RFC 9110, 5.2) or, for cookies, by semicolons."""
    variables: dict[str, str] = {}
    for name, value in headers:
        if "_" in name:
            continue  # otherwise `x_request_id` could pass for `x-request-id` behind a proxy that only drops the latter
        variable = _variable(name)
        if variable in variables:
            variables[variable] += ("; " if name == "cookie" else ",") + value
        else:
            variables[variable] = value
    environ.update(variables)


@lru_cache(maxsize=256)  # bounded, since clients choose the names
def _variable(name: str) -> str:
    variable = name.upper().replace("-", "_")
    return variable if name in _UNPREFIXED_HEADERS else f"HTTP_{variable}"
