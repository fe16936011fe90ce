"""A cache of what the content makes of concepts: nearly all records of a chart hold one that other charts hold too."""

from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.fhir.json_names import write_name
from cds_service.narrative.text_cache import HashedResults

K = TypeVar("K")
V = TypeVar("V")


class ValueCache(HashedResults[V], Generic[K, V]):
    """Caches the result of a computation on values of FHIR, as `TextCache` does: no code and no name is stored."""

    def __init__(self, compute: Callable[[K], V]) -> None:
        super().__init__()
        self._compute = compute
        self._byte_salt = self._salt.encode()

    def find(self, value: K) -> V:
        """Return the result for a value, computed or cached. Every record of a chart comes here."""
        written = write_name(value)
        name = hash(self._byte_salt + written)
        known = self._recent.get(name)
        if known is None:
            known = self.get(name)
        return self.store(name, self._compute(value)) if known is None else known
