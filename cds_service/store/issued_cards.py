"""Stores issued cards without making a call wait."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable
from cds_service.store.background_writer import BackgroundWriter
from cds_service.store.database import ValuesRefused, check_writable, insert_if_absent, transaction
from cds_service.store.foreign_ids import ForeignIds, keep_feedback_away
from cds_service.store.schema import card_issued
from cds_service.store.spool import Spool


class IssuedCard(msgspec.Struct, frozen=True, gc=False):
    """One card built for a client; `silent`: not shown. Patient and user are keyed hashes (`Pseudonymizer`).

    `basis_hash`: a keyed hash of what the card rests on; None: it is never suppressed. `offer_ids`: the content's id of
    each suggestion, in the order of `suggestion_uuids`.

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
    basis_hash: str | None = None
    offer_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at has no zone")


class IssuedCards:
    """Writes cards in the background. While the database is down, only the oldest cards beyond `limit` are lost.

    `spool_folder`: where waiting cards are on disk too, so that they are not lost with this process.
    """

    def __init__(
        self, engine: Engine, foreign_ids: ForeignIds, limit: int = 10_000, *, spool_folder: Path | None = None
    ) -> None:
        self._engine = engine
        self._foreign_ids = foreign_ids
        self._spool = Spool(spool_folder, IssuedCard, limit) if spool_folder else None
        self._writer = BackgroundWriter("cards-issued", self._write_batch, limit, spool=self._spool)

    @property
    def dropped(self) -> int:
        """The number of cards lost by this process: the backlog was full or closed, or the database rejected them."""
        return self._writer.dropped

    @property
    def kept_in_memory_only(self) -> int:
        """The number of cards that could not be put on disk while they waited, and would be lost with this process."""
        return self._spool.missed if self._spool else 0

    def take_over(self) -> None:
        """Queue the cards that killed workers left behind. To be called once by a worker that starts."""
        self._writer.take_over()

    def put(self, cards: Sequence[IssuedCard]) -> None:
        """Queue cards for the writer. Never waits for the database and never raises because of it."""
        self._writer.put(cards)

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait up to `timeout` seconds until all cards queued so far are stored or dropped; return whether they are."""
        return self._writer.flush(timeout)

    def check_writable(self) -> None:
        """Check that cards can be written now.

        Raises:
            StoreUnavailable: they cannot.
        """
        if self._writer.is_failing:  # the check below may miss it: a server's disk may be full for tables only
            raise StoreUnavailable("waiting cards cannot be written")
        check_writable(self._engine)

    def close(self, timeout: float) -> None:
        """Write waiting cards for up to `timeout` seconds, then stop. Remaining and later cards are dropped.

        Those that remain stay in the spool folder. The writer then has another `timeout` seconds to release its
        connection. The engine stays open.
        """
        self._writer.close(timeout)

    def _write_batch(self, cards: Sequence[IssuedCard]) -> int:
        """Store the cards and return the number rejected. One bad card must not delay or drag down the others."""
        try:
            with transaction(self._engine) as connection:
                keep_feedback_away(connection)
                connection.execute(insert_if_absent(connection, card_issued), [asdict(card) for card in cards])
                self._foreign_ids.recognise(connection, cards)
        except ValuesRefused:
            return 1 if len(cards) == 1 else sum(self._write_batch([card]) for card in cards)
        return 0
