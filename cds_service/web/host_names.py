"""Lets demo mode be called by this machine's own names alone.

Demo mode asks for no token. A web page whose name is suddenly an address of this machine (DNS rebinding) could
otherwise read the answers as if they were its own.
"""

import re

from flask import Flask, request

from cds_service.errors import ForeignHost

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::\d+)?")


def restrict_host_names(app: Flask, names: frozenset[str]) -> None:
    """Refuse every request whose Host header is none of these names, with any port. HTTP/1.0 may leave it out."""

    @app.before_request
    def check() -> None:
        match = _HOST.fullmatch(request.environ.get("HTTP_HOST", "localhost"))
        if match is None or match[1].lower() not in names:
            raise ForeignHost("demo mode answers this machine's own names only, or that of `public_url`")
