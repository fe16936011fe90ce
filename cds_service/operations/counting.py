"""One family of counts whose labels are bounded, whatever it is given: few values, and only words of our own form."""

import re
from collections.abc import Callable

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}")
OTHER = "other"


class Family:
    """Counts by labels. `make` gives the counter of some label values; no more than `limit` are ever made.

    A label that is no word of our form, or one too many, counts as "other": a mistake must neither name a patient nor
    fill the memory of whoever collects the counts.
    """

    def __init__(self, make: Callable[..., Callable[[float], None]], limit: int = 1_000) -> None:
        self._make = make
        self._limit = limit
        self._made: dict[tuple[str, ...], Callable[[float], None]] = {}

    def add(self, labels: tuple[str, ...], amount: float) -> None:
        """Count `amount` more under these labels."""
        counted = self._made.get(labels)
        if counted is None:
            counted = self._of(labels)
        counted(amount)

    def _of(self, labels: tuple[str, ...]) -> Callable[[float], None]:
        safe = tuple(label if _WORD.fullmatch(label) else OTHER for label in labels)
        if safe not in self._made and len(self._made) >= self._limit:
            safe = (OTHER,) * len(labels)
        counted = self._made.setdefault(safe, self._make(*safe))
        if len(self._made) < self._limit:
            self._made[labels] = counted
        return counted
