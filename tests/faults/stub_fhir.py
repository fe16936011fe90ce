"""A FHIR server with a switch for each fault. In a test's own thread, or `python -m tests.faults.stub_fhir` by itself.

By itself it serves a scenario's `server.json` and takes `PUT /_faults`, such as `{"Procedure": "hang"}` with `*` for
every type, so that a load test can switch faults on and off; `GET /_seen` counts the requests by type and status.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .stub_faults import FAULTS, Page, plain

Json = dict[str, Any]
BASE = "/ehr/r4"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "fhir"
CONTROL = {"/_faults", "/_seen"}


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        """The resource type asked for; what follows the base, where it is none."""
        return urlsplit(self.target).path.removeprefix(f"{BASE}/").split("/")[0]


@dataclass
class Stub:
    """A running stub: what it holds, which type has which fault, and what it was asked."""

    resources: list[Json]
    port: int = 0
    page_size: int = 1000
    faults: dict[str, str] = field(default_factory=dict)
    seen: list[Asked] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def base(self) -> str:
        """Its FHIR base URL."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    def fault_of(self, kind: str) -> str | None:
        """Return the fault that is switched on for a type."""
        return self.faults.get(kind) or self.faults.get("*")

    def find(self, kind: str, wanted: dict[str, str], *, only: str | None) -> list[Json]:
        """Return the matching resources of a type; `only` is the id of their patient, or None for all patients."""
        statuses = wanted.get("status", "").split(",") if wanted.get("status") else None
        return [
            resource
            for resource in self.resources
            if resource["resourceType"] == kind
            and (only is None or resource.get("subject", {}).get("reference") == f"Patient/{only}")
            and (statuses is None or resource.get("status") in statuses)
        ]


def handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    """The handler of one stub's requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.answer("")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def do_PUT(self) -> None:
            stub.faults = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            plain(self, 204, b"")

        def answer(self, form: str) -> None:
            if self.path in CONTROL:
                state = stub.faults if self.path == "/_faults" else dict(stub.answers)
                plain(self, 200, json.dumps(state).encode())
                return
            asked = Asked(self.command, self.path, dict(self.headers), form)
            stub.seen.append(asked)
            fault = stub.fault_of(asked.kind)
            stub.answers[f"{asked.kind} {fault or 'well'}"] += 1
            page = page_of(stub, asked)
            if fault:
                FAULTS[fault](self, page)
            else:
                page.send(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep silent."""

    return Handler


def page_of(stub: Stub, asked: Asked) -> Page:
    """What a well-behaved server would answer, with all that a fault may need to spoil it."""
    url = urlsplit(asked.target)
    path = url.path.removeprefix(f"{BASE}/").split("/")
    if asked.method == "GET" and len(path) == 2:
        matches = [resource for resource in stub.resources if [resource["resourceType"], resource["id"]] == path]
        return Page(stub, asked, resource=matches[0] if matches else None)
    wanted = {name: values[0] for name, values in parse_qs(asked.body or url.query).items()}
    records = stub.find(path[0], wanted, only=wanted.get("patient"))
    return Page(stub, asked, wanted=wanted, matches=records, start=int(wanted.get("start", 0)))


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a dropped connection would be tried again a second later
    block_on_close = False

    def handle_error(self, *_arguments: object) -> None:
        """Ignore callers that disconnect; report every other error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_arguments)


@contextmanager
def stub_fhir(resources: Iterable[Json], *, page_size: int = 1000, port: int = 0) -> Iterator[Stub]:
    """A stub on a free loopback port that holds these resources."""
    stub = Stub(list(resources), page_size=page_size)
    server = _Quiet(("127.0.0.1", port), handler(stub))
    stub.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve a scenario until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="article-patient", help="folder of fixtures/fhir to serve")
    parser.add_argument("--bundle", type=Path, help="a file with a Bundle to serve in its place")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--fault", choices=sorted(FAULTS), help="a fault to begin with")
    parser.add_argument("--on", default="*", help="the resource type that has it")
    given = parser.parse_args()
    path = given.bundle or FIXTURES / given.scenario / "server.json"
    bundle = json.loads(path.read_text(encoding="utf-8"))
    resources = [entry["resource"] for entry in bundle["entry"]]
    with stub_fhir(resources, page_size=given.page_size, port=given.port) as stub:
        stub.faults = {given.on: given.fault} if given.fault else {}
        print(f"listening {stub.base}", flush=True)  # noqa: T201 - says where, to a person or to what started it
        stub.stopped.wait()


if __name__ == "__main__":
    main()
