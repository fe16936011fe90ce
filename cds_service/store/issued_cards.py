"""Remembers the cards issued without making a card wait: a bounded line and one writing thread per process."""

import atexit
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from weakref import WeakSet

from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable
from cds_service.store.backlog import Backlog
from cds_service.store.database import ValuesRefused, check_writable, insert_if_absent, transaction
from cds_service.store.schema import card_issued

_BATCH = 500
_MIN_RETRY_S, _MAX_RETRY_S = 0.05, 1.0
_EXIT_TIMEOUT_S = 2.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class IssuedCard:
    """One card made for a client; `silent`: not shown. Patient and user are `Pseudonyms`; `issued_at` has a zone.

    Raises:
        ValueError: `issued_at` has no zone.
    """

    card_uuid: str
    tenant: str
    service_id: str
    hook: str
    hook_instance: str
    rule_id: str
    topic: str
    level: str
    patient_hash: str
    user_hash: str
    content_version: str
    content_digest: str
    suggestion_uuids: tuple[str, ...]
    issued_at: datetime
    silent: bool = False

    def __post_init__(self) -> None:
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at has no zone")


class IssuedCards:
    """Writes cards behind the caller's back. A database that is away costs the oldest cards beyond `limit`, no more."""

    def __init__(self, engine: Engine, limit: int = 10_000) -> None:
        self._engine = engine
        self._limit = limit
        self._reset()
        _instances.add(self)

    @property
    def dropped(self) -> int:
        """The number of cards this process lost: the line was full or closed, or the database refused them."""
        return self._backlog.dropped

    def put(self, cards: Sequence[IssuedCard]) -> None:
        """Hand over cards to be written. Never waits for the database, and never raises because of it."""
        if self._backlog.add(cards):
            self._ensure_writer_thread()

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait, at most `timeout` seconds, until the cards put before this call are stored or dropped; whether so."""
        return self._backlog.drain(timeout)

    def check_writable(self) -> None:
        """Ask whether cards could be written now.

        Raises:
            StoreUnavailable: they could not.
        """
        if self._is_store_down:  # what a question cannot find out: a server's disk may be full for tables alone
            raise StoreUnavailable("cards that wait cannot be written")
        check_writable(self._engine)

    def close(self, timeout: float) -> None:
        """Write what waits, for at most `timeout` seconds, then stop. Cards that are left, or come later, are dropped.

        The writer is then given `timeout` seconds more to let go of its connection. The engine stays open.
        """
        self.flush(timeout)
        self._backlog.close()
        if self._writer_thread is not None:
            self._writer_thread.join(timeout)

    def _reset(self) -> None:
        self._backlog: Backlog[IssuedCard] = Backlog(self._limit)
        self._writer_thread: Thread | None = None
        self._is_store_down = False
        self._start_lock = Lock()

    def _ensure_writer_thread(self) -> None:
        with self._start_lock:
            if self._writer_thread is not None and self._writer_thread.is_alive():
                return
            writer = Thread(target=self._run_writer, args=(self._backlog,), name="cards-issued", daemon=True)
            try:
                writer.start()
            except RuntimeError:
                # No thread can be had just now. The cards wait, and the next put tries again.
                _logger.warning("no thread for the store", extra={"waiting": len(self._backlog)})
            else:
                self._writer_thread = writer

    def _run_writer(self, backlog: Backlog[IssuedCard]) -> None:
        pause = 0.0
        while cards := backlog.take_batch(_BATCH):
            try:
                refused = self._write_batch(cards)
            except StoreUnavailable:
                if not pause:
                    _logger.warning("store away", extra={"waiting": len(backlog), "dropped": backlog.dropped})
                pause = min(max(2 * pause, _MIN_RETRY_S), _MAX_RETRY_S)
                self._is_store_down = True
                backlog.wait_to_retry(pause)
            else:
                if pause or refused:
                    total = backlog.dropped + refused
                    _logger.warning("store answers again", extra={"refused": refused, "dropped": total})
                backlog.finish_batch(dropped=refused)
                pause = 0.0
                self._is_store_down = False

    def _write_batch(self, cards: Sequence[IssuedCard]) -> int:
        """Store the cards; the number refused. One bad card must not hold up, or take with it, the others."""
        try:
            self._insert(cards)
        except ValuesRefused:
            return 1 if len(cards) == 1 else sum(self._write_batch([card]) for card in cards)
        return 0

    def _insert(self, cards: Sequence[IssuedCard]) -> None:
        with transaction(self._engine) as connection:
            connection.execute(insert_if_absent(connection, card_issued), [dict(vars(card)) for card in cards])


_instances: WeakSet[IssuedCards] = WeakSet()


def close_stores() -> None:
    """Write what waits in this process, for at most `_AT_EXIT_S` seconds and as long again, then take nothing more."""
    for cards in list(_instances):
        cards.close(_EXIT_TIMEOUT_S)


def _reset_all() -> None:
    # A child has neither its parent's thread nor a sound lock, and its parent writes the cards that wait.
    for cards in list(_instances):
        cards._reset()


atexit.register(close_stores)
os.register_at_fork(after_in_child=_reset_all)
