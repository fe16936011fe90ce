"""Writes items to the database without making a call wait: a bounded backlog and one thread for each writer."""

import atexit
import logging
import os
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from cds_service.errors import StoreUnavailable
from cds_service.store.backlog import Backlog
from cds_service.store.spool import Spool

Item = TypeVar("Item")

_BATCH = 500
_MIN_RETRY_S, _MAX_RETRY_S = 0.05, 1.0
_EXIT_TIMEOUT_S = 2.0

_logger = logging.getLogger(__name__)


class BackgroundWriter(Generic[Item]):
    """Writes in the background. While the database is down, only the oldest items beyond `limit` are lost.

    `write` stores a batch, returns the number of items that were rejected, and raises `StoreUnavailable` to be tried
    again. `linger_s`: how long items gather before they are written; by default as the backlog has it. `on_reset` is
    called in a forked child. `spool`: keeps waiting items on disk too, for another process if this one is killed.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[Sequence[Item]], int],
        limit: int,
        *,
        linger_s: float | None = None,
        on_reset: Callable[[], None] | None = None,
        spool: Spool[Item] | None = None,
    ) -> None:
        self._name = name
        self._write = write
        self._limit = limit
        self._linger_s = linger_s
        self._on_reset = on_reset
        self._spool = spool
        self._start()
        _instances.add(self)

    @property
    def dropped(self) -> int:
        """The number of items lost by this process: the backlog was full or closed, or the database rejected them."""
        return self._backlog.dropped

    @property
    def is_failing(self) -> bool:
        """Whether items wait that could not be written."""
        return self._is_failing

    def put(self, items: Sequence[Item]) -> bool:
        """Queue items, and return whether they are on disk. Never waits for the database or raises because of it."""
        with self._put_lock:  # the spool counts items as the backlog does
            is_spooled = self._spool is not None and self._spool.append(items, self._backlog.last_number)
            is_open = self._backlog.add(items)
        if is_open:
            self._ensure_thread()
        return is_spooled

    def take_over(self) -> None:
        """Queue the items that processes which have ended left on disk."""
        if self._spool is not None:
            self._spool.take_over(self.put)

    def flush(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until all items queued so far are stored or dropped; return whether they are."""
        return self._backlog.drain(timeout)

    def close(self, timeout: float) -> None:
        """Write waiting items for up to `timeout` seconds, then stop. Remaining and later items are dropped.

        The thread then has another `timeout` seconds to release its connection. A spool keeps what remains.
        """
        self.flush(timeout)
        dropped = self._backlog.dropped
        self._backlog.close()
        if self._thread is not None:
            self._thread.join(timeout)
        if self._spool is not None:
            with self._put_lock:
                self._spool.close(keep=self._backlog.dropped > dropped or len(self._backlog) > 0)

    def reset(self) -> None:
        """Begin anew without items and thread, as in a forked child: those of the parent stay with the parent."""
        self._start()
        if self._spool is not None:
            self._spool.leave_to_parent()
        if self._on_reset is not None:
            self._on_reset()

    def _start(self) -> None:
        self._backlog: Backlog[Item] = Backlog(self._limit, self._linger_s)
        self._thread: Thread | None = None
        self._is_failing = False
        self._start_lock = Lock()
        self._put_lock = Lock()

    def _ensure_thread(self) -> None:
        with self._start_lock:
            if self._thread is not None and self._thread.is_alive():
                return
            thread = Thread(target=self._run, args=(self._backlog,), name=self._name, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # No thread can be started now. The items wait, and the next put tries again.
                _logger.warning("no thread for the store", extra={"waiting": len(self._backlog)})
            else:
                self._thread = thread

    def _run(self, backlog: Backlog[Item]) -> None:
        pause = 0.0
        while items := backlog.take_batch(_BATCH):
            try:
                refused = self._write(items)
            except StoreUnavailable:
                if not pause:
                    _logger.warning("store away", extra={"waiting": len(backlog), "dropped": backlog.dropped})
                pause = min(max(2 * pause, _MIN_RETRY_S), _MAX_RETRY_S)
                self._is_failing = True
                backlog.wait_to_retry(pause)
            else:
                if pause or refused:
                    total = backlog.dropped + refused
                    _logger.warning("store answers again", extra={"refused": refused, "dropped": total})
                backlog.finish_batch(dropped=refused)
                self._settle(backlog)
                pause = 0.0
                self._is_failing = False

    def _settle(self, backlog: Backlog[Item]) -> None:
        if self._spool is not None:
            with self._put_lock:
                self._spool.settle(backlog.oldest_number, backlog.last_number)


_instances: WeakSet[BackgroundWriter[Any]] = WeakSet()


def close_writers() -> None:
    """Write what waits in this process and accept no more. Takes at most twice `_EXIT_TIMEOUT_S` seconds each."""
    for writer in list(_instances):
        writer.close(_EXIT_TIMEOUT_S)


def _reset_all() -> None:
    # A child has neither the parent's threads nor usable locks, and the parent writes what waits there.
    for writer in list(_instances):
        writer.reset()


atexit.register(close_writers)
os.register_at_fork(after_in_child=_reset_all)
