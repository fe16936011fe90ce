"""`hip-spine-cds suppressed`: what is not shown again is listed and lifted, and nothing tells who the patient is."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cds_service.cli.suppressed as module
from cds_service.cli import main
from cds_service.store import (
    FeedbackEvent,
    FeedbackLog,
    ForeignIds,
    IssuedCard,
    IssuedCards,
    Pseudonymizer,
    connect,
    migrate,
    note_answer,
)
from tests.conftest import NOW

KEY = "a key for tests alone"
NAMES = Pseudonymizer(KEY.encode())
FOREIGN = ForeignIds(NAMES)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with an answered card of two patients each."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("HIP_SPINE_CDS_DATABASE", url)
    monkeypatch.setenv("HIP_SPINE_CDS_HASH_KEY", KEY)
    monkeypatch.setattr(module, "system_clock", lambda: NOW)
    migrate(url)
    engine = connect(url)
    issued = IssuedCards(engine, FOREIGN)
    cards = [("a", "patient-1", "plain-films-first"), ("b", "patient-2", "wrong-side-order")]
    issued.put([_card(*card) for card in cards])
    assert issued.flush()
    issued.close(5)
    note = partial(note_answer, window_of=lambda *_: timedelta(days=90))
    FeedbackLog(engine, FOREIGN).record([_overridden("a"), _overridden("b")], note)
    engine.dispose()


def _card(name: str, patient: str, rule: str) -> IssuedCard:
    return IssuedCard(
        card_uuid=name,
        tenant="north",
        service_id="hip-spine-order-sign",
        hook="order-sign",
        hook_instance="i",
        rule_id=rule,
        topic="Topic",
        level="warning",
        patient_hash=NAMES.pseudonymize("north", "patient", patient),
        user_hash=NAMES.pseudonymize("north", "user", "user-1"),
        content_version="2.0.0",
        content_digest="d" * 64,
        suggestion_uuids=(),
        issued_at=NOW,
        basis_hash="b" * 64,
    )


def _overridden(card: str) -> FeedbackEvent:
    return FeedbackEvent(
        "north", "s", card, "overridden", NOW, (), None, "disagree", has_comment=False, received_at=NOW
    )


def run(*arguments: str, given: str | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["suppressed", *arguments], input=given)
    assert result.exit_code == code, result.output
    return result


def test_what_is_suppressed_is_listed_with_its_end_and_no_clear_id() -> None:
    printed = run().output
    for words in (
        "plain-films-first",
        "wrong-side-order",
        "overridden, with a reason",
        "2026-06-08 12:00 UTC",
        "2.0.0",
    ):
        assert words in printed
    assert NAMES.pseudonymize("north", "patient", "patient-1")[:8] in printed
    assert "patient-1" not in printed


def test_a_number_is_lifted() -> None:
    assert run("--lift", "1").output == "lifted: 1 card\n"
    assert "plain-films-first" not in run().output
    assert run("--lift", "1").output == "lifted: 0 cards\n"


def test_all_of_a_rule_are_lifted() -> None:
    assert run("--rule", "wrong-side-order", "--lift-all").output == "lifted: 1 card\n"
    assert "wrong-side-order" not in run().output


def test_all_are_lifted() -> None:
    assert run("--lift-all").output == "lifted: 2 cards\n"
    assert run().output == "No card is suppressed.\n"


def test_a_patient_is_asked_for_and_not_shown() -> None:
    printed = run("--tenant", "north", "--of-patient", given="Patient/patient-2\n").output
    assert "wrong-side-order" in printed
    assert "plain-films-first" not in printed
    assert "patient-2" not in printed


def test_what_is_contradictory_is_refused() -> None:
    assert "--of-patient needs --tenant" in run("--of-patient", code=2).output
    assert "give one of them" in run("--lift", "1", "--lift-all", code=2).output


def test_a_store_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_SPINE_CDS_DATABASE", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "the store does not answer" in run(code=1).output
