"""Runs a WSGI application under granian: receives the whole body of a call before the call gets a thread.

So slow senders do not hold up others. Granian's WSGI interface, a2wsgi and asgiref do not work this way.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # public, though not in `__all__`

from cds_service.body_intake.body_buffer import BodyBuffer, RequestBody
from cds_service.body_intake.environ import build_environ
from cds_service.errors import ServiceError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CONNECTION_CLOSE: Final = ("connection", "close")


class RsgiAdapter:
    """The RSGI application that granian calls in a worker.

    `accepts_body` returns whether a POST to a path is read at all; other bodies are not waited for. If a body did not
    arrive, the WSGI application gets the error when it reads the body: so callers are authenticated first, and all
    errors are answered, counted and logged in one place.
    """

    def __init__(
        self, wsgi_app: "WSGIApplication", body_buffer: BodyBuffer, threads: int, accepts_body: Callable[[str], bool]
    ) -> None:
        self._wsgi_app = wsgi_app
        self._body_buffer = body_buffer
        self._thread_pool = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._accepts_body = accepts_body

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer a request."""
        body = await self._receive_body(scope, protocol)
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread_pool, self._respond, scope, protocol, body)
        finally:
            self._body_buffer.release(body)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Stop the threads when the worker ends, after its calls have been answered."""
        self._thread_pool.shutdown()

    async def _receive_body(self, scope: Scope, protocol: HTTPProtocol) -> RequestBody:
        if scope.method != "POST" or not self._accepts_body(scope.path):
            return RequestBody()
        length = scope.headers.get("content-length")  # the server has checked that it is a number
        return await self._body_buffer.receive(protocol, None if length is None else int(length))

    def _respond(self, scope: Scope, protocol: HTTPProtocol, body: RequestBody) -> None:
        status, headers, content = _call_wsgi(self._wsgi_app, scope, body)
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
    wsgi_app: "WSGIApplication", scope: Scope, body: RequestBody
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Call the application and return status, headers and content of its response."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return parts.append

    parts: list[bytes] = []
    stream = _MissingBody(body.error) if body.error else io.BytesIO(body.content)
    response = wsgi_app(build_environ(scope, stream), start_response)
    try:
        parts.extend(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    status, headers = started[-1]
    return int(status.split(" ", 1)[0]), [*headers], b"".join(parts)
