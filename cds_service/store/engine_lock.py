"""Allows one transaction at a time per engine, and none while the process forks.

SQLite forbids carrying an open connection across a fork: the child inherits lock records for locks it does not hold.
So a fork first waits for the running transaction and closes pooled connections; parent and child then open their own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable, StoreUnwritable

_FORK_WAIT_S = 5.0
_LOCK_TIMEOUT_S = 0.7  # with the timeouts in `database`, feedback gets its 503 from a stuck store after about 2 s

_locks: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
_lock_timeouts: WeakKeyDictionary[Engine, float | None] = WeakKeyDictionary()
_locks_held_for_fork: list[Lock] = []


def register(engine: Engine, lock_timeout: float | None = None) -> None:
    """Create the engine's lock, for which a transaction waits `lock_timeout` seconds. Call once, before the first."""
    _locks[engine] = Lock()
    _lock_timeouts[engine] = lock_timeout


@contextmanager
def exclusive(engine: Engine) -> Iterator[None]:
    """Hold the engine's lock. SQLite allows one writer anyway, and waiting here needs no polling.

    Raises:
        StoreUnwritable: the previous transaction does not end: the file is in use.
        StoreUnavailable: it does not end: the server does not answer.
    """
    lock, timeout = _locks[engine], _lock_timeouts[engine]
    if not lock.acquire(timeout=_LOCK_TIMEOUT_S if timeout is None else timeout):
        raise (StoreUnwritable if engine.dialect.name == "sqlite" else StoreUnavailable)("the store is busy")
    try:
        yield
    finally:
        lock.release()


def _before_fork() -> None:
    for engine, lock in list(_locks.items()):
        if lock.acquire(timeout=_FORK_WAIT_S):
            _locks_held_for_fork.append(lock)
        engine.dispose()


def _after_fork_in_parent() -> None:
    while _locks_held_for_fork:
        _locks_held_for_fork.pop().release()


def _after_fork_in_child() -> None:
    _locks_held_for_fork.clear()
    for engine in list(_locks):
        # A transaction that outlasted the wait belongs to a thread that the child does not have.
        engine.dispose(close=False)
        register(engine, _lock_timeouts[engine])


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
