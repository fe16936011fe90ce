"""Stores issued cards without making a call wait: a bounded backlog and one writer thread per process."""

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
from cds_service.store.foreign_ids import ForeignIds
from cds_service.store.schema import card_issued

_BATCH = 500
_MIN_RETRY_S, _MAX_RETRY_S = 0.05, 1.0
_EXIT_TIMEOUT_S = 2.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class IssuedCard:
    """One card built for a client; `silent`: not shown. Patient and user are keyed hashes (`Pseudonymizer`).

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
    """Writes cards in the background. While the database is down, only the oldest cards beyond `limit` are lost."""

    def __init__(self, engine: Engine, foreign_ids: ForeignIds, limit: int = 10_000) -> None:
        self._engine = engine
        self._foreign_ids = foreign_ids
        self._limit = limit
        self._reset()
        _instances.add(self)

    @property
    def dropped(self) -> int:
        """The number of cards lost by this process: the backlog was full or closed, or the database rejected them."""
        return self._backlog.dropped

    def put(self, cards: Sequence[IssuedCard]) -> None:
        """Queue cards for the writer. Never waits for the database and never raises because of it."""
        if self._backlog.add(cards):
            self._ensure_writer_thread()

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait up to `timeout` seconds until all cards queued so far are stored or dropped; return whether they are."""
        return self._backlog.drain(timeout)

    def check_writable(self) -> None:
        """Check that cards can be written now.

        Raises:
            StoreUnavailable: they cannot.
        """
        if self._is_store_down:  # the check below may miss it: a server's disk may be full for tables only
            raise StoreUnavailable("waiting cards cannot be written")
        check_writable(self._engine)

    def close(self, timeout: float) -> None:
        """Write waiting cards for up to `timeout` seconds, then stop. Remaining and later cards are dropped.

        The writer then has another `timeout` seconds to release its connection. The engine stays open.
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
                # No thread can be started now. The cards wait, and the next put tries again.
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
        """Store the cards and return the number rejected. One bad card must not delay or drag down the others."""
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert_if_absent(connection, card_issued), [dict(vars(card)) for card in cards])
                self._foreign_ids.recognise(connection, cards)
        except ValuesRefused:
            return 1 if len(cards) == 1 else sum(self._write_batch([card]) for card in cards)
        return 0


_instances: WeakSet[IssuedCards] = WeakSet()


def close_stores() -> None:
    """Write the waiting cards of this process and accept no more. Takes at most twice `_EXIT_TIMEOUT_S` seconds."""
    for cards in list(_instances):
        cards.close(_EXIT_TIMEOUT_S)


def _reset_all() -> None:
    # A child has neither the parent's thread nor usable locks, and the parent writes the waiting cards.
    for cards in list(_instances):
        cards._reset()


atexit.register(close_stores)
os.register_at_fork(after_in_child=_reset_all)
