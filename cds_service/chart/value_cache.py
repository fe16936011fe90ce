"""A cache of what the content makes of concepts: nearly all records of a chart hold one that other charts hold too."""

from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.fhir.json_names import NameReader, write_name
from cds_service.narrative.text_cache import TextCache

K = TypeVar("K")
V = TypeVar("V")


class ValueCache(Generic[K, V]):
    """Caches the result of a computation on values of a type, as `TextCache` does: no code and no name is stored."""

    def __init__(self, kind: type[K], compute: Callable[[K], V]) -> None:
        read = NameReader(kind).read
        self._cache = TextCache(lambda name: compute(read(name)))

    def __call__(self, value: K) -> V:
        """Return the result for a value, computed or cached."""
        return self._cache(write_name(value).decode())
