"""One family of counts whose labels are bounded, whatever it is given: few values, and only words of our own form."""

import re
from collections.abc import Callable

_LABEL_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}")
OTHER = "other"


class MetricFamily:
    """Counts by labels. `make` gives the counter of some label values; no more than `limit` are ever made.

    A label that is no word of our form, or one too many, counts as "other": a mistake must neither name a patient nor
    fill the memory of whoever collects the counts.
    """

    def __init__(self, make_child: Callable[..., Callable[[float], None]], limit: int = 1_000) -> None:
        self._make_child = make_child
        self._limit = limit
        self._children: dict[tuple[str, ...], Callable[[float], None]] = {}

    def add(self, labels: tuple[str, ...], amount: float) -> None:
        """Count `amount` more under these labels."""
        counted = self._children.get(labels)
        if counted is None:
            counted = self._child_for(labels)
        counted(amount)

    def _child_for(self, labels: tuple[str, ...]) -> Callable[[float], None]:
        safe = tuple(label if _LABEL_PATTERN.fullmatch(label) else OTHER for label in labels)
        if safe not in self._children and len(self._children) >= self._limit:
            safe = (OTHER,) * len(labels)
        counted = self._children.setdefault(safe, self._make_child(*safe))
        if len(self._children) < self._limit:
            self._children[labels] = counted
        return counted
