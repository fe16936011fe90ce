"""The RSGI adapter: what it passes to the application and back, and when a call gets a thread."""

import asyncio
import io
import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from liveness import LIVENESS_S
from signing import SigningEhr
from synthetic import VIEW
from werkzeug.wrappers import Request, Response

from cds_service.admission.room import Place, Room
from cds_service.body_intake.body_buffer import BodyBuffer
from cds_service.body_intake.environ import build_environ
from cds_service.body_intake.wsgi_adapter import RsgiAdapter
from cds_service.errors import BodyTooSlow, ServiceError, TooManyCalls, Unauthenticated


class Headers:
    def __init__(self, *items: tuple[str, str]) -> None:
        self._items = list(items)

    def items(self) -> list[tuple[str, str]]:
        return self._items

    def get(self, name: str) -> str | None:
        return dict(self._items).get(name)


class Protocol:
    def __init__(self, body: bytes | None = b"") -> None:
        self.body = body
        self.answers: list[tuple[int, list[tuple[str, str]], bytes]] = []

    async def __call__(self) -> bytes:
        if self.body is None:
            await asyncio.Event().wait()
        return self.body or b""

    def response_bytes(self, *answer: Any) -> None:
        self.answers.append(answer)


def scope(method: str = "POST", path: str = "/taken", *headers: tuple[str, str], **more: Any) -> Any:
    fields = {"server": "127.0.0.1:8080", "client": "192.0.2.7:50000", "scheme": "http", "query_string": "a=b%20c"}
    fields |= {"method": method, "path": path, "http_version": "1.1", "headers": Headers(*headers)}
    return SimpleNamespace(**fields | more)


class Front:
    """Lets the demo client in, and takes bodies at `/taken` or, with `all_paths`, everywhere."""

    def __init__(self, all_paths: bool = False, refusal: ServiceError | None = None, calls: int = 8) -> None:
        self.room = Room(calls, 10_000, 1_000)
        self._all_paths = all_paths
        self._refusal = refusal
        self.asked: list[str | None] = []

    def accepts_body(self, path: str) -> bool:
        return self._all_paths or path == "/taken"

    def answer_probe(self, method: str, path: str) -> tuple[int, bytes] | None:
        return (200, b"alive") if path == "/healthz" and method == "GET" else None

    def identify(self, _path: str, authorization: str | None) -> Any:
        self.asked.append(authorization)
        return self._refusal or SimpleNamespace(client_id="demo")


def asked(application: Any, of: Any, protocol: Protocol, seconds: float = 5) -> tuple[int, dict[str, str], bytes]:
    front = RsgiAdapter(application, Front(), BodyBuffer(100, seconds), 2)
    asyncio.run(front.__rsgi__(of, protocol))
    front.__rsgi_del__(asyncio.new_event_loop().close())  # type: ignore[func-returns-value]
    [(status, headers, content)] = protocol.answers
    return status, dict(headers), content


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data(), 201, {"X-Length": str(request.content_length)})


def test_the_application_gets_the_body_and_its_response_is_passed_on() -> None:
    status, headers, content = asked(echo, scope("POST", "/taken", ("content-length", "4")), Protocol(b"body"))
    assert (status, headers["X-Length"], content) == (201, "4", b"body")
    assert "connection" not in headers


@pytest.mark.parametrize(("method", "path"), [("GET", "/taken"), ("POST", "/other")])
def test_a_body_that_is_not_read_is_not_waited_for(method: str, path: str) -> None:
    status, headers, content = asked(echo, scope(method, path, ("transfer-encoding", "chunked")), Protocol(None))
    assert (status, content) == (201, b"")
    assert "connection" not in headers


def test_reading_a_body_that_did_not_arrive_says_why_and_the_connection_is_closed() -> None:
    raised: list[Exception] = []

    @Request.application
    def reading(request: Request) -> Response:
        try:
            request.get_data()
        except BodyTooSlow as error:
            raised.append(error)
        return Response("late", 408)

    status, headers, content = asked(reading, scope("POST", "/taken", ("content-length", "4")), Protocol(None), 0.05)
    assert (status, headers["connection"], content) == (408, "close", b"late")
    assert len(raised) == 1


def test_the_applications_response_is_closed() -> None:
    closed: list[bool] = []

    def application(_environ: Any, start_response: Any) -> Response:
        write = start_response("200 OK", [])
        write(b"one ")
        return ClosingList([b"two"], closed)

    assert asked(application, scope("GET"), Protocol())[2] == b"one two"
    assert closed == [True]


class ClosingList(list):
    def __init__(self, parts: list[bytes], closed: list[bool]) -> None:
        super().__init__(parts)
        self.closed = closed

    def close(self) -> None:
        self.closed.append(True)


def test_uploads_in_progress_hold_no_thread() -> None:
    names: set[str] = set()

    def application(_environ: Any, start_response: Any) -> list[bytes]:
        names.add(threading.current_thread().name)
        start_response("200 OK", [])
        return []

    async def all_of_it() -> None:
        front = RsgiAdapter(application, Front(all_paths=True), BodyBuffer(100, 60), 1)
        slow = [
            asyncio.create_task(front.__rsgi__(scope("POST", "/taken", ("content-length", "4")), Protocol(None)))
            for _ in range(30)
        ]
        await asyncio.sleep(0)
        quick = front.__rsgi__(scope("POST", "/taken", ("content-length", "4")), Protocol(b"body"))
        await asyncio.wait_for(quick, LIVENESS_S)  # the slow bodies never arrive
        for task in slow:
            task.cancel()
        front._thread_pool.shutdown()

    asyncio.run(all_of_it())
    assert len(names) == 1


def test_an_environment_is_what_wsgi_requires() -> None:
    lines = (
        ("host", "cds.example"),
        ("content-type", "application/json"),
        ("content-length", "2"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
    )
    stream: Any = object()
    environ = build_environ(scope("POST", "/a b/é", *lines), stream)
    variables = {name: value for name, value in environ.items() if not name.startswith("wsgi.")}
    assert variables == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b/Ã©",
        "QUERY_STRING": "a=b%20c",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "cds.example",
        "HTTP_X_A": "1,2",
        "HTTP_COOKIE": "a=1; b=2",
    }
    assert environ["wsgi.input"] is stream


def test_a_query_that_is_not_escaped_is_taken_as_its_bytes() -> None:
    assert build_environ(scope(query_string="a=\u2603"), io.BytesIO())["QUERY_STRING"] == "a=\xe2\x98\x83"


@Request.application
def echo_query(request: Request) -> Response:
    return Response(request.args["a"])


def test_an_unescaped_query_is_still_answered() -> None:
    status, _headers, content = asked(echo_query, scope("GET", query_string="a=\u2603"), Protocol())
    assert (status, content.decode()) == (200, "\u2603")


def test_an_environment_with_ipv6_addresses() -> None:
    environ = build_environ(scope(server="[::1]:8080", client="[2001:db8::1]:9"), object())
    names = ("SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR")
    assert [environ[name] for name in names] == ["::1", "8080", "2001:db8::1"]


@pytest.mark.parametrize("name", ["request-method", "path-info", "wsgi.input", "remote-addr"])
def test_a_header_cannot_replace_a_server_variable(name: str) -> None:
    bare = build_environ(scope(), object())
    assert build_environ(scope("POST", "/taken", (name, "x")), bare["wsgi.input"]).items() >= bare.items()


def test_a_header_with_an_underscore_cannot_pass_for_another() -> None:
    environ = build_environ(
        scope("POST", "/", ("x-request-id", "a"), ("x_request_id", "b"), ("x_other", "c")), object()
    )
    assert environ["HTTP_X_REQUEST_ID"] == "a"
    assert "HTTP_X_OTHER" not in environ


def test_a_caller_is_authenticated_before_its_body_is_rejected(production: FlaskClient, ehr: SigningEhr) -> None:
    body_headers = [("content-type", "application/json"), ("content-length", "4")]
    token = ehr.token(f"/{VIEW}")
    for authorization, expected in [("Bearer none", (401, "login")), (f"Bearer {token}", (408, "timeout"))]:
        front = RsgiAdapter(production.application, Front(all_paths=True), BodyBuffer(100, 0.05), 1)
        protocol = Protocol(None)
        asked_for = scope("POST", f"/cds-services/{VIEW}", *body_headers, ("authorization", authorization))
        asyncio.run(front.__rsgi__(asked_for, protocol))
        front._thread_pool.shutdown()
        [(status, headers, content)] = protocol.answers
        assert (status, json.loads(content)["issue"][0]["code"]) == expected
        assert dict(headers)["connection"] == "close"
        assert {"X-Request-ID", "X-Content-Type-Options"} <= dict(headers).keys()


def test_a_probe_needs_no_thread() -> None:
    front = RsgiAdapter(echo, Front(), BodyBuffer(100, 5), 1, probe_headers=(("cache-control", "no-store"),))
    front._thread_pool.shutdown()
    protocol = Protocol(None)
    asyncio.run(front.__rsgi__(scope("GET", "/healthz"), protocol))
    assert protocol.answers == [(200, [("cache-control", "no-store")], b"alive")]


def test_nothing_of_a_body_is_taken_before_its_caller_is_known() -> None:
    refusal = Unauthenticated("not authenticated", "no-token")
    found: list[Any] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        found.append(environ["caller"])
        start_response("401 Unauthorized", [])
        return []

    front = RsgiAdapter(application, Front(refusal=refusal), BodyBuffer(100, 60), 1)
    protocol = Protocol(None)  # waiting for the body would hang
    asyncio.run(front.__rsgi__(scope("POST", "/taken", ("content-length", "4")), protocol))
    front._thread_pool.shutdown()
    [(status, headers, _)] = protocol.answers
    assert (status, dict(headers)["connection"], found) == (401, "close", [refusal])


def test_a_call_without_room_gets_the_refusal_when_it_reads_the_body() -> None:
    raised: list[Exception] = []

    @Request.application
    def reading(request: Request) -> Response:
        try:
            request.get_data()
        except TooManyCalls as error:
            raised.append(error)
        return Response("busy", 429)

    whole = Front(calls=1)
    taken = whole.room.enter("demo")
    front = RsgiAdapter(reading, whole, BodyBuffer(100, 5), 1)
    protocol = Protocol(b"body")
    asyncio.run(front.__rsgi__(scope("POST", "/taken", ("content-length", "4")), protocol))
    front._thread_pool.shutdown()
    assert (protocol.answers[0][0], raised[0].retry_after) == (429, 1)
    taken.leave()
    assert isinstance(whole.room.enter("demo"), Place)


def test_a_call_leaves_its_place_whatever_becomes_of_it() -> None:
    def failing(_environ: Any, _start_response: Any) -> list[bytes]:
        raise RuntimeError("unforeseen")

    whole = Front(calls=1)
    front = RsgiAdapter(failing, whole, BodyBuffer(100, 5), 1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            asyncio.run(front.__rsgi__(scope("POST", "/taken", ("content-length", "4")), Protocol(b"body")))
    front._thread_pool.shutdown()
    whole.room.enter("demo").leave()
