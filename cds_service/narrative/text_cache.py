"""Caches of results for recent texts, by a keyed hash of the text. The text itself is never stored."""

import secrets
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

V = TypeVar("V")
DEFAULT_CACHE_LIMIT: Final = 4096  # texts; about 200 bytes each


class HashedResults(Generic[V]):
    """Results of recent texts, by their names and whatever else decides them. Safe to share between threads."""

    def __init__(self, limit: int = DEFAULT_CACHE_LIMIT) -> None:
        self._limit = limit
        self._salt = secrets.token_hex(16)
        self._recent: dict[Hashable, V] = {}
        self._older: dict[Hashable, V] = {}

    def name(self, text: str) -> int:
        """Return the keyed hash of a text."""
        # The secret salt keeps anybody from recovering a text or constructing a collision, also where Python's own hash
        # is told its key. Of 64 bits, two texts of those here meet by chance once in some thousand years.
        return hash(self._salt + text)

    def get(self, name: Hashable) -> V | None:
        """Return the result with this name, or None if it is not known."""
        known = self._recent.get(name)
        if known is None:
            known = self._older.get(name)
            if known is not None:
                self.store(name, known)
        return known

    def store(self, name: Hashable, value: V) -> V:
        """Store and return a result, in two generations. Two threads that meet here may lose one, nothing more."""
        if len(self._recent) >= self._limit // 2:
            self._older, self._recent = self._recent, {}
        self._recent[name] = value
        return value

    def clear(self) -> None:
        """Forget all results."""
        self._recent, self._older = {}, {}


class TextCache(HashedResults[V]):
    """Caches the result of a computation on texts. Safe to share between threads."""

    def __init__(self, compute: Callable[[str], V], limit: int = DEFAULT_CACHE_LIMIT) -> None:
        super().__init__(limit)
        self._compute = compute

    def __call__(self, text: str) -> V:
        """Return the result for a text, computed or cached."""
        name = self.name(text)
        known = self.get(name)
        return self.store(name, self._compute(text)) if known is None else known
