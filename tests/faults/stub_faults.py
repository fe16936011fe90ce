"""The faults of the stub FHIR server: each has been seen on a real one, or is what a hostile one would do."""

import gzip
import json
import os
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from .stub_fhir import Asked, Stub

Json = dict[str, Any]
FHIR_JSON = "application/fhir+json"
INTERNAL = "http://169.254.169.254/latest/meta-data/"  # where clouds keep credentials
LONGEST: Final = 240.0  # seconds a fault goes on when nobody stops it: longer than any test waits
SLOWLY: Final = 0.6  # seconds: late, and in time
BOMB: Final = gzip.compress(b" " * 100_000_000, 1)  # 100 kB that unpack to 100 MB


@dataclass
class Page:
    """A well-behaved answer, and the parts that a fault can corrupt."""

    stub: "Stub"
    asked: "Asked"
    resource: Json | None = None
    wanted: dict[str, str] = field(default_factory=dict)
    matches: list[Json] | None = None
    start: int = 0

    def bundle(self, matches: list[Json] | None = None, following: str | None = None) -> Json:
        """A page of the search, with a link to the next one where there is more."""
        matches = (self.matches or []) if matches is None else matches
        end = self.start + self.stub.page_size
        entries = [
            {"fullUrl": f"{self.stub.base}/{resource['resourceType']}/{resource['id']}", "resource": resource}
            for resource in matches[self.start : end]
        ]
        if following is None and end < len(matches):
            following = self.link(**self.wanted | {"start": str(end)})
        links = [{"relation": "self", "url": self.link(**self.wanted)}]
        links += [{"relation": "next", "url": following}] if following else []
        return {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": links, "entry": entries}

    def link(self, **parameters: object) -> str:
        """Return a URL of this search."""
        return f"{self.stub.base}/{self.asked.kind}?{urlencode(parameters)}"

    def body(self) -> Json | None:
        """Return what a well-behaved server would send."""
        return self.resource if self.matches is None else self.bundle()

    def send(self, handler: BaseHTTPRequestHandler, body: Json | None = None) -> None:
        """Send it, or another body in its place."""
        body = self.body() if body is None else body
        plain(handler, 404 if body is None else 200, json.dumps(body or outcome("not-found")).encode())

    def strangers(self) -> list[Json]:
        """Return the resources of the same type of all patients."""
        return self.stub.find(self.asked.kind, {}, only=None)


def plain(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = FHIR_JSON, **headers: str) -> None:
    """Send an answer with a Content-Length."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


def outcome(code: str = "processing", severity: str = "error") -> Json:
    """Return an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


Fault = Callable[[BaseHTTPRequestHandler, Page], None]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Register a fault under its name."""

    def enter(what: Fault) -> Fault:
        FAULTS[name] = what
        return what

    return enter


def status(code: int, **headers: str) -> Fault:
    """A status with an OperationOutcome, as servers give it."""
    return lambda handler, _page: plain(handler, code, json.dumps(outcome()).encode(), **headers)


for number in (400, 401, 403, 404, 405, 410, 500, 502, 504):
    FAULTS[str(number)] = status(number)
for number in (429, 503):
    FAULTS[str(number)] = status(number, Retry_After="3600")
FAULTS["406"] = status(406)


def _ticks(page: Page, seconds: float = 0.05) -> Iterator[None]:
    for _ in range(int(LONGEST / seconds)):
        if page.stub.stopped.wait(seconds):
            return
        yield


@fault("hang")
def _hang(_handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.stub.stopped.wait(LONGEST)


@fault("slow")
def _slow(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.stub.stopped.wait(SLOWLY)
    page.send(handler)


@fault("drip-head")
def _drip_head(handler: BaseHTTPRequestHandler, page: Page) -> None:
    handler.send_response(200)
    handler.flush_headers()
    for _ in _ticks(page):
        handler.wfile.write(b"X-Slow: y\r\n")
        handler.wfile.flush()


@fault("drip-body")
def _drip_body(handler: BaseHTTPRequestHandler, page: Page) -> None:
    _begin(handler, Content_Length="100000")
    for _ in _ticks(page):
        handler.wfile.write(b" ")
        handler.wfile.flush()


@fault("endless-body")
def _endless_body(handler: BaseHTTPRequestHandler, page: Page) -> None:
    _begin(handler, Connection="close")
    handler.wfile.write(b'{"resourceType":"Bundle","entry":[')
    while not page.stub.stopped.is_set():
        handler.wfile.write(b'{"resource":{"resourceType":"Basic"}},' * 1000)


@fault("gzip-bomb")
def _gzip_bomb(handler: BaseHTTPRequestHandler, _page: Page) -> None:
    plain(handler, 200, BOMB, Content_Encoding="gzip")


def _begin(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", FHIR_JSON)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.flush()


@fault("endless-pages")
def _endless_pages(handler: BaseHTTPRequestHandler, page: Page) -> None:
    number = int(page.wanted.get("page", 1)) + 1
    page.send(handler, page.bundle(following=page.link(page=number, patient=page.wanted.get("patient", ""))))


@fault("circle")
def _circle(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(handler, page.bundle(following=page.link(page="again", patient=page.wanted.get("patient", ""))))


@fault("next-elsewhere")
def _next_elsewhere(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(handler, page.bundle(following=page.link().replace("127.0.0.1", "localhost")))


@fault("next-outside")
def _next_outside(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(handler, page.bundle(following=page.stub.base.replace("/r4", "/admin")))


@fault("next-of-others")
def _next_of_others(handler: BaseHTTPRequestHandler, page: Page) -> None:
    """The next link drops the patient filter (real-world: other patients' data)."""
    if "page" in page.wanted:
        page.send(handler, page.bundle(matches=page.strangers()))
    else:
        page.send(handler, page.bundle(following=page.link(page=2)))


@fault("next-fails")
def _next_fails(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if "page" in page.wanted:
        plain(handler, 500, b"")
    else:
        page.send(handler, page.bundle(following=page.link(page=2)))


@fault("next-hangs")
def _next_hangs(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if "page" in page.wanted:
        page.stub.stopped.wait(LONGEST)
    else:
        page.send(handler, page.bundle(following=page.link(page=2)))


@fault("patient-ignored")
def _patient_ignored(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(handler, page.resource or page.bundle(matches=page.strangers()))


@fault("wrong-patient")
def _wrong_patient(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if page.resource:
        page.send(handler, page.resource | {"id": "another"})
    else:
        matches = [resource for resource in page.strangers() if resource not in (page.matches or [])]
        page.send(handler, page.bundle(matches=matches))


@fault("redirect")
def _redirect(handler: BaseHTTPRequestHandler, _page: Page) -> None:
    plain(handler, 302, b"", Location=INTERNAL)


@fault("redirect-inside")
def _redirect_inside(handler: BaseHTTPRequestHandler, page: Page) -> None:
    plain(handler, 307, b"", Location=page.link(redirected="yes"))


@fault("no-post")
def _no_post(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if page.asked.method == "POST":
        plain(handler, 405, b"", Allow="GET")
    else:
        page.send(handler)


@fault("knows-json-only")
def _knows_json_only(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if "fhir" in page.asked.headers.get("Accept", ""):
        plain(handler, 406, b"")
    else:
        page.send(handler)


@fault("wrong-type")
def _wrong_type(handler: BaseHTTPRequestHandler, page: Page) -> None:
    plain(handler, 200, json.dumps(page.body()).encode(), "text/plain")


@fault("bad-head")
def _bad_head(handler: BaseHTTPRequestHandler, page: Page) -> None:
    """A head that urllib3 warns of, naming the URL and the line."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\npatient-1, no header\r\n\r\n")
    handler.wfile.write(json.dumps(page.body()).encode())
    handler.close_connection = True


@fault("html")
def _html(handler: BaseHTTPRequestHandler, _page: Page) -> None:
    plain(handler, 200, b"<!DOCTYPE html><title>Please sign in</title>", "text/html")


@fault("truncated")
def _truncated(handler: BaseHTTPRequestHandler, page: Page) -> None:
    body = json.dumps(page.body()).encode()
    plain(handler, 200, body[: len(body) // 2])


@fault("cut-short")
def _cut_short(handler: BaseHTTPRequestHandler, page: Page) -> None:
    body = json.dumps(page.body()).encode()
    _begin(handler, Content_Length=str(len(body)), Connection="close")
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


@fault("reset")
def _reset(handler: BaseHTTPRequestHandler, _page: Page) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())  # at once, with nothing left to send: the peer sees a reset
    handler.close_connection = True


@fault("reset-once")
def _reset_once(handler: BaseHTTPRequestHandler, page: Page) -> None:
    if len([request for request in page.stub.seen if request.kind == page.asked.kind]) == 1:
        _reset(handler, page)
    else:
        page.send(handler)


@fault("outcome")
def _outcome(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(handler, outcome())


@fault("outcome-inside")
def _outcome_inside(handler: BaseHTTPRequestHandler, page: Page) -> None:
    body = page.bundle()
    body["entry"].append({"resource": outcome("suppressed"), "search": {"mode": "outcome"}})
    page.send(handler, body)


@fault("ignores-filters")
def _ignores_filters(handler: BaseHTTPRequestHandler, page: Page) -> None:
    """Status, code, sort and count are passed over in silence; oldest first."""
    records = page.stub.find(page.asked.kind, {}, only=page.wanted.get("patient"))
    page.send(handler, page.resource or page.bundle(matches=records[::-1]))


@fault("duplicates")
def _duplicates(handler: BaseHTTPRequestHandler, page: Page) -> None:
    page.send(
        handler, page.resource or page.bundle(matches=[resource for resource in page.matches or [] for _ in range(3)])
    )
