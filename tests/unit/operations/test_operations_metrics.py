"""The metrics: counts with bounded labels of our own, summed over several processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from contract.speaking_calls import CALLS
from flask import Flask
from flask.testing import FlaskClient
from liveness import LIVENESS_S
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from synthetic import SIGN, VIEW, bundle, buttock_to_calf, call, concept, condition, order, outcome, prefetch

from cds_service.admission.room import Place, Room
from cds_service.knowledge import Knowledge
from cds_service.log.line_writer import line_writer
from cds_service.operations.metric_family import MetricFamily
from cds_service.operations.metrics import Metrics
from cds_service.operations.pending_counts import Key, PendingCounts
from cds_service.store import FeedbackLog

CANARY = "Erika Mustermann"


def samples_of(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        yield from family.samples


def figures(client: FlaskClient) -> dict[tuple[str, str], float]:
    """Return every sample by name and labels, as `a=1,b=2`."""
    samples = {}
    for sample in samples_of(client.get("/metrics").get_data(as_text=True)):
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        samples[sample.name.removeprefix("hip_spine_cds_"), labels] = sample.value
    return samples


def test_a_call_is_counted_by_hook_client_outcome_and_time(client: FlaskClient) -> None:
    client.post(f"/cds-services/{VIEW}", json=call())
    client.post(f"/cds-services/{VIEW}", json={})
    client.post(f"/cds-services/{VIEW}", json=call(prefetch=None))
    by_patient = call()
    by_patient["context"]["userId"] = "Patient/patient-1"
    client.post(f"/cds-services/{VIEW}", json=by_patient)
    client.post("/cds-services/unknown", json=call())
    client.get("/healthz")
    samples = figures(client)
    for result in ("no-cards", "400", "412", "not-judged"):
        assert samples["calls_total", f"client=demo,hook=patient-view,outcome={result}"] == 1
    assert samples["calls_total", "client=demo,hook=unknown,outcome=404"] == 1
    assert samples["call_seconds_count", "hook=patient-view"] == 4
    assert 0 < samples["call_seconds_sum", "hook=patient-view"] < 10
    assert samples["responses_total", "route=operations.probe,status=200"] == 1


def test_a_refusal_for_the_rate_is_told_from_one_for_the_room(
    build: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = build(rate_limit=6).test_client()
    for _ in range(3):
        client.post(f"/cds-services/{VIEW}", json=call())  # one may come in 10 s
    assert figures(client)["throttled_total", "client=demo,limit=rate"] == 2
    client = build(threads=1).test_client()
    entered = Room.enter

    def enter_twice(room: Room, client_id: str) -> Place:
        """Enter as another call does at the same time."""
        entered(room, client_id)
        return entered(room, client_id)

    monkeypatch.setattr(Room, "enter", enter_twice)
    assert client.post(f"/cds-services/{VIEW}", json=call()).status_code == 429
    assert figures(client)["throttled_total", "client=demo,limit=calls"] == 1


def test_cards_and_how_data_arrived_are_counted(client: FlaskClient) -> None:
    odd = condition(CANARY, "urn:oid:1.2.3", number=7)
    chart = prefetch(*buttock_to_calf(), odd, condition("x", code=5), imagingStudies=outcome(), procedures=bundle())
    draft = order("73721", bodySite=[concept("287579007")])
    client.post(f"/cds-services/{SIGN}", json=call(SIGN, draft, prefetch=chart))
    samples = figures(client)
    assert samples["cards_total", "fate=shown,level=warning,rule=spine-pattern-hip-imaging"] == 1
    states = {"conditions": "data", "imagingStudies": "failed", "procedures": "empty", "reports": "absent"}
    for key, state in states.items():
        assert samples["prefetch_total", f"key={key},state={state}"] == 1
    assert samples["unmapped_codes_total", "system=other"] == 1
    assert samples["unreadable_total", "type=Condition"] == 1
    assert CANARY not in client.get("/metrics").get_data(as_text=True)
    assert not [labels for name, labels in samples if name == "fhir_fetches_total"]


def test_searches_of_a_fhir_server_are_counted_by_outcome(client: FlaskClient) -> None:
    client.post(f"/cds-services/{VIEW}", json=call(fhirServer="http://127.0.0.1:9/fhir"))  # nobody listens there
    assert figures(client)["fhir_fetches_total", "key=reports,outcome=unreachable"] == 1


def test_feedback_is_counted_by_outcome_and_known_reason(client: FlaskClient, knowledge: Knowledge) -> None:
    known = next(iter(knowledge.override_reasons))
    events = [
        {"card": "1", "outcome": "overridden", "overrideReason": {"reason": {"code": known}}},
        {"card": "2", "outcome": "overridden", "overrideReason": {"reason": {"code": CANARY}}},
        {"card": "3", "outcome": "overridden"},
        {"card": "4", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}]},
    ]
    sent = [{**event, "outcomeTimestamp": "2026-03-10T12:00:00Z"} for event in events]
    assert client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": sent}).status_code == 200
    samples = figures(client)
    reasons = (
        f"overridden,reason={known}",
        "overridden,reason=other",
        "overridden,reason=none",
        "accepted,reason=none",
    )
    for labels in reasons:
        assert samples["feedback_total", f"outcome={labels}"] == 1


def test_feedback_that_is_not_stored_is_not_counted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FeedbackLog, "record", lambda *_: 1 / 0)
    event = {"card": "1", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:00:00Z"}
    assert client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": [event]}).status_code == 500
    assert not [name for name, _ in figures(client) if name == "feedback_total"]


def test_cards_the_store_lost_are_counted_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.store.IssuedCards.dropped", property(lambda _: 3))
    for _ in range(3):
        client.get("/healthz")
    assert figures(client)["cards_lost_total", ""] == 3


def test_cards_that_wait_in_memory_only_are_counted(client: FlaskClient, tmp_path: Path) -> None:
    """The folder beside the file cannot be made: the card is given all the same."""
    before = figures(client)["cards_in_memory_only_total", ""]
    [database] = tmp_path.glob("*.sqlite3")
    (tmp_path / f"{database.name}-waiting-cards").write_text("a file where the folder should be")
    service, body = CALLS["CaudaEquina"]
    assert len(client.post(f"/cds-services/{service}", json=body).get_json()["cards"]) == 1
    assert figures(client)["cards_in_memory_only_total", ""] == before + 1


def test_log_lines_that_were_lost_are_counted_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/healthz")
    before = figures(client)["log_lines_lost_total", ""]
    monkeypatch.setattr(line_writer(2), "lost", line_writer(2).lost + 3)
    for _ in range(3):
        client.get("/healthz")
    assert figures(client)["log_lines_lost_total", ""] == before + 3


def test_versions_are_published(client: FlaskClient) -> None:
    [labels] = [labels for name, labels in figures(client) if name == "info"]
    assert labels.startswith("content=2")
    assert "version=0" in labels


def test_a_port_that_others_reach_shows_no_metrics(build: Callable[..., Flask]) -> None:
    assert build(host="0.0.0.0").test_client().get("/metrics").status_code == 404  # noqa: S104 - the point
    assert build(metrics_port=9_999).test_client().get("/metrics").status_code == 404


def test_labels_are_words_and_few() -> None:
    made: dict[tuple[str, ...], float] = {}

    def make(*labels: str) -> Callable[[float], None]:
        return lambda amount: made.__setitem__(labels, made.get(labels, 0) + amount)

    family = MetricFamily(make, limit=3)
    for label in ("a", "Mustermann, Erika", "b\nc", "", "ü", "x" * 65, "b", "c", "d", "d", "a"):
        family.add((label,), 1)
    assert set(made) <= {("a",), ("b",), ("c",), ("other",)}
    assert len(made) <= 4
    assert sum(made.values()) == 11
    assert made["a",] == 2


COUNT = """
import sys
from cds_service.operations.metrics import Metrics
metrics = Metrics()
metrics.set_versions("1.2.3", "1.0.0", "abcdef")
for _ in range(int(sys.argv[1])):
    metrics.count("calls", "patient-view", "demo", "cards")
    metrics.observe_duration("patient-view", 0.02)
"""


def test_processes_count_together_even_those_that_are_gone(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(calls)], env=environment) for calls in (3, 4, 5)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    show = "from cds_service.operations.metrics import Metrics; print(Metrics().render().decode())"
    shown = subprocess.run([sys.executable, "-c", show], env=environment, capture_output=True, text=True, check=True)
    samples = {sample.name: sample.value for sample in samples_of(shown.stdout)}
    assert samples["hip_spine_cds_calls_total"] == 12
    assert samples["hip_spine_cds_call_seconds_count"] == 12
    assert samples["hip_spine_cds_info"] == 1


def test_counts_are_written_a_moment_later_together() -> None:
    written: list[tuple[Key, float]] = []
    counts = PendingCounts(lambda key, amount: written.append((key, amount)))
    for _ in range(2):
        counts.add("calls", (("demo",),), 1)
    counts.add("calls", (("demo",), ("other",)), 1)
    counts.add("unreadable", (("Condition",),), 2)
    assert not written
    wait_until(lambda: len(written) == 3)
    assert written == [(("calls", ("demo",)), 3), (("calls", ("other",)), 1), (("unreadable", ("Condition",)), 2)]
    counts.add("calls", (("demo",),), 1)
    wait_until(lambda: len(written) == 4)


def test_without_a_thread_counts_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[Key, float]] = []

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)
    PendingCounts(lambda key, amount: written.append((key, amount))).add("calls", ((),), 1)
    assert written == [(("calls", ()), 1)]


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_the_parent_of_workers_does_not_import_prometheus() -> None:
    """prometheus_client decides on import between one process and several, so the parent must not import it."""
    code = "import cds_service.cli, sys; print('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_metrics_of_two_applications_in_one_process_are_apart() -> None:
    first, second = Metrics(), Metrics()
    first.count("calls", "patient-view", "demo", "cards")
    assert b"calls_total{" in first.render()
    assert b"calls_total{" not in second.render()
