"""Writes log lines from a thread of its own: a full disk, or a reader that stalls, stops nothing but the log."""

import atexit
import logging
import os
import select
import time
from queue import SimpleQueue
from threading import Event, Lock, Thread

_LIMIT = 10_000  # lines, of some 700 bytes: 7 MB for each process
_FLUSH_S = 1.0
_LINGER_S = 0.02  # for which lines gather: waking the thread for each of them costs a call more than the line does
_BATCH = 100  # lines

_logger = logging.getLogger(__name__)


class LineWriter:
    """Writes lines to a file descriptor, in order. It neither raises nor waits.

    When `limit` lines wait, further ones are lost; `lost` counts them, and those that could not be written. Also the
    logger that structlog writes to.
    """

    def __init__(self, fd: int, limit: int = _LIMIT) -> None:
        self.lost = 0
        self._fd = fd
        self._limit = limit
        self._is_cut = False  # whether half a line stands at the end of the file
        self._start_anew()
        os.register_at_fork(after_in_child=self._start_anew)

    def write(self, line: bytes) -> None:
        """Queue a line, which ends with a newline."""
        if self._waiting.qsize() >= self._limit:
            self._count_lost()
            return
        self._waiting.put(line)
        if self._thread is None:
            self._start_thread()

    msg = log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = write

    def flush(self, timeout: float = _FLUSH_S) -> bool:
        """Wait up to `timeout` seconds until all lines queued so far are written; return whether they are."""
        reached = Event()
        self._waiting.put(reached)
        return self._thread is None or reached.wait(timeout)

    def _start_anew(self) -> None:
        """Start with nothing queued: a forked child has no thread, and its parent writes what was waiting."""
        self._waiting: SimpleQueue[bytes | Event] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            thread = Thread(target=self._run, args=(self._waiting,), name="log-writer", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no thread can be started now: the lines wait, and the next one tries again
                return
            self._thread = thread

    def _count_lost(self, number: int = 1) -> None:
        with self._lock:
            self.lost += number

    def _run(self, waiting: "SimpleQueue[bytes | Event]") -> None:
        told = self.lost
        while True:
            items = _take_batch(waiting)
            lines = [item for item in items if isinstance(item, bytes)]
            lost = self._write_now(b"".join(lines))
            self._count_lost(lost)
            if lost < len(lines) and self.lost > told and waiting.qsize() <= self._limit // 2:
                told, dropped = self.lost, self.lost - told
                _logger.warning("log lines lost", extra={"dropped": dropped})
            for item in items:
                if isinstance(item, Event):
                    item.set()

    def _write_now(self, lines: bytes) -> int:
        """Write lines, however long that takes, and return how many could not be written as a whole."""
        lost, is_begun = 0, False
        while lines:
            remaining = b"\n" + lines if self._is_cut else lines
            try:
                written = os.write(self._fd, remaining)
            except BlockingIOError:
                select.select([], [self._fd], [])
            except OSError:  # the disk is full, or nobody reads any more: the line is lost, the next may not be
                lost += 1
                self._is_cut = self._is_cut or is_begun
                is_begun, lines = False, lines.partition(b"\n")[2]
            else:
                self._is_cut, is_begun = False, not remaining[:written].endswith(b"\n")
                lines = remaining[written:]
        return lost


def _take_batch(waiting: "SimpleQueue[bytes | Event]") -> list[bytes | Event]:
    """Wait for a line, and return it with those that come in the next moment."""
    items = [waiting.get()]
    if isinstance(items[0], bytes):
        time.sleep(_LINGER_S)
    while len(items) < _BATCH and not waiting.empty():
        items.append(waiting.get())
    return items


_writers: dict[int, LineWriter] = {}


def line_writer(fd: int) -> LineWriter:
    """Return this process's only writer of a file descriptor."""
    if fd not in _writers:
        _writers[fd] = LineWriter(fd)
    return _writers[fd]


def flush_log() -> None:
    """Wait a moment until what this process has logged so far is written."""
    for writer in _writers.values():
        writer.flush()


def lost_lines() -> int:
    """Return how many log lines this process has lost so far."""
    return sum(writer.lost for writer in _writers.values())


atexit.register(flush_log)
