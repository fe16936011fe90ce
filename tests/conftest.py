"""The application under a fixed clock with a database of its own, and a reader of synthetic charts."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from liveness import LIVENESS_S
from signing import PUBLIC, SigningEhr, client_table
from sqlalchemy import Engine
from synthetic import PATIENT, bundle

import cds_service.prepared
import cds_service.production
from cds_service.app import build_app
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.charting import ChartReader, Gathered
from cds_service.fhir.client import EhrClient
from cds_service.knowledge import Knowledge, load, shipped_cards
from cds_service.logic.facts import Chart
from cds_service.settings import Settings
from cds_service.store import IssuedCards
from tests.made_once import PARTS, make_once, read_once

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def build(tmp_path: Path, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Builds applications of a test."""
    with builder(tmp_path, knowledge) as build:
        yield build


@contextmanager
def builder(folder: Path, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Builds applications, and lets go of their threads and connections in the end. The content is read once."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(cds_service.prepared, "load", read_once(knowledge))
    for module, name in PARTS:
        monkeypatch.setattr(module, name, make_once(getattr(module, name)))
    numbers = count(1)

    def build(**settings: Any) -> Flask:
        # No deadline is reached but by what hangs: where one is to be, the test sets it.
        deadlines = {"fhir_deadline": LIVENESS_S, "call_deadline": LIVENESS_S}
        given = {"database": f"sqlite:///{folder / 'store.sqlite3'}", **deadlines, **settings}
        uuids = (f"00000000-0000-4000-8000-{number:012}" for number in numbers)
        return build_app(Settings(**given), clock=lambda: NOW, uuids=lambda: next(uuids))

    with ExitStack() as opened:
        _let_go(opened, monkeypatch, cds_service.app, "connect", Engine.dispose)
        _let_go(opened, monkeypatch, cds_service.production, "connect", Engine.dispose)
        _let_go(opened, monkeypatch, cds_service.app, "IssuedCards", lambda issued: IssuedCards.close(issued, 5))
        _let_go(opened, monkeypatch, cds_service.app, "EhrClient", EhrClient.close)
        opened.callback(monkeypatch.undo)
        yield build


def _let_go(
    opened: ExitStack, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, close: Callable[[Any], object]
) -> None:
    make = getattr(module, name)

    def made(*arguments: Any, **options: Any) -> Any:
        thing = make(*arguments, **options)
        opened.callback(close, thing)
        return thing

    monkeypatch.setattr(module, name, made)


@pytest.fixture(scope="module")
def build_once(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Callable[..., Flask]]:
    """Builds applications that the tests of a module share."""
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
    """The EHR that may call an application in production mode."""
    return SigningEhr(NOW)


@pytest.fixture
def produce(build: Callable[..., Flask], tmp_path: Path) -> Callable[..., FlaskClient]:
    """Builds applications in production mode."""
    return producer(build, tmp_path)


def producer(build: Callable[..., Flask], folder: Path) -> Callable[..., FlaskClient]:
    """Builds applications in production mode for one client; `keys` are its key set, other fields change its table."""

    def make(*keys: dict[str, Any], settings: dict[str, Any] | None = None, **table: Any) -> FlaskClient:
        clients = client_table(folder, *keys, **table)
        given = {"clients": clients, "public_url": PUBLIC, "hash_key": "a key for tests alone", **(settings or {})}
        return build(**given).test_client()

    return make


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[FlaskClient]:
    """One application in production mode for the tests of a module: tokens differ."""
    folder = tmp_path_factory.mktemp("production")
    with builder(folder, knowledge) as build:
        yield producer(build, folder)()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load(shipped_cards())


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> ChartReader:
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative)


@pytest.fixture
def chart(reader: ChartReader) -> Callable[..., Chart]:
    """Reads resources as they come off the wire; `drafts` as the gatherer gives them."""

    def read(*resources: dict[str, Any], drafts: Any = (), patient_id: str = PATIENT) -> Chart:
        decoded = decode_resources(json.dumps(bundle(*resources)).encode(), "prefetch.test")
        gathered = Gathered(decoded.resources, tuple(drafts), decoded.unreadable)
        return reader.read(gathered, patient_id, NOW.date())

    return read
