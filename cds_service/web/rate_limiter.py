"""The rate limit per client, shared by all workers on one machine; replicas on other machines count separately.

It uses the generic cell rate algorithm (ITU-T I.371). The only state per client is the theoretical arrival time of its
next call: eight bytes in a file that the workers share.
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
_BURST_S = 10.0  # this many seconds' worth of calls may come at once: mornings at an EHR come in bursts


class RateLimiter:
    """Admits `calls_per_minute` calls of each client, and 10 s worth of them at once. None: no limit.

    Workers count together in `shared_folder`; without it this process counts alone. `monotonic` returns seconds of the
    machine's monotonic clock, which all processes share.
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
            TooManyCalls: the limit is reached. This call does not count; `retry_after` says when to try again.
        """
        if not self._interval_s:
            return
        with self._lock, self._locked_arrival_time(client_id) as arrival_time:
            now = self._monotonic()
            # A time further ahead than a burst allows was written before the machine restarted.
            expected = arrival_time[0] if now <= arrival_time[0] <= now + _BURST_S + self._interval_s else now
            wait = expected + self._interval_s - now - max(_BURST_S, self._interval_s)
            if wait > _ROUNDING_S:
                raise TooManyCalls(f"more than {60 / self._interval_s:.0f} calls in a minute", math.ceil(wait), "rate")
            arrival_time[0] = expected + self._interval_s

    @contextmanager
    def _locked_arrival_time(self, client_id: str) -> Iterator[list[float]]:
        """Lock the client's arrival time against all threads and workers, and yield it in a list of one to change."""
        file = self._open_client_file(self._shared_folder, client_id) if self._shared_folder else None
        if file is None:
            arrival_time = [self._arrival_times.get(client_id, 0.0)]
            yield arrival_time
            self._arrival_times[client_id] = arrival_time[0]
            return
        fcntl.flock(file, fcntl.LOCK_EX)  # the kernel releases the lock of a worker that is killed
        try:
            packed = os.pread(file, _ARRIVAL_TIME_STRUCT.size, 0).ljust(_ARRIVAL_TIME_STRUCT.size, b"\0")
            arrival_time = [*_ARRIVAL_TIME_STRUCT.unpack(packed)]
            yield arrival_time
            os.pwrite(file, _ARRIVAL_TIME_STRUCT.pack(arrival_time[0]), 0)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _open_client_file(self, folder: Path, client_id: str) -> int | None:
        """Return the client's file, or None if the disk is full: this process then counts alone."""
        if client_id not in self._files:
            path = folder / f"calls-{hashlib.sha256(client_id.encode()).hexdigest()[:16]}"
            try:
                file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except OSError:
                return None
            try:
                # Reserve the bytes: a time that could not be written would lift the limit.
                os.posix_fallocate(file, 0, _ARRIVAL_TIME_STRUCT.size)
            except OSError:
                os.close(file)
                return None
            self._files[client_id] = file
        return self._files[client_id]
