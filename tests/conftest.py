"""The application with a fixed clock and its own database, and a reader of synthetic charts."""

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from left_out import name_left_out
from liveness import LIVENESS_S
from signing import PUBLIC, SigningEhr, client_table
from synthetic import PATIENT, bundle

import cds_service.content_loading
from cds_service.app import build_app
from cds_service.chart.chart_reader import ChartReader
from cds_service.collection import paused_collection
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart
from cds_service.settings import Settings
from tests.closed_at_end import close_at_end
from tests.loaded_by_part import load_by_part
from tests.made_once import PARTS, make_once, read_once
from tests.shipped import shipped_knowledge

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

# Where tests have a mocked FHIR server of this machine, and where nothing listens.
LOCAL_FHIR = {"demo_fhir_servers": ["http://127.0.0.1:8099/fhir", "http://127.0.0.1:9/fhir"]}

# Everywhere what Hypothesis does under CI=true: the same examples each time, and no failure because a machine is slow.
hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def _loaded_by_part() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        load_by_part(monkeypatch)
        yield


@pytest.fixture(scope="module")
def loaded_once(knowledge: Knowledge) -> Iterator[None]:
    """Let all commands of a module use the shipped content that is loaded already."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        load_once(monkeypatch, knowledge)
        yield


def load_once(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> None:
    """Load and build the shipped content once for a process: it takes most of an application's start."""
    monkeypatch.setattr(cds_service.content_loading, "load_knowledge", read_once(knowledge))
    for module, name in PARTS:
        monkeypatch.setattr(module, name, make_once(getattr(module, name)))


@pytest.fixture
def build(tmp_path: Path, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Build applications for a test."""
    with builder(tmp_path, knowledge) as build:
        yield build


@contextmanager
def builder(folder: Path, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Build applications and release their threads and connections at the end. The content is loaded once."""
    monkeypatch = pytest.MonkeyPatch()
    load_once(monkeypatch, knowledge)
    numbers = count(1)

    def build(**settings: Any) -> Flask:
        # Only a hanging call reaches these deadlines; a test of a deadline sets its own.
        deadlines = {"fhir_deadline": LIVENESS_S, "call_deadline": LIVENESS_S}
        given = {"database": f"sqlite:///{folder / 'store.sqlite3'}", **LOCAL_FHIR, **deadlines, **settings}
        uuids = (f"00000000-0000-4000-8000-{number:012}" for number in numbers)
        return build_app(Settings(**given), clock=lambda: NOW, uuid_factory=lambda: next(uuids))

    with ExitStack() as opened:
        close_at_end(opened)
        opened.callback(monkeypatch.undo)
        yield build


@pytest.fixture(scope="module")
def build_once(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Build applications that the tests of a module share."""
    with builder(tmp_path_factory.mktemp("shared"), knowledge) as build:
        yield build


@pytest.fixture
def app(build: Callable[..., Flask]) -> Flask:
    return build()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ehr() -> SigningEhr:
    """Return the EHR that may call an application in production mode."""
    return SigningEhr(NOW)


@pytest.fixture
def produce(build: Callable[..., Flask], tmp_path: Path) -> Callable[..., FlaskClient]:
    """Build applications in production mode."""
    return producer(build, tmp_path)


def producer(build: Callable[..., Flask], folder: Path) -> Callable[..., FlaskClient]:
    """Build applications in production mode for one client with this key set; other fields change its table."""

    def make(*keys: dict[str, Any], settings: dict[str, Any] | None = None, **table: Any) -> FlaskClient:
        clients = client_table(folder, *keys, **table)
        given = {"clients": clients, "public_url": PUBLIC, "hash_key": "a key for tests alone", **(settings or {})}
        return build(**given).test_client()

    return make


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[FlaskClient]:
    """Build one application in production mode for the tests of a module, which use different tokens."""
    folder = tmp_path_factory.mktemp("production")
    with builder(folder, knowledge) as build:
        yield producer(build, folder)()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shipped_knowledge()


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> ChartReader:
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen)


@pytest.fixture
def chart(reader: ChartReader) -> Callable[..., Chart]:
    """Read resources as they arrive on the wire; `drafts` as the gatherer returns them."""

    def read(*resources: dict[str, Any], drafts: Any = (), patient_id: str = PATIENT) -> Chart:
        decoded = decode_resources(json.dumps(bundle(*resources)).encode(), "prefetch.test")
        gathered = ChartData(decoded.resources, tuple(drafts), decoded.unreadable)
        return reader.build_chart(gathered, patient_id, NOW.date())

    return read


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep tests and content out of Python's garbage collector: it would go through all of it again and again."""
    with paused_collection():
        yield
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    name_left_out(terminalreporter)
