"""Counts judged calls by day, tenant and content: the denominator of every rate, since most calls yield no card."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from threading import Lock

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Connection, Engine

from cds_service.errors import StoreUnavailable
from cds_service.store.background_writer import BackgroundWriter
from cds_service.store.database import insert_if_absent, insert_or_add, transaction
from cds_service.store.schema import call_count, content_day

_LINGER_S = 0.5  # a killed worker loses the counts of as long
_COUNTS = ("with_cards", "without_cards", "cards_exempt_role")


class CallKind(msgspec.Struct, frozen=True, gc=False):
    """What is counted together: calls of a tenant on one day of the site, judged by one content, shown or silent."""

    day: date
    tenant: str
    hook: str
    service_id: str
    content_version: str
    content_digest: str
    sign_off: str
    silent: bool


class CallCounts:
    """Adds calls up in memory and writes the sums in the background. While the database is down, none is lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._start()
        # Its items say only that there are sums to be written, so one is enough.
        self._writer = BackgroundWriter[None]("call-counts", self._write, 1, linger_s=_LINGER_S, on_reset=self._start)

    def add(self, kind: CallKind, *, has_cards: bool, cards_exempt_role: int = 0) -> None:
        """Count a call. Never waits for the database and never raises because of it."""
        with self._lock:
            is_first = not self._pending
            self._pending[kind, "with_cards" if has_cards else "without_cards"] += 1
            self._pending[kind, "cards_exempt_role"] += cards_exempt_role
        if is_first:
            self._writer.put([None])

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait up to `timeout` seconds until all calls counted so far are stored; return whether they are."""
        return self._writer.flush(timeout)

    def close(self, timeout: float) -> None:
        """Write what waits for up to `timeout` seconds, then stop."""
        self._writer.close(timeout)

    def _start(self) -> None:
        self._lock = Lock()
        self._pending: Counter[tuple[CallKind, str]] = Counter()

    def _write(self, _signals: Sequence[None]) -> int:
        with self._lock:
            taken, self._pending = self._pending, Counter()
        try:
            with transaction(self._engine) as connection:
                _add(connection, taken)
        except StoreUnavailable:
            with self._lock:
                self._pending.update(taken)
            raise
        return 0


def _add(connection: Connection, counts: Counter[tuple[CallKind, str]]) -> None:
    for kind in dict.fromkeys(kind for kind, _ in counts):
        row = asdict(kind) | {name: counts[kind, name] for name in _COUNTS}
        sign_off = row.pop("sign_off")
        connection.execute(insert_or_add(connection, call_count, _COUNTS), row)
        day = {name: row[name] for name in ("day", "content_digest", "content_version")} | {"sign_off": sign_off}
        connection.execute(insert_if_absent(connection, content_day), day)
