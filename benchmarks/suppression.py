"""The look-up of what a user has answered before, in a SQLite store with 1,000,000 answered cards."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.goals import Goal, at_most
from benchmarks.timing import best_of
from cds_service.store import Suppressions, connect, migrate

ROWS = 1_000_000
_LIMIT_MS = 0.3
_HASHES = 250_000  # patients; each has four answered cards of two users


def measure() -> list[Goal]:
    """Return what a look-up takes in a full store and in an empty one, in CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        full, empty = (f"sqlite:///{Path(folder) / name}.sqlite3" for name in ("full", "empty"))
        for url in (full, empty):
            migrate(url)
        _fill(full)
        stores = [Suppressions(connect(url, is_reading=True)) for url in (full, empty)]
        patients = iter(range(_HASHES))
        assert len(stores[0].find(_hash(7), _hash(7 % 2 + _HASHES))) == 4  # else nothing is measured
        taken = best_of(
            *(lambda store=store: store.find(_hash(next(patients) % _HASHES), _hash(_HASHES)) for store in stores)
        )
    detail = f"{taken[1]:.2f} ms in an empty store; {ROWS:,} rows"
    return [at_most("one look-up of answered cards", taken[0], _LIMIT_MS, " ms", detail)]


def _hash(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4


def _fill(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        columns = (
            "card_uuid, tenant, patient_hash, user_hash, rule_id, topic, level, basis_hash, content_version, outcome,"
            " has_reason, offer_ids, began_at, ends_at"
        )
        connection.executemany(f"INSERT INTO suppression ({columns}) VALUES ({', '.join('?' * 14)})", _rows())  # noqa: S608 - no input in it
        connection.commit()


def _rows() -> Iterator[tuple[object, ...]]:
    began, ends = (datetime(2026, month, 1, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for month in (3, 6))
    for number in range(ROWS):
        patient = number % _HASHES
        people = (_hash(patient), _hash(patient % 2 + _HASHES))
        card = ("plain-films-first", "PlainFilmsFirst", "info", _hash(number), "2.0.0", "overridden", 0, "[]")
        yield (f"card-{number}", "north", *people, *card, began, ends)


def main() -> None:
    """Print the goals."""
    for goal in measure():
        print("  ".join(goal.row))


if __name__ == "__main__":
    main()
