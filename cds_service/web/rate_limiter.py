"""The rate limit of each client, counted by all workers of this machine together.

The generic cell rate algorithm (ITU-T I.371): all it keeps for a client is one moment, the one when the calls so far
would be used up at the even rate, here in eight bytes of a file that the workers share. The `limits` library was
looked at first: its storage in memory counts for one process and starts a timer thread every 10 ms under load; its
shared ones are servers that this service does without. Replicas on other machines count for themselves.
"""

import fcntl
import hashlib
import math
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cds_service.errors import TooManyCalls

_ARRIVAL_TIME_STRUCT = struct.Struct("d")
_ROUNDING_S = 1e-6
_BURST_S = 10.0  # so many seconds' worth of calls may come at once: an EHR's morning is no even flow


class RateLimiter:
    """Lets `per_minute` calls of each client through, and 10 s worth of them at once. None: all.

    `folder` is where the workers count together; without one this process counts alone. `monotonic` gives seconds of
    the machine's steady clock, the same in every process.
    """

    def __init__(
        self, calls_per_minute: int | None, shared_folder: Path | None, monotonic: Callable[[], float]
    ) -> None:
        self._interval_s = 60 / calls_per_minute if calls_per_minute else 0.0
        self._shared_folder = shared_folder
        self._monotonic = monotonic
        self._lock = Lock()
        self._files: dict[str, int] = {}
        self._arrival_times: dict[str, float] = {}

    def admit(self, client_id: str) -> None:
        """Count a call of this client.

        Raises:
            TooManyCalls: it is one too many, and does not count; says after how many seconds there is room again.
        """
        if not self._interval_s:
            return
        with self._lock, self._locked_arrival_time(client_id) as moments:
            now = self._monotonic()
            # A moment further off than the burst allows was left by another run of the machine's clock.
            moment = moments[0] if now <= moments[0] <= now + _BURST_S + self._interval_s else now
            wait = moment + self._interval_s - now - max(_BURST_S, self._interval_s)
            if wait > _ROUNDING_S:
                raise TooManyCalls(f"more than {60 / self._interval_s:.0f} calls in a minute", math.ceil(wait))
            moments[0] = moment + self._interval_s

    @contextmanager
    def _locked_arrival_time(self, client_id: str) -> Iterator[list[float]]:
        """The client's moment, to be read and changed while no other thread or worker does."""
        file = self._open_client_file(self._shared_folder, client_id) if self._shared_folder else None
        if file is None:
            moments = [self._arrival_times.get(client_id, 0.0)]
            yield moments
            self._arrival_times[client_id] = moments[0]
            return
        fcntl.flock(file, fcntl.LOCK_EX)  # a worker that is killed lets go of it
        try:
            moments = [
                _ARRIVAL_TIME_STRUCT.unpack(
                    os.pread(file, _ARRIVAL_TIME_STRUCT.size, 0).ljust(_ARRIVAL_TIME_STRUCT.size, b"\0")
                )[0]
            ]
            yield moments
            os.pwrite(file, _ARRIVAL_TIME_STRUCT.pack(moments[0]), 0)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _open_client_file(self, folder: Path, client_id: str) -> int | None:
        """The client's file; None, and it is counted by this process alone, where none can be made: a full disk."""
        if client_id not in self._files:
            path = folder / f"calls-{hashlib.sha256(client_id.encode()).hexdigest()[:16]}"
            try:
                file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except OSError:
                return None
            try:
                os.posix_fallocate(
                    file, 0, _ARRIVAL_TIME_STRUCT.size
                )  # a moment that could not be written would lift the limit
            except OSError:
                os.close(file)
                return None
            self._files[client_id] = file
        return self._files[client_id]
