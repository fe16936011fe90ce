"""Receives request bodies in memory, each within a time limit and all within a size limit.

Bytes count once they are here: a length that is only announced takes nothing. When the buffer is full, the upload goes
that has used it worst, so that many senders who send nothing do not break off an honest slow one.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from granian.rsgi import (  # type: ignore[attr-defined]  # public, though not in `__all__`
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
)

from cds_service.errors import BadRequest, BodyBufferFull, BodyTooSlow, ServiceError

_MAX_UPLOADS = 512  # at the same time
_MAX_FULL_SIZE_BODIES = 8  # the memory limit, in bodies of the largest size; held until their call is answered
# Bytes. So short a body is taken in at once, in half the time of its chunks, and counts when all of it is here.
_AT_ONCE = 131_072
_CROWD = 64  # uploads; of more, all are taken in by chunks, so that it is seen who sends and who holds memory


@dataclass(eq=False, slots=True)
class RequestBody:
    """A body and the bytes reserved for it. An incomplete body has an `error`, unless it was too large."""

    content: bytes = b""
    is_complete: bool = True
    error: ServiceError | None = None
    reserved_bytes: int = 0
    began_at: float = field(default_factory=time.monotonic)

    def bytes_per_second(self, now: float) -> float:
        """Return how fast it arrives. In its first second an upload is compared by its bytes alone."""
        return self.reserved_bytes / max(1.0, now - self.began_at)

    def byte_seconds(self, now: float) -> float:
        """Return how much memory it has held, and for how long."""
        return self.reserved_bytes * (now - self.began_at)


class BodyBuffer:
    """Holds bodies of at most `body_limit` bytes, each of which must arrive within `body_seconds`."""

    def __init__(self, body_limit: int, body_seconds: float) -> None:
        self._body_limit = body_limit
        self._body_seconds = body_seconds
        self._reserved_bytes = 0
        self._uploads: dict[RequestBody, asyncio.Task[Any] | None] = {}  # oldest first
        self._timer: asyncio.TimerHandle | None = None  # of the oldest: one for each would cost a call far more

    async def receive(self, protocol: HTTPProtocol, length: int | None) -> RequestBody:
        """Receive a body, whose `length` may be unknown. `release` frees its bytes.

        A body that is too large is read no further than necessary; the application then rejects it by its size.
        """
        body = RequestBody()
        if length is not None and length > self._body_limit:
            body.is_complete = False
            return body
        self._uploads[body] = task = asyncio.current_task()
        if self._timer is None:
            self._await_late(self._body_seconds)
        try:
            self._reserve(body, 0)
            body.content = await self._receive_content(protocol, body, length)
        except BodyBufferFull:  # already noted
            pass
        except (ProtocolClosed, ProtocolError):
            self._abort(body, BadRequest("ends too early"))
        except asyncio.CancelledError:
            if body.error is None or task is None or task.uncancel():  # not by us, or not by us alone
                self.release(body)  # nobody else would free its bytes
                raise
        finally:
            self._uploads.pop(body, None)
        return body

    def release(self, body: RequestBody) -> None:
        """Free the bytes reserved for a body."""
        self._reserved_bytes -= body.reserved_bytes
        body.reserved_bytes = 0

    async def _receive_content(self, protocol: HTTPProtocol, body: RequestBody, length: int | None) -> bytes:
        if length is None or length > _AT_ONCE or len(self._uploads) > _CROWD:
            return await self._receive_chunks(protocol, body, length)
        content: bytes = await protocol()
        self._reserve(body, len(content))
        return content

    async def _receive_chunks(self, protocol: HTTPProtocol, body: RequestBody, length: int | None) -> bytes:
        """Receive a body by and by, and count what has come.

        By chunks, granian does not tell a broken upload from a finished one. Without a length, a truncated body is
        still no valid JSON or gzip.
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
        if length is not None and size < length:
            raise ProtocolClosed
        return b"".join(chunks)

    def _reserve(self, body: RequestBody, size: int) -> None:
        """Count bytes that have come, and drop uploads where there are too many.

        Raises:
            BodyBufferFull: this upload is one of them.
        """
        body.reserved_bytes += size
        self._reserved_bytes += size
        now = time.monotonic()
        while len(self._uploads) > _MAX_UPLOADS:
            self._drop(min(self._uploads, key=lambda upload: upload.bytes_per_second(now)))
        while self._uploads and self._reserved_bytes > _MAX_FULL_SIZE_BODIES * self._body_limit:
            self._drop(max(self._uploads, key=lambda upload: upload.byte_seconds(now)))
        if body.error is not None:
            raise body.error

    def _await_late(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._drop_late)

    def _drop_late(self) -> None:
        """Drop the uploads that are late, and wait until the oldest of the others is."""
        self._timer = None
        now = time.monotonic()
        for upload in list(self._uploads):
            if now < upload.began_at + self._body_seconds:
                self._await_late(upload.began_at + self._body_seconds - now)
                return
            self._stop(upload, BodyTooSlow("the body did not arrive in time"))

    def _drop(self, upload: RequestBody) -> None:
        self._stop(upload, BodyBufferFull("too many or too large uploads at the same time"))

    def _stop(self, upload: RequestBody, error: ServiceError) -> None:
        task = self._uploads.pop(upload)
        self._abort(upload, error)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _abort(self, body: RequestBody, error: ServiceError) -> None:
        body.is_complete = False
        body.error = body.error or error
        self.release(body)
