"""The front: takes a call's body in, then has a WSGI application answer on one of a few threads.

A call without its body here has no thread, so slow senders hold nobody else up. Looked at first: granian's own WSGI
interface and a2wsgi take the thread first; asgiref's WsgiToAsgi puts bodies beyond 64 kB on disk; none knows a time
within which a body must come, and granian leaves that to the application (its issue 728).
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # public, if not by its `__all__`

from cds_service.errors import ServiceError
from cds_service.front.arriving import Body, Room
from cds_service.front.environ import environ_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CLOSING: Final = ("connection", "close")


class Front:
    """What granian calls in a worker (its RSGI interface).

    `takes_body`: whether a POST to a path is read at all; other bodies are not waited for. An application is told of a
    body that did not come by the error that its reading raises, so that callers are known first, and all errors are
    answered, counted and logged in one place.
    """

    def __init__(
        self, application: "WSGIApplication", room: Room, threads: int, takes_body: Callable[[str], bool]
    ) -> None:
        self._application = application
        self._room = room
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._takes_body = takes_body

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer a request."""
        body = await self._body(scope, protocol)
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, scope, protocol, body)
        finally:
            self._room.leave(body)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """The worker ends, its calls are answered."""
        self._threads.shutdown()

    async def _body(self, scope: Scope, protocol: HTTPProtocol) -> Body:
        if scope.method != "POST" or not self._takes_body(scope.path):
            return Body()
        said = scope.headers.get("content-length")  # the server has seen to it that it is a number
        return await self._room.take(protocol, None if said is None else int(said))

    def _answer(self, scope: Scope, protocol: HTTPProtocol, body: Body) -> None:
        status, headers, content = _asked(self._application, scope, body)
        if not body.whole:  # what is still to come is not waited for
            headers.append(_CLOSING)
        protocol.response_bytes(status, headers, content)


class _Missing(io.RawIOBase):
    """A body that did not come: reading it raises why."""

    def __init__(self, fault: ServiceError) -> None:
        self._fault = fault

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise self._fault


def _asked(application: "WSGIApplication", scope: Scope, body: Body) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and content of the application's answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return parts.append

    parts: list[bytes] = []
    stream = _Missing(body.fault) if body.fault else io.BytesIO(body.content)
    answer = application(environ_of(scope, stream), start_response)
    try:
        parts.extend(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = started[-1]
    return int(status.split(" ", 1)[0]), [*headers], b"".join(parts)
