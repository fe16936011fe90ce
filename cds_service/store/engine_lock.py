"""Lets one transaction at a time through per engine, and none while the process forks; knows no table and no URL.

SQLite forbids carrying an open connection over a fork (the child inherits lock records it does not hold), so before a
fork the running transaction is waited for and the kept connections are closed; parent and child then open their own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable

_FORK_WAIT_S = 5.0
_LOCK_TIMEOUT_S = 0.7  # with the waits of `database` a stuck store costs feedback about 2 s before its 503

_locks: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
_lock_timeouts: WeakKeyDictionary[Engine, float | None] = WeakKeyDictionary()
_locks_held_for_fork: list[Lock] = []


def register(engine: Engine, lock_timeout: float | None = None) -> None:
    """Give the engine its gate, at which a transaction waits `wait` seconds. Once, before its first transaction."""
    _locks[engine] = Lock()
    _lock_timeouts[engine] = lock_timeout


@contextmanager
def exclusive(engine: Engine) -> Iterator[None]:
    """Hold the engine's gate. SQLite has one writer at a time anyway, and a waiting thread here costs no polling.

    Raises:
        StoreUnavailable: the transaction before does not end, so the database does not answer.
    """
    gate = _locks[engine]
    wait = _lock_timeouts[engine]
    if not gate.acquire(timeout=_LOCK_TIMEOUT_S if wait is None else wait):
        raise StoreUnavailable("the store is busy")
    try:
        yield
    finally:
        gate.release()


def _before_fork() -> None:
    for engine, gate in list(_locks.items()):
        if gate.acquire(timeout=_FORK_WAIT_S):
            _locks_held_for_fork.append(gate)
        engine.dispose()


def _after_fork_in_parent() -> None:
    while _locks_held_for_fork:
        _locks_held_for_fork.pop().release()


def _after_fork_in_child() -> None:
    _locks_held_for_fork.clear()
    for engine in list(_locks):
        # A transaction that outlasted the wait belongs to a thread the child does not have.
        engine.dispose(close=False)
        register(engine, _lock_timeouts[engine])


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
