"""A FHIR server that answers each search after a fixed time with the resources of a chart."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from benchmarks.bodies import bundle
from benchmarks.load import HOST


@contextmanager
def stub_ehr(chart: dict[str, Any], delay: float) -> Iterator[str]:
    """Run a server with these prefetched resources that takes `delay` seconds for each search; yield its base URL."""
    server = ThreadingHTTPServer((HOST, 0), _handler(_by_kind(chart), delay))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _by_kind(chart: dict[str, Any]) -> dict[str, bytes]:
    """Return the answer for each resource type, which is the first part of a query's path."""
    answers = {}
    for value in chart.values():
        if value and value.get("entry"):
            answers[value["entry"][0]["resource"]["resourceType"]] = json.dumps(value).encode()
        elif value and value["resourceType"] != "Bundle":
            answers[value["resourceType"]] = json.dumps(value).encode()
    return answers


def _handler(answers: dict[str, bytes], delay: float) -> type[BaseHTTPRequestHandler]:
    nothing = json.dumps(bundle([])).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept open
        wbufsize = -1  # head and body leave in one packet: a second would wait for the first
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer a search."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            """Answer a read or a search."""
            time.sleep(delay)
            body = answers.get(urlsplit(self.path).path.split("/")[1], nothing)
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Log nothing."""

    return Handler
