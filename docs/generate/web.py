"""The pages of routes and metrics, from an application in demo mode."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from flask import Flask
from prometheus_client import CollectorRegistry

from cds_service.app import build_app
from cds_service.settings import Settings
from docs.generate.markdown import code, meanings, page, table


def routes_page() -> str:
    """Return the page of routes."""
    application, _ = _application()
    document = application.test_client().get("/openapi.json").get_json()
    rows = [
        (f"`{method.upper()}`", f"`{path}`", operation["summary"], ", ".join(sorted(operation["responses"])))
        for path, method, operation in _operations(document)
    ]
    rows += [("`GET`", f"`{path}`", meaning, "") for path, meaning in _others(application, document).items()]
    return page(
        "Routes",
        "The service describes itself as OpenAPI 3.1 at `/openapi.json`, with a schema for every request and answer. "
        "`/metrics` is on this port only while the service listens on loopback: see "
        "[Operate the service](../how-to/operate.md).",
        table(("method", "path", "purpose", "answers"), rows),
        "## Error statuses",
        "Every error is a FHIR OperationOutcome. It names the element at fault, never its content. An error is never "
        'answered as an empty list of cards, which would read as "no concern".',
        table(("status", "meaning"), sorted(_errors(document).items())),
    )


def metrics_page() -> str:
    """Return the page of metrics."""
    _, collectors = _application()
    rows = [
        (f"`{_exposed(collector)}`", collector._type, code(collector._labelnames), collector._documentation)
        for collector in sorted(collectors, key=_exposed)
    ]
    return page(
        "Metrics",
        "`/metrics` answers in Prometheus' text format and counts over all workers. What a worker "
        "counts is there 0.2 seconds later, and is lost if it is killed before. Labels hold words of the content "
        "and of the client table, never of a chart or a request.",
        table(("metric", "type", "labels", "meaning"), rows),
    )


@cache
def _application() -> tuple[Flask, list[Any]]:
    """Build the application, and note every metric that it registers."""
    collectors: list[Any] = []
    register = CollectorRegistry.register

    def note(registry: CollectorRegistry, collector: Any) -> None:
        register(registry, collector)
        if collector._name.startswith("hip_spine_cds"):
            collectors.append(collector)

    CollectorRegistry.register = note  # type: ignore[method-assign]  # whatever module declares the metrics
    try:
        database = f"sqlite:///{tempfile.mkdtemp()}/store.sqlite3"
        application = build_app(Settings.model_validate({"database": database, "hash_key": "0" * 16}))
    finally:
        CollectorRegistry.register = register  # type: ignore[method-assign]
    return application, collectors


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _others(application: Flask, document: Mapping[str, Any]) -> dict[str, str]:
    """Return the routes that the OpenAPI document leaves out, with their meanings."""
    adapter = application.url_map.bind("localhost")
    covered = {adapter.match(path, method.upper())[0] for path, method, _ in _operations(document)}
    return meanings("routes", [rule.rule for rule in application.url_map.iter_rules() if rule.endpoint not in covered])


def _errors(document: Mapping[str, Any]) -> dict[str, str]:
    by_status: dict[str, dict[str, None]] = defaultdict(dict)
    for _, _, operation in _operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                by_status[status][response["description"]] = None
    return {status: " Or: ".join(descriptions) for status, descriptions in by_status.items()}


def _exposed(collector: Any) -> str:
    """Return the name under which Prometheus sees a metric."""
    return str(collector._name) + ("_total" if collector._type == "counter" else "")
