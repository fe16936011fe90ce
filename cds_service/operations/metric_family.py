"""A metric family with bounded labels: limited in number, and only words of our own form."""

import re
from collections.abc import Callable

_LABEL_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}")
OTHER = "other"


class MetricFamily:
    """Counts by labels. `make_child` returns the counter for label values and is called at most `limit` times.

    Malformed labels, and labels beyond the limit, count as "other": a mistake must neither name a patient nor fill the
    memory of the metrics server. A count that cannot be written is lost: no call fails for it.
    """

    def __init__(self, make_child: Callable[..., Callable[[float], None]], limit: int = 1_000) -> None:
        self._make_child = make_child
        self._limit = limit
        self._children: dict[tuple[str, ...], Callable[[float], None]] = {}

    def add(self, labels: tuple[str, ...], amount: float) -> None:
        """Add `amount` to the counter with these labels."""
        child = self._children.get(labels)
        try:
            if child is None:
                child = self._child_for(labels)
            child(amount)
        except OSError:  # the shared folder is gone, or its disk full
            return

    def _child_for(self, labels: tuple[str, ...]) -> Callable[[float], None]:
        safe = tuple(label if _LABEL_PATTERN.fullmatch(label) else OTHER for label in labels)
        if safe not in self._children and len(self._children) >= self._limit:
            safe = (OTHER,) * len(labels)
        child = self._children.setdefault(safe, self._make_child(*safe))
        if len(self._children) < self._limit:
            self._children[labels] = child
        return child
