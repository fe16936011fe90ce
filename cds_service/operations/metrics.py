"""The Prometheus metrics: counts of our own words, correct over several workers. No patient, no user, no text.

prometheus_client decides at its import whether it counts for one process or, where `shared.VARIABLE` names a folder,
for several: so this module is imported in the worker, when that is settled. The counts of a worker that died stay in
the folder and go on counting, as a counter's should; there is no gauge that only living workers have, so nothing
needs `mark_process_dead`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.operations.metric_family import MetricFamily
from cds_service.operations.shared_folder import find_shared_folder

_PREFIX = "hip_spine_cds"
# Clients drop cards after 0.5 to 2 s; searches may take 1.5 s, and a call 2.5 s.
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0)
_COUNTERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "calls": (
        "Hook calls, by what became of them: cards, no-cards, not-judged, or the status",
        ("hook", "client", "outcome"),
    ),
    "responses": ("All answers, by route and status", ("route", "status")),
    "cards": ("Cards by rule, level and fate: shown, held-back, silent, exempt-role", ("rule", "level", "fate")),
    "prefetch": ("Prefetch keys by the state they came in: absent, empty, failed, data", ("key", "state")),
    "fhir_fetches": ("Searches of FHIR servers by prefetch key and outcome: ok, or why not", ("key", "outcome")),
    "unmapped_codes": ("Codes that stand for nothing here, by system", ("system",)),
    "unreadable": ("Resources that could not be read, by type", ("type",)),
    "feedback": ("Feedback events by outcome and reason", ("outcome", "reason")),
    "cards_lost": ("Cards issued that the store could not keep", ()),
}


class Metrics:
    """The metrics of this process, or its share of its service's."""

    def __init__(self) -> None:
        folder = find_shared_folder()
        self._registry = None if folder else CollectorRegistry()
        self._folder = str(folder) if folder else None
        self._families = {name: self._build_family(name, help_, labels) for name, (help_, labels) in _COUNTERS.items()}
        seconds = Histogram(
            f"{_PREFIX}_call_seconds", "Seconds from a hook call's start to its answer", ["hook"],
            buckets=_BUCKETS_S, registry=self._registry,
        )  # fmt: skip
        self._seconds = MetricFamily(lambda hook: seconds.labels(hook).observe)
        self._info = Gauge(
            f"{_PREFIX}_info", "1, with the versions of service and content", ["version", "content", "digest"],
            registry=self._registry, multiprocess_mode="max",
        )  # fmt: skip

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Count `amount` more of the family of this name, under these labels."""
        self._families[name].add(labels, amount)

    def observe_duration(self, hook: str, seconds: float) -> None:
        """Note how long a hook call took."""
        self._seconds.add((hook,), seconds)

    def set_versions(self, version: str, content: str, digest: str) -> None:
        """State which service and content this is."""
        self._info.labels(version, content, digest).set(1)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format; of all workers, where there are several."""
        return generate_latest(self._registry or build_shared_registry(self._folder))

    def _build_family(self, name: str, help_: str, labels: tuple[str, ...]) -> MetricFamily:
        counter = Counter(f"{_PREFIX}_{name}", help_, labels, registry=self._registry)

        def make(*values: str) -> Callable[[float], None]:
            return (counter.labels(*values) if values else counter).inc

        return MetricFamily(make)


@contextmanager
def metrics_server(host: str, port: int, folder: Path) -> Iterator[None]:
    """Serve what all workers have counted, on a port of its own, from a thread of this process."""
    server, _ = start_http_server(port, host, build_shared_registry(str(folder)))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def build_shared_registry(folder: str | None) -> CollectorRegistry:
    """A registry that reads what all workers have written into the folder."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # the library leaves it so
    return registry
