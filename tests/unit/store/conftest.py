"""A real SQLite file per test, and builders for the two values the store writes; tests vary one field each."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from cds_service.store import FeedbackEvent, ForeignIds, IssuedCard, IssuedCards, Pseudonymizer, connect, migrate

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "cds.sqlite3"


@pytest.fixture
def url(path: Path) -> str:
    url = f"sqlite:///{path}"
    migrate(url)
    return url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def reading(url: str) -> Iterator[Engine]:
    """Return an engine for look-ups."""
    engine = connect(url, is_reading=True)
    yield engine
    engine.dispose()


@pytest.fixture
def issued(engine: Engine) -> Iterator[IssuedCards]:
    issued = IssuedCards(engine, NAMES)
    yield issued
    issued.close(5)


@pytest.fixture
def query(path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Query the file directly, without the package under test."""

    def ask(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(statement).fetchall()

    return ask


@pytest.fixture
def card() -> Callable[..., IssuedCard]:
    def build(card_uuid: str = "card-1", **changed: Any) -> IssuedCard:
        fields = {
            "card_uuid": card_uuid,
            "tenant": "north",
            "service_id": "hip-spine-order-sign",
            "hook": "order-sign",
            "hook_instance": "instance-1",
            "rule_id": "hip-first",
            "topic": "imaging",
            "level": "warning",
            "patient_hash": "p" * 64,
            "user_hash": "u" * 64,
            "content_version": "1.0.0",
            "content_digest": "d" * 64,
            "suggestion_uuids": ("s-1", "s-2"),
            "issued_at": NOW,
        }
        return IssuedCard(**{**fields, **changed})

    return build


@pytest.fixture
def event() -> Callable[..., FeedbackEvent]:
    def build(card: str = "card-1", **changed: Any) -> FeedbackEvent:
        fields = {
            "tenant": "north",
            "service_id": "hip-spine-order-sign",
            "card": card,
            "outcome": "accepted",
            "outcome_timestamp": NOW,
            "accepted_suggestions": ("s-1",),
            "reason_system": None,
            "reason_code": None,
            "has_comment": False,
            "received_at": NOW,
        }
        return FeedbackEvent(**{**fields, **changed})

    return build
