"""Runs a WSGI application under granian: receives the whole body of a call before the call gets a thread.

So slow senders do not hold up others. Granian's WSGI interface, a2wsgi and asgiref do not work this way. Who calls is
known before the body is taken in, and probes are answered without any thread.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol

from granian.rsgi import Headers, HTTPProtocol, Scope  # type: ignore[attr-defined]  # public, though not in `__all__`

from cds_service.admission.room import Place, Room
from cds_service.body_intake.body_buffer import BodyBuffer, RequestBody
from cds_service.body_intake.environ import build_environ
from cds_service.errors import ServiceError, TooManyCalls

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CONNECTION_CLOSE: Final = ("connection", "close")
_OTHER_THREADS: Final = 16  # beside those of the calls in the room: for tokens, refusals, discovery and pages


class Caller(Protocol):
    """Who calls."""

    @property
    def client_id(self) -> str:
        """The client whose calls count together."""
        ...


class Front(Protocol):
    """What the application knows of a request before its body is here. `identify` may take a while."""

    @property
    def room(self) -> Room:
        """The room of this worker."""
        ...

    def accepts_body(self, path: str) -> bool:
        """Return whether a POST to this path is read at all; other bodies are not waited for."""
        ...

    def answer_probe(self, method: str, path: str) -> tuple[int, bytes] | None:
        """Return the answer to a probe, at once, or None if the request is none."""
        ...

    def identify(self, path: str, authorization: str | None) -> Caller | ServiceError:
        """Return who sends a body to this path, or why it is refused."""
        ...


class RsgiAdapter:
    """The RSGI application that granian calls in a worker.

    If a body did not arrive, or there is no room for its call, the WSGI application gets the error when it reads the
    body: so all errors are answered, counted and logged in one place. `variables` are the names under which it finds
    the caller and the call's place; `probe_headers` are the headers of a probe's answer.
    """

    def __init__(
        self,
        wsgi_app: "WSGIApplication",
        front: Front,
        body_buffer: BodyBuffer,
        threads: int,
        variables: tuple[str, str] = ("caller", "place"),
        probe_headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._wsgi_app = wsgi_app
        self._front = front
        self._body_buffer = body_buffer
        self._thread_pool = ThreadPoolExecutor(threads + _OTHER_THREADS, thread_name_prefix="call")
        self._variables = variables
        self._probe_headers = probe_headers

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer a request."""
        answer = self._front.answer_probe(scope.method, scope.path)
        if answer is not None:
            status, content = answer
            protocol.response_bytes(status, [*self._probe_headers], content)
        elif scope.method == "POST" and self._front.accepts_body(scope.path):
            await self._answer_call(scope, protocol)
        else:
            await self._in_thread(self._respond, scope, protocol, RequestBody(), {})

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Stop the threads when the worker ends, after its calls have been answered."""
        self._thread_pool.shutdown()

    async def _answer_call(self, scope: Scope, protocol: HTTPProtocol) -> None:
        headers = scope.headers  # each time a copy
        authorization = headers.get("authorization")
        if authorization is None:  # there is no token to verify, and so nothing to wait for
            caller = self._front.identify(scope.path, None)
        else:
            caller = await self._in_thread(self._front.identify, scope.path, authorization)
        if isinstance(caller, ServiceError):
            body, place = RequestBody(is_complete=False), None  # nobody waits for a body that nobody will read
        else:
            body = await self._receive_body(headers, protocol)
            place = self._enter(caller, body)
        try:
            found = dict(zip(self._variables, (caller, place), strict=True))
            await self._in_thread(self._respond, scope, protocol, body, found)
        finally:
            self._body_buffer.release(body)
            if place is not None:
                place.leave()

    async def _receive_body(self, headers: Headers, protocol: HTTPProtocol) -> RequestBody:
        length = headers.get("content-length")  # the server has checked that it is a number
        return await self._body_buffer.receive(protocol, None if length is None else int(length))

    def _enter(self, caller: Caller, body: RequestBody) -> Place | None:
        """Return the place of a call whose body is here; without one the call is refused when it reads the body."""
        if not body.is_complete:
            return None
        try:
            return self._front.room.enter(caller.client_id)
        except TooManyCalls as error:
            body.error = error
            return None

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread_pool, work, *arguments)

    def _respond(self, scope: Scope, protocol: HTTPProtocol, body: RequestBody, found: dict[str, Any]) -> None:
        status, headers, content = _call_wsgi(self._wsgi_app, scope, body, found)
        for place in found.values():
            if isinstance(place, Place):
                place.leave()  # before the answer: its client may send the next call at once
        if not body.is_complete:  # do not wait for the rest of the body
            headers.append(_CONNECTION_CLOSE)
        protocol.response_bytes(status, headers, content)


class _MissingBody(io.RawIOBase):
    """A body that did not arrive. Reading it raises the error."""

    def __init__(self, error: ServiceError) -> None:
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise self._error


def _call_wsgi(
    wsgi_app: "WSGIApplication", scope: Scope, body: RequestBody, found: dict[str, Any]
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Call the application and return status, headers and content of its response."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return parts.append

    parts: list[bytes] = []
    stream = _MissingBody(body.error) if body.error else io.BytesIO(body.content)
    response = wsgi_app(build_environ(scope, stream) | found, start_response)
    try:
        parts.extend(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    status, headers = started[-1]
    return int(status.split(" ", 1)[0]), [*headers], b"".join(parts)
