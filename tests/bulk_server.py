"""A FHIR server that exports in bulk as Bulk Data Access 3.0 and SMART Backend Services say, and checks its client.

What a client does against the specification is in `faults`; a test asserts that there are none.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

Json = dict[str, Any]
CLIENT = "dry-run-client"
NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
PRIVATE = ec.generate_private_key(ec.SECP384R1())
JWK: Json = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(PRIVATE)) | {"kid": "key-1"}
JOB = "/jobs/1"


@dataclass
class BulkServer:
    """What the server holds, how it behaves, and what it saw.

    `polls`: how often it says that it is not ready, each with its Retry-After. `cut`: names of files that end early.
    `token_uses`: requests that a token is good for. `knows_get`: whether an export starts with GET. `busy`: files that
    it sends at the second request. `leads_to`: the server that has the files, to which it redirects.
    """

    files: dict[str, bytes]
    polls: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    requires_token: bool = True
    knows_get: bool = True
    refuses: int | None = None
    fails: int | None = None
    token_uses: int = 1000
    base: str = ""
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    assertions: set[str] = field(default_factory=set)
    scope: str = ""
    is_kept: bool = False
    uses_left: int = 0
    broken: set[str] = field(default_factory=set)
    busy: list[str] = field(default_factory=list)
    leads_to: str = ""

    def expect(self, holds: object, what: str) -> None:
        """Note what the client does wrong."""
        if not holds:
            self.faults.append(what)

    def grant(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        """Answer a request for a token (SMART App Launch 2.2, "Obtain access token")."""
        self.expect(form.get("grant_type") == ["client_credentials"], "grant_type")
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        self.expect(form.get("client_assertion_type") == [kind], "client_assertion_type")
        assertion = form["client_assertion"][0]
        self.expect(jwt.get_unverified_header(assertion) == {"alg": "ES384", "kid": "key-1", "typ": "JWT"}, "header")
        options: Any = {"verify_exp": False, "require": ["iss", "sub", "aud", "exp", "jti"]}
        audience = f"{self.base}/token"
        try:
            claims = jwt.decode(assertion, PRIVATE.public_key(), ["ES384"], options, audience=audience)
        except jwt.PyJWTError:
            return 400, {"error": "invalid_client"}
        self.expect(claims["iss"] == claims["sub"] == CLIENT, "iss and sub")
        self.expect(0 < claims["exp"] - NOW.timestamp() <= 300, "exp is five minutes away at most")
        self.expect(claims["jti"] not in self.assertions, "jti is used once")
        self.assertions.add(claims["jti"])
        self.scope, self.uses_left = form["scope"][0], self.token_uses
        return 200, {"access_token": "secret-token", "token_type": "bearer", "expires_in": 300, "scope": self.scope}

    def manifest(self) -> Json:
        """Return the manifest, with what is no `output` by its name."""
        made: Json = {"transactionTime": "2026-04-01T00:00:00Z", "request": f"{self.base}/$export", "error": []}
        made |= {"requiresAccessToken": self.requires_token, "output": []}
        for name, data in self.files.items():
            kind = "error" if name.startswith("OperationOutcome") else "output"
            item = {"type": name.partition(".")[0], "url": f"{self.base}/files/{name}"}
            made[kind].append(item | {"count": self.counts.get(name, len(data.splitlines()))})
        return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: BulkServer

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        state, path = self.state, urlsplit(self.path).path
        state.seen.append(f"GET {path}")
        if path == "/fhir/.well-known/smart-configuration":
            state.expect("Authorization" not in self.headers, "no password for the configuration")
            capabilities = ["client-confidential-asymmetric", "permission-v2"]
            self._answer(200, {"token_endpoint": f"{state.base}/token", "capabilities": capabilities})
        elif path.endswith("/$export"):
            self._start(path)
        elif path == JOB:
            self._tell_status()
        elif path.startswith("/files/"):
            self._send_file(path.removeprefix("/files/"))

    def do_POST(self) -> None:
        state, path = self.state, urlsplit(self.path).path
        state.seen.append(f"POST {path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if path == "/token":
            state.expect("Authorization" not in self.headers, "no password for a token")
            self._answer(*state.grant(parse_qs(body.decode())))
        else:
            state.expect(json.loads(body)["resourceType"] == "Parameters", "POST brings Parameters")
            self._accept()

    def do_DELETE(self) -> None:
        self.state.seen.append(f"DELETE {self.path}")
        self.state.is_kept = False
        self._answer(202, {})

    def _start(self, path: str) -> None:
        state = self.state
        if not self._is_authorized():
            return
        state.expect(self.headers["Prefer"] == "respond-async", "Prefer")
        state.expect(self.headers["Accept"] == "application/fhir+json", "Accept")
        state.expect(path in {"/fhir/Patient/$export", "/fhir/Group/g1/$export"}, "level")
        asked = set(parse_qs(urlsplit(self.path).query)["_type"][0].split(","))
        state.expect({"Patient", "Condition"} <= asked, "_type")
        if not state.knows_get:
            self._answer(405, {})
        elif state.refuses:
            issue = {"severity": "error", "code": "not-supported", "diagnostics": "Mrs Quagmire is not exported"}
            self._answer(state.refuses, {"resourceType": "OperationOutcome", "issue": [issue]})
        else:
            self._accept()

    def _accept(self) -> None:
        self.state.is_kept = True
        self._answer(202, {}, {"Content-Location": f"{self.state.base}{JOB}"})

    def _tell_status(self) -> None:
        state = self.state
        if not self._is_authorized():
            return
        if not state.is_kept:
            self._answer(404, {})
        elif state.fails:
            self._answer(state.fails, {"resourceType": "OperationOutcome", "issue": [{"code": "exception"}]})
        elif state.polls:
            wait = state.polls.pop(0)
            self._answer(429 if wait == "429" else 202, {}, {"Retry-After": wait} if wait else {})
        else:
            self._answer(200, state.manifest())

    def _send_file(self, name: str) -> None:
        state = self.state
        if state.requires_token and not self._is_authorized():
            return
        state.expect(state.requires_token or "Authorization" not in self.headers, "no token where none is needed")
        state.expect(self.headers["Accept"] == "application/fhir+ndjson", "Accept of a file")
        if state.leads_to:
            self._answer(302, {}, {"Location": f"{state.leads_to}/files/{name}"})
            return
        if name in state.busy:
            state.busy.remove(name)
            self._answer(503, {}, {"Retry-After": "9"})
            return
        data = state.files[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if name in state.broken:  # the connection ends in the middle
            state.broken.discard(name)
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
        else:
            self.wfile.write(data)

    def _is_authorized(self) -> bool:
        self.state.uses_left -= 1
        if self.headers["Authorization"] == "Bearer secret-token" and self.state.uses_left >= 0:
            return True
        self._answer(401, {})
        return False

    def _answer(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serve_bulk(state: BulkServer) -> Iterator[BulkServer]:
    """Serve until the test is over."""
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
