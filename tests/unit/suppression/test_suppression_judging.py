"""Whether an earlier answer holds a card back now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cds_service.model.suppression import SuppressionWindow
from cds_service.suppression.judging import CardNow, PastAnswer, find_reason

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = SuppressionWindow(90 * DAY, is_guarded=False)
GUARDED = SuppressionWindow(7 * DAY, is_guarded=True)
CARD = CardNow("Topic", "warning", "same")
ANSWER = PastAnswer("Topic", "same", "overridden", False, (), NOW - DAY, NOW + 89 * DAY)
ACCEPTED = replace(ANSWER, outcome="accepted", offers=("add-lumbar-mri", "refer"))


def reason(answer: PastAnswer, card: CardNow = CARD, window: SuppressionWindow = WINDOW) -> str | None:
    return find_reason(card, window, [answer], NOW)


def test_an_override_of_the_same_card_holds_it_back() -> None:
    assert reason(ANSWER) == "overridden"


@pytest.mark.parametrize("field", ["topic", "basis_hash"])
def test_another_topic_or_basis_does_not(field: str) -> None:
    assert reason(replace(ANSWER, **{field: "other"})) is None


def test_the_window_of_the_answers_day_and_todays_must_both_last() -> None:
    assert reason(replace(ANSWER, ends_at=NOW)) is None
    assert reason(replace(ANSWER, began_at=NOW - 90 * DAY)) is None
    assert reason(ANSWER, window=SuppressionWindow(DAY, is_guarded=False)) is None


def test_an_answer_from_ahead_of_the_clock_holds_nothing_back() -> None:
    assert reason(replace(ANSWER, began_at=NOW + timedelta(minutes=4))) == "overridden"
    assert reason(replace(ANSWER, began_at=NOW + timedelta(minutes=6))) is None


def test_a_guarded_card_needs_a_reason() -> None:
    given = replace(ANSWER, has_reason=True)
    assert reason(ANSWER, window=GUARDED) is None
    assert reason(given, window=GUARDED) == "red-flag-overridden"
    assert reason(given, replace(CARD, level="critical"), GUARDED) == "critical-overridden"
    assert reason(replace(ACCEPTED, has_reason=True), window=GUARDED) is None


def test_an_accepted_card_is_held_back_while_all_its_orders_are_open() -> None:
    assert reason(ACCEPTED) is None
    assert reason(ACCEPTED, replace(CARD, open_offers=frozenset({"refer"}))) is None
    assert reason(ACCEPTED, replace(CARD, open_offers=frozenset({"refer", "add-lumbar-mri", "other"}))) == "accepted"
    assert reason(replace(ACCEPTED, offers=())) is None


def test_any_of_several_answers_is_enough() -> None:
    answers = [replace(ANSWER, basis_hash="older"), ACCEPTED, ANSWER]
    assert find_reason(CARD, WINDOW, answers, NOW) == "overridden"
