"""The Prometheus metrics, summed over all workers, with labels of our own. No patient, no user, no free text.

prometheus_client decides when it is imported whether it counts for one process or for several, in the folder that
`shared_folder.FOLDER_VARIABLE` names. So this module is imported in the worker, once that is known. Counts of a worker
that died remain in the folder, as they should; no gauge is per live worker, so `mark_process_dead` is not needed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.operations.metric_family import MetricFamily
from cds_service.operations.pending_counts import PendingCounts
from cds_service.operations.shared_folder import find_shared_folder, recover_shared_folder

_PREFIX = "hip_spine_cds"
# Clients stop waiting for cards after 0.5 to 2 s; by default searches may take 1.5 s and a call 2.5 s.
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0)
_COUNTERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "calls": (
        "Hook calls by outcome: cards, no-cards, not-judged, or the HTTP status of an error",
        ("hook", "client", "outcome"),
    ),
    "responses": ("All responses by route and status", ("route", "status")),
    "throttled": ("Responses 429 by client and limit: rate, calls, all-calls or memory", ("client", "limit")),
    "cards": (
        "Cards by rule, level and fate: shown, held-back, silent, exempt-role, suppressed",
        ("rule", "level", "fate"),
    ),
    "cards_suppressed": (
        "Cards not shown again, by rule and reason: overridden, red-flag-overridden, critical-overridden, accepted",
        ("rule", "reason"),
    ),
    "suppression_unknown": ("Calls whose cards were all shown because the store did not answer in time", ()),
    "prefetch": ("Prefetch keys by the state in which they arrived: absent, empty, failed, data", ("key", "state")),
    "missing": (
        "Prefetch keys of which data were missing, by client: not-sent, unread, incomplete",
        ("client", "key", "state"),
    ),
    "restraint_withheld": (
        "Calls in which missing data alone stopped the restraint of a rule, by client",
        ("client", "rule"),
    ),
    "fhir_fetches": ("FHIR searches by prefetch key and outcome: ok, or the reason for failure", ("key", "outcome")),
    "unmapped_codes": ("Codes that the content does not map, by system", ("system",)),
    "unreadable": ("Resources that could not be read, by type", ("type",)),
    "feedback": ("Feedback events by outcome and reason", ("outcome", "reason")),
    "cards_lost": ("Issued cards that could not be stored", ()),
    "cards_in_memory_only": ("Issued cards that could not be put on disk until they were stored", ()),
    "log_lines_lost": ("Log lines that could not be written: the reader stalled, or the disk was full", ()),
}


class Metrics:
    """The metrics of this process, or its part of the metrics of all workers."""

    def __init__(self) -> None:
        folder = find_shared_folder()
        self._registry = None if folder else CollectorRegistry()
        self._folder = str(folder) if folder else None
        self._families = {name: self._build_family(name, help_, labels) for name, (help_, labels) in _COUNTERS.items()}
        self._pending = PendingCounts(lambda key, amount: self._families[key[0]].add(key[1], amount))
        seconds = Histogram(
            f"{_PREFIX}_call_seconds", "Seconds from the start of a hook call to its response", ["hook"],
            buckets=_BUCKETS_S, registry=self._registry,
        )  # fmt: skip
        self._seconds = MetricFamily(lambda hook: seconds.labels(hook).observe)
        self._info = Gauge(
            f"{_PREFIX}_info", "1, with the versions of service and content", ["version", "content", "digest"],
            registry=self._registry, multiprocess_mode="max",
        )  # fmt: skip

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Add `amount` to the counter of this name with these labels: a moment later, or when rendered."""
        self._pending.add(name, (labels,), amount)

    def count_each(self, name: str, all_labels: Iterable[tuple[str, ...]]) -> None:
        """Add 1 to the counter of this name with each of these labels, as `count` does."""
        self._pending.add(name, tuple(all_labels), 1)

    def observe_duration(self, hook: str, seconds: float) -> None:
        """Record how long a hook call took."""
        self._seconds.add((hook,), seconds)

    def set_versions(self, version: str, content: str, digest: str) -> None:
        """Publish the versions of service and content."""
        self._info.labels(version, content, digest).set(1)

    def render(self) -> bytes:
        """Return the metrics of all workers in the Prometheus text format."""
        recover_shared_folder()  # the library refuses one that was deleted
        self._pending.flush()
        return generate_latest(self._registry or build_shared_registry(self._folder))

    def _build_family(self, name: str, help_: str, labels: tuple[str, ...]) -> MetricFamily:
        counter = Counter(f"{_PREFIX}_{name}", help_, labels, registry=self._registry)

        def make_child(*values: str) -> Callable[[float], None]:
            return (counter.labels(*values) if values else counter).inc

        return MetricFamily(make_child)


@contextmanager
def metrics_server(host: str, port: int, folder: Path) -> Iterator[None]:
    """Serve the metrics of all workers on a port of their own, from a thread of this process."""
    server, _ = start_http_server(port, host, build_shared_registry(str(folder)))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def build_shared_registry(folder: str | None) -> CollectorRegistry:
    """Build a registry that reads what all workers have written to the folder."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # untyped in the library
    return registry
