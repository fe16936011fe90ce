"""Receives request bodies in memory, each within a time limit and all within a size limit.

When the buffer is full, the upload that has been open longest is dropped (503). Normal uploads finish in milliseconds,
so only slow ones are affected.
"""

import asyncio
from dataclasses import dataclass

from granian.rsgi import (  # type: ignore[attr-defined]  # public, though not in `__all__`
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
)

from cds_service.errors import BadRequest, BodyBufferFull, BodyTooSlow, ServiceError

_MAX_UPLOADS = 256  # at the same time
_MAX_FULL_SIZE_BODIES = 16  # the memory limit, in bodies of the largest size; held until their call is answered


@dataclass(eq=False, slots=True)
class RequestBody:
    """A body and the bytes reserved for it. An incomplete body has an `error`, unless it was too large."""

    content: bytes = b""
    is_complete: bool = True
    error: ServiceError | None = None
    reserved_bytes: int = 0


class BodyBuffer:
    """Holds bodies of at most `body_limit` bytes, each of which must arrive within `body_seconds`."""

    def __init__(self, body_limit: int, body_seconds: float) -> None:
        self._body_limit = body_limit
        self._body_seconds = body_seconds
        self._reserved_bytes = 0
        self._uploads: dict[RequestBody, asyncio.Timeout] = {}  # oldest first

    async def receive(self, protocol: HTTPProtocol, length: int | None) -> RequestBody:
        """Receive a body, whose `length` may be unknown. `release` frees its bytes.

        A body that is too large is read no further than necessary; the application then rejects it by its size.
        """
        body = RequestBody()
        if length is not None and length > self._body_limit:
            body.is_complete = False
            return body
        try:
            async with asyncio.timeout(self._body_seconds) as timeout:
                self._uploads[body] = timeout
                self._reserve(body, length or 0)
                body.content = await (self._receive_chunks(protocol, body) if length is None else protocol())
        except TimeoutError:
            self._abort(body, BodyTooSlow("the body did not arrive in time"))
        except (ProtocolClosed, ProtocolError):
            self._abort(body, BadRequest("ends too early"))
        except asyncio.CancelledError:  # nobody else would free its bytes
            self.release(body)
            raise
        finally:
            self._uploads.pop(body, None)
        return body

    def release(self, body: RequestBody) -> None:
        """Free the bytes reserved for a body."""
        self._reserved_bytes -= body.reserved_bytes
        body.reserved_bytes = 0

    async def _receive_chunks(self, protocol: HTTPProtocol, body: RequestBody) -> bytes:
        """Receive a body of unknown length.

        Granian does not tell a broken upload from a finished one, but a truncated body is not valid JSON or gzip.
        """
        chunks: list[bytes] = []
        size = 0
        async for chunk in protocol:
            chunks.append(chunk)
            size += len(chunk)
            self._reserve(body, len(chunk))
            if size > self._body_limit:
                body.is_complete = False
                break
        return b"".join(chunks)

    def _reserve(self, body: RequestBody, size: int) -> None:
        body.reserved_bytes += size
        self._reserved_bytes += size
        while self._uploads and (
            len(self._uploads) > _MAX_UPLOADS or self._reserved_bytes > _MAX_FULL_SIZE_BODIES * self._body_limit
        ):
            oldest = next(iter(self._uploads))
            timeout = self._uploads.pop(oldest)
            self._abort(oldest, BodyBufferFull("too many or too large uploads at the same time"))
            if not timeout.expired():
                timeout.reschedule(0)  # a time in the past: the wait ends now

    def _abort(self, body: RequestBody, error: ServiceError) -> None:
        body.is_complete = False
        body.error = body.error or error
        self.release(body)
