"""A cache of results for recent texts, keyed by a keyed hash of the text. The text itself is never stored."""

import secrets
from collections.abc import Callable
from typing import Final, Generic, TypeVar

V = TypeVar("V")
DEFAULT_CACHE_LIMIT: Final = 4096  # texts; about 200 bytes each


class TextCache(Generic[V]):
    """Caches the result of a computation on texts. Safe to share between threads."""

    def __init__(self, compute: Callable[[str], V], limit: int = DEFAULT_CACHE_LIMIT) -> None:
        self._compute = compute
        self._limit = limit
        self._salt = secrets.token_hex(16)
        self._recent: dict[int, V] = {}
        self._older: dict[int, V] = {}

    def __call__(self, text: str) -> V:
        """Return the result for a text, computed or cached."""
        # The secret salt keeps anybody from recovering a text or constructing a collision, also where Python's own hash
        # is told its key. Of 64 bits, two texts of those here meet by chance once in some thousand years.
        name = hash(self._salt + text)
        known = self._recent.get(name)
        if known is None:
            known = self._older.get(name)
            self._store(name, known := self._compute(text) if known is None else known)
        return known

    def _store(self, key: int, value: V) -> None:
        """Store a result, in two generations. Two threads that meet here may lose one result, nothing more."""
        if len(self._recent) >= self._limit // 2:
            self._older, self._recent = self._recent, {}
        self._recent[key] = value
