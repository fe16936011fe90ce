"""A FHIR server that answers every search with the costliest pages that one of its limits allows."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from benchmarks.dense_bodies import MARK
from benchmarks.load import HOST
from tests.synthetic import Json, bundle, condition, observation, patient, resource

PAGE_BYTES: Final = 4_900_000  # of the 5,000,000 that one page may have
CALL_BYTES: Final = 19_000_000  # of the 20,000,000 that all pages of a call may have
PAGES: Final = 10  # of a search
Pages = Mapping[str, list[bytes]]  # by resource type


def many_entries() -> Pages:
    """Return more problems than a call may have, each with words of its own, in ten pages."""
    texts = [f"denies hip pain, numb leg {MARK.decode()} {number}" for number in range(10_000)]
    records = [condition("57676002", number=number, code={"text": text}) for number, text in enumerate(texts)]
    return {"Condition": [to_page(records[first : first + 1_000]) for first in range(0, 10_000, 1_000)]}


def many_codings() -> Pages:
    """Return observations with as many codings as a call may have objects."""
    records = [observation("x", number=number) for number in range(100)]
    for number, record in enumerate(records):
        record["code"]["coding"] = [{"code": f"{number}{place}"} for place in range(1_150)]
    return {"Observation": [to_page(records)]}


def many_extensions() -> Pages:
    """Return pages of empty extensions, many more than a call may have objects."""
    record = condition("57676002", extension=[{}] * (PAGE_BYTES // 3))
    return {"Condition": [to_page([record], spaced=False)] * 4}


def deep_nesting() -> Pages:
    """Return resources with lists in lists, and extensions in extensions, as deep as a page is long."""
    lists = _nested(b"[", b"]")
    objects = _nested(b'{"extension":[', b"]}")
    return {"Condition": [lists, objects], "Observation": [objects, lists]}


def long_notes() -> Pages:
    """Return pages of notes and answers that are never known to be the newest, so that all pages are read."""
    notes = [_note(number, "text/plain", f"groin pain {MARK.decode()} {number}") for number in range(2_400)]
    answers = [_answers(number, 8) for number in range(2_400)]
    return {"DocumentReference": _in_pages(notes), "QuestionnaireResponse": _in_pages(answers)}


def fat_notes() -> Pages:
    """Return pages that are nearly as large as all pages of a call may be, of notes with long attachments."""
    size = CALL_BYTES // (2 * PAGES)
    notes = [_note(number, "text/plain", "groin pain, " * (size // 16)) for number in range(PAGES)]
    answers = [_answers(number, size // 50) for number in range(PAGES)]
    return {
        "DocumentReference": [to_page([note]) for note in notes],
        "QuestionnaireResponse": [to_page([answer]) for answer in answers],
    }


def many_objects_in_notes() -> Pages:
    """Return ten pages of objects that nobody reads, in searches whose pages are looked at while they come."""
    size = CALL_BYTES // (2 * PAGES)
    note = _note(1, "text/plain", "groin pain") | {"extension": [{}] * (size // 3)}
    answer = _answers(1, 1) | {"extension": [{}] * (size // 3)}
    return {
        "DocumentReference": [to_page([note], spaced=False)] * PAGES,
        "QuestionnaireResponse": [to_page([answer], spaced=False)] * PAGES,
    }


def many_items() -> Pages:
    """Return questionnaires with as many answers as a call may have objects, in items within items."""
    return {"QuestionnaireResponse": [to_page([_answers(number, 3_000) for number in range(10)])]}


def many_links() -> Pages:
    """Return pages that name as many links as they can, none of them the next."""
    links = [{"relation": "self", "url": f"{number}"} for number in range(PAGE_BYTES // 45)]
    page = json.dumps({"resourceType": "Bundle", "type": "searchset", "link": links}, separators=(",", ":")).encode()
    return {"Condition": [page], "Observation": [page], "Procedure": [page]}


def many_tags() -> Pages:
    """Return notes in HTML and C-CDA with as many tags as an attachment may have."""
    html = "<html><body>" + "<p><b>groin</b> <i>pain</i> @@@@" * 15_000 + "</body></html>"
    nested = "<html><body>" + "<div>" * 100_000 + "groin pain"
    notes = [
        _note(1, "text/html", html),
        _note(2, "text/html", nested),
        _note(3, "text/rtf", r"{\rtf1 " + "{" * 200_000 + "groin pain"),
        _note(4, "application/xml", "<ClinicalDocument xmlns='urn:hl7-org:v3'>" + "<section><text>pain" * 20_000),
        _note(5, "text/html", "&amp;" * 150_000),
    ]
    return {"DocumentReference": [to_page(notes)]}


def small_pages() -> Pages:
    """Return ten pages of one record for each search."""
    kinds = ("Condition", "Observation", "Procedure", "ServiceRequest", "ImagingStudy", "DiagnosticReport")
    kinds += ("MedicationRequest", "MedicationStatement", "DocumentReference", "QuestionnaireResponse")
    return {kind: [to_page([resource(kind, number)]) for number in range(PAGES)] for kind in kinds}


def long_words() -> Pages:
    """Return more words than are read of one call, in pages as large as they may be, with escapes in each word."""
    text = "right groin pain on flexion, SLR negative at 40\\u00b0, no numbness below the knee @@@@ ".replace(
        "o", "\\u006f"
    )
    records = [condition("57676002", number=number, note=[{"text": "~"}]) for number in range(30)]
    page = to_page(records).replace(b"~", (text * (PAGE_BYTES // 30 // len(text))).encode())
    return {"Condition": [page] * 2, "Procedure": [page.replace(b'"Condition"', b'"Procedure"')]}


KINDS: Final[Mapping[str, Callable[[], Pages]]] = {
    "entries": many_entries,
    "codings": many_codings,
    "extensions": many_extensions,
    "nesting": deep_nesting,
    "notes": long_notes,
    "fat notes": fat_notes,
    "objects in notes": many_objects_in_notes,
    "items": many_items,
    "links": many_links,
    "tags": many_tags,
    "small pages": small_pages,
    "words": long_words,
}


def to_page(records: list[Json], *, spaced: bool = True) -> bytes:
    """Return a searchset; not `spaced`: without the spaces that make objects longer."""
    return json.dumps(bundle(*records), separators=None if spaced else (",", ":")).encode()


def _in_pages(records: list[Json]) -> list[bytes]:
    size = len(records) // PAGES
    return [to_page(records[first : first + size]) for first in range(0, len(records), size)]


def _note(number: int, kind: str, text: str) -> Json:
    attachment = {"contentType": kind, "data": b64encode(text.encode()).decode()}
    date = f"2026-0{1 + number % 2}-01T00:00:00Z"  # not in order
    return resource("DocumentReference", number, status="current", date=date, content=[{"attachment": attachment}])


def _answers(number: int, answers: int) -> Json:
    items = [{"linkId": f"{place}", "answer": [{"valueString": f"hip {place}"}]} for place in range(answers)]
    authored = f"2026-0{1 + number % 2}-01"
    return resource("QuestionnaireResponse", number, status="completed", authored=authored, item=items)


def _nested(opening: bytes, closing: bytes) -> bytes:
    depth = PAGE_BYTES // (len(opening) + len(closing)) - 1_000
    page = to_page([condition("57676002", extension="~")])
    return page.replace(b'"~"', opening * depth + closing * depth)


@contextmanager
def dense_fhir_server() -> Iterator[str]:
    """Run the server; yield its root. The FHIR server of a kind has its base URL below it, at `base_of`."""
    server = ThreadingHTTPServer((HOST, 0), _handler())
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def base_of(root: str, kind: str) -> str:
    """Return the base URL of the FHIR server of a kind."""
    return f"{root}/{kind.replace(' ', '-')}"


@cache
def pages_of(name: str) -> Pages:
    """Return the pages of the kind that the first part of a path names."""
    return KINDS[name.replace("-", " ")]()


def _handler() -> type[BaseHTTPRequestHandler]:
    numbers = count(1_000)
    nothing = to_page([])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer a search."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            """Answer a read, a search, or one of its next pages."""
            url = urlsplit(self.path)
            name, kind = url.path.strip("/").split("/")[:2]
            number = int(parse_qs(url.query).get("page", ["0"])[0])
            pages = pages_of(name).get(kind, [nothing])
            body = json.dumps(patient()).encode() if kind == "Patient" else pages[number]
            if number + 1 < len(pages):
                body = _linked(body, f"{kind}?page={number + 1}")
            self._send(body.replace(MARK, str(next(numbers)).encode()))

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Log nothing."""

    return Handler


def _linked(page: bytes, url: str) -> bytes:
    """Return a page with a link to the next one, which is relative to the base."""
    link = json.dumps({"link": [{"relation": "next", "url": url}]})[1:-1]
    return page[:1] + link.encode() + b"," + page[1:]
