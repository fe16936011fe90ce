"""A request as granian tells it, told anew as WSGI has it (PEP 3333, "environ Variables")."""

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from granian.rsgi import Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, WSGIEnvironment

_CONSTANT_VARIABLES: Final[dict[str, Any]] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,  # werkzeug's word for a stream that ends where the body does
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_UNPREFIXED_HEADERS: Final = frozenset({"content-type", "content-length"})


def build_environ(scope: Scope, body: "InputStream") -> "WSGIEnvironment":
    """The environment of a request, with this body."""
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
    """The text's bytes, each as one character: PEP 3333, "Unicode Issues". Not all callers escape a query."""
    return text.encode().decode("latin-1")


def _add_headers(environ: dict[str, Any], headers: list[tuple[str, str]]) -> None:
    """What stands in several lines is one value: RFC 9110, 5.2; cookies have a sign of their own."""
    found: dict[str, str] = {}
    for name, value in headers:
        if "_" in name:
            continue  # or `x_request_id` would stand for `x-request-id`, past a proxy that drops the latter alone
        variable = _variable(name)
        if variable in found:
            found[variable] += ("; " if name == "cookie" else ",") + value
        else:
            found[variable] = value
    environ.update(found)


@lru_cache(maxsize=256)  # callers choose names, so not all of them
def _variable(name: str) -> str:
    variable = name.upper().replace("-", "_")
    return variable if name in _UNPREFIXED_HEADERS else f"HTTP_{variable}"
