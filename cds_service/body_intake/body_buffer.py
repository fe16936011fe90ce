"""Bodies on their way in: each within a time, all within a room, in memory alone.

A body has no thread while it comes. Where the room is full, the body that has been coming for longest gives way:
whoever sends at an ordinary pace is in within milliseconds, and so never is that one.
"""

import asyncio
from dataclasses import dataclass

from granian.rsgi import (  # type: ignore[attr-defined]  # public, if not by its `__all__`
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
)

from cds_service.errors import BadRequest, BodyBufferFull, BodyTooSlow, ServiceError

_MAX_UPLOADS = 256  # bodies on their way in at once
_MAX_FULL_SIZE_BODIES = (
    16  # bodies of the largest size that may be held, while they come and until their call is answered
)


@dataclass(eq=False, slots=True)
class RequestBody:
    """A body, and the bytes it takes up. Where it is not `whole`, `fault` says why, or its size does."""

    content: bytes = b""
    is_complete: bool = True
    error: ServiceError | None = None
    reserved_bytes: int = 0


class BodyBuffer:
    """Where bodies are held. `limit`: bytes of the largest; `seconds`: within which each must be here."""

    def __init__(self, body_limit: int, body_seconds: float) -> None:
        self._body_limit = body_limit
        self._body_seconds = body_seconds
        self._reserved_bytes = 0
        self._uploads: dict[RequestBody, asyncio.Timeout] = {}  # in the order in which they began

    async def receive(self, protocol: HTTPProtocol, length: int | None) -> RequestBody:
        """Take in a body, of this `length` if it was said; `leave` gives its bytes back.

        Of one that is too large no more is read than tells so: the application refuses it by its size.
        """
        body = RequestBody()
        if length is not None and length > self._body_limit:
            body.is_complete = False
            return body
        try:
            async with asyncio.timeout(self._body_seconds) as clock:
                self._uploads[body] = clock
                self._reserve(body, length or 0)
                body.content = await (self._receive_chunks(protocol, body) if length is None else protocol())
        except TimeoutError:
            self._abort(body, BodyTooSlow("the body did not arrive in time"))
        except (ProtocolClosed, ProtocolError):
            self._abort(body, BadRequest("ends too early"))
        except asyncio.CancelledError:  # given up while it comes: nobody else is left to give its bytes back
            self.release(body)
            raise
        finally:
            self._uploads.pop(body, None)
        return body

    def release(self, body: RequestBody) -> None:
        """Give back what a body takes up."""
        self._reserved_bytes -= body.reserved_bytes
        body.reserved_bytes = 0

    async def _receive_chunks(self, protocol: HTTPProtocol, body: RequestBody) -> bytes:
        """A body whose length was not said.

        Granian does not tell one that broke off from one that ended; what is cut short is no sound JSON, nor gzip.
        """
        parts: list[bytes] = []
        size = 0
        async for part in protocol:
            parts.append(part)
            size += len(part)
            self._reserve(body, len(part))
            if size > self._body_limit:
                body.is_complete = False
                break
        return b"".join(parts)

    def _reserve(self, body: RequestBody, size: int) -> None:
        body.reserved_bytes += size
        self._reserved_bytes += size
        while self._uploads and (
            len(self._uploads) > _MAX_UPLOADS or self._reserved_bytes > _MAX_FULL_SIZE_BODIES * self._body_limit
        ):
            oldest = next(iter(self._uploads))
            clock = self._uploads.pop(oldest)
            self._abort(oldest, BodyBufferFull("too many bodies, or too large ones, at the same time"))
            if not clock.expired():
                clock.reschedule(0)  # a moment long past: its wait ends now

    def _abort(self, body: RequestBody, error: ServiceError) -> None:
        body.is_complete = False
        body.error = body.error or error
        self.release(body)
