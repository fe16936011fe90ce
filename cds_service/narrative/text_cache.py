"""What was worked out from texts lately, kept by the texts' keyed hashes; the texts themselves are not kept."""

import secrets
from collections.abc import Callable
from typing import Final, Generic, TypeVar

V = TypeVar("V")
DEFAULT_CACHE_LIMIT: Final = 4096  # texts; some 200 bytes each


class TextCache(Generic[V]):
    """Does its work on a text once, as long as what came of it is kept. Safe to share between threads."""

    def __init__(self, compute: Callable[[str], V], limit: int = DEFAULT_CACHE_LIMIT) -> None:
        self._compute = compute
        self._limit = limit
        self._salt = secrets.token_hex(16)
        self._recent: dict[tuple[int, int], V] = {}
        self._older: dict[tuple[int, int], V] = {}

    def __call__(self, text: str) -> V:
        """What comes of the text."""
        # Python's hash is keyed anew in each process, and the salt makes it twice as long: no text can be told from
        # it, nor made to fall on another's.
        name = (hash(text), hash(text + self._salt))
        known = self._recent.get(name)
        if known is None:
            known = self._older.get(name)
            self._store(name, known := self._compute(text) if known is None else known)
        return known

    def _store(self, key: tuple[int, int], value: V) -> None:
        """Keep the latest, in two generations: of two threads that meet here one may lose a text, no more."""
        if len(self._recent) >= self._limit // 2:
            self._older, self._recent = self._recent, {}
        self._recent[key] = value
