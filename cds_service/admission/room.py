"""The room of a worker: how many calls it answers at once, how much their data may take, and each client's share.

Nothing waits for room. A call for which there is none is refused at once: its clinician has moved on by the time that a
queue would have come to it.
"""

from collections import Counter
from threading import Lock
from typing import Final, Self

from cds_service.errors import BodyBufferFull, TooManyCalls

_RETRY_S = 1
_CLIENT_CALLS = 0.8  # of all calls, so that other clients always find some left
_CLIENT_MEMORY = 0.5  # of the memory
# Measured over dense bodies: what is decoded and concluded takes at most so many bytes.
_PER_BYTE: Final = 2
_PER_OBJECT: Final = 600


def estimate_memory(size: int, objects: int) -> int:
    """Return the bytes that JSON takes once it is decoded and read, at most: one of many small objects takes most."""
    return _PER_BYTE * size + _PER_OBJECT * objects


class Room:
    """The room of one worker, for all its threads. `memory` is in bytes, for all its `calls` together.

    Of one call, at most `max_objects` JSON objects are decoded: whatever has more is refused or left out.
    """

    def __init__(self, calls: int, memory: int, max_objects: int) -> None:
        self.max_objects = max_objects
        self._calls, self._client_calls = calls, max(1, int(calls * _CLIENT_CALLS))
        self._memory, self._client_memory = memory, int(memory * _CLIENT_MEMORY)
        self._calls_by_client: Counter[str] = Counter()
        self._memory_by_client: Counter[str] = Counter()
        self._lock = Lock()

    def enter(self, client_id: str) -> "Place":
        """Return the place of a call of this client, to be left at its end.

        Raises:
            TooManyCalls: the client, or all clients together, have as many calls in progress as they may.
        """
        with self._lock:
            if self._calls_by_client[client_id] >= self._client_calls:
                raise TooManyCalls(f"more than {self._client_calls} calls at the same time", _RETRY_S, "calls")
            if self._calls_by_client.total() >= self._calls:
                raise TooManyCalls(
                    f"more than {self._calls} calls at the same time, of all clients", _RETRY_S, "all-calls"
                )
            self._calls_by_client[client_id] += 1
        return Place(self, client_id)

    def leave(self, client_id: str, taken: int) -> None:
        """Free the place of a call that had taken so many bytes."""
        with self._lock:
            for counter, number in ((self._calls_by_client, 1), (self._memory_by_client, taken)):
                counter[client_id] -= number
                if not counter[client_id]:
                    del counter[client_id]  # clients come and go

    def take(self, client_id: str, size: int, own: int) -> "BodyBufferFull | TooManyCalls | None":
        """Take so many bytes for a call that has `own` already, or return why it may not.

        A call that is alone may take what it needs: its limits are those of a single call.
        """
        with self._lock:
            of_client, of_all = self._memory_by_client[client_id], self._memory_by_client.total()
            if of_client > own and of_client + size > self._client_memory:
                return TooManyCalls("more data at the same time than one client may send", _RETRY_S, "memory")
            if of_all > own and of_all + size > self._memory:
                return BodyBufferFull("too much data of all calls at the same time")
            self._memory_by_client[client_id] += size
            return None


class Place:
    """The place of one call in the room. Leaving it twice frees it once."""

    def __init__(self, room: Room, client_id: str) -> None:
        self._room = room
        self._client_id = client_id
        self._taken = 0
        self._objects_left = room.max_objects
        self._is_left = False
        self._lock = Lock()

    def __enter__(self) -> Self:
        """Return the place."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it."""
        self.leave()

    def require(self, data: bytes) -> None:
        """Take the memory for JSON that is about to be decoded.

        Raises:
            TooManyCalls: the client's other calls leave none.
            BodyBufferFull: all other calls leave none.
        """
        refusal = self._take(data)
        if refusal:
            raise refusal

    def offer(self, data: bytes) -> bool:
        """Take the memory for JSON that could be read, and return whether there is any."""
        return self._take(data) is None

    def leave(self) -> None:
        """Free all that the call has taken. A search that is still running takes nothing any more."""
        with self._lock:
            if not self._is_left:
                self._is_left = True
                self._room.leave(self._client_id, self._taken)

    def _take(self, data: bytes) -> BodyBufferFull | TooManyCalls | None:
        objects = data.count(b"{")
        with self._lock:
            if self._is_left:
                return BodyBufferFull("the call has ended")
            decoded = min(objects, self._objects_left)
            memory = estimate_memory(len(data), decoded)
            refusal = self._room.take(self._client_id, memory, self._taken)
            if refusal is None:
                self._taken += memory
                self._objects_left -= decoded
            return refusal
