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

from cds_service.errors import BadRequest, BodyTooSlow, RoomFull, ServiceError

_MOST_COMING = 256  # bodies on their way in at once
_WHOLE = 16  # bodies of the largest size that may be held, while they come and until their call is answered


@dataclass(eq=False, slots=True)
class Body:
    """A body, and the bytes it takes up. Where it is not `whole`, `fault` says why, or its size does."""

    content: bytes = b""
    whole: bool = True
    fault: ServiceError | None = None
    held: int = 0


class Room:
    """Where bodies are held. `limit`: bytes of the largest; `seconds`: within which each must be here."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._held = 0
        self._coming: dict[Body, asyncio.Timeout] = {}  # in the order in which they began

    async def take(self, sending: HTTPProtocol, length: int | None) -> Body:
        """Take in a body, of this `length` if it was said; `leave` gives its bytes back.

        Of one that is too large no more is read than tells so: the application refuses it by its size.
        """
        body = Body()
        if length is not None and length > self._limit:
            body.whole = False
            return body
        try:
            async with asyncio.timeout(self._seconds) as clock:
                self._coming[body] = clock
                self._hold(body, length or 0)
                body.content = await (self._parts(sending, body) if length is None else sending())
        except TimeoutError:
            self._break_off(body, BodyTooSlow("the body did not arrive in time"))
        except (ProtocolClosed, ProtocolError):
            self._break_off(body, BadRequest("ends too early"))
        except asyncio.CancelledError:  # given up while it comes: nobody else is left to give its bytes back
            self.leave(body)
            raise
        finally:
            self._coming.pop(body, None)
        return body

    def leave(self, body: Body) -> None:
        """Give back what a body takes up."""
        self._held -= body.held
        body.held = 0

    async def _parts(self, sending: HTTPProtocol, body: Body) -> bytes:
        """A body whose length was not said.

        Granian does not tell one that broke off from one that ended; what is cut short is no sound JSON, nor gzip.
        """
        parts: list[bytes] = []
        size = 0
        async for part in sending:
            parts.append(part)
            size += len(part)
            self._hold(body, len(part))
            if size > self._limit:
                body.whole = False
                break
        return b"".join(parts)

    def _hold(self, body: Body, more: int) -> None:
        body.held += more
        self._held += more
        while self._coming and (len(self._coming) > _MOST_COMING or self._held > _WHOLE * self._limit):
            oldest = next(iter(self._coming))
            clock = self._coming.pop(oldest)
            self._break_off(oldest, RoomFull("too many bodies, or too large ones, at the same time"))
            if not clock.expired():
                clock.reschedule(0)  # a moment long past: its wait ends now

    def _break_off(self, body: Body, fault: ServiceError) -> None:
        body.whole = False
        body.fault = body.fault or fault
        self.leave(body)
