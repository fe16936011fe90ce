"""The service as of another day: judged on it, recorded at the true time, counted on no day."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from cds_service.service.hook_service import HookService
from cds_service.service.other_day import as_of

NOW, DAY = datetime(2026, 3, 10, 8, 30, tzinfo=UTC), date(2025, 5, 6)


@pytest.fixture
def recorder() -> Mock:
    return Mock(lost_cards=3)


@pytest.fixture
def moved(recorder: Mock) -> HookService:
    rest: dict[str, Any] = dict.fromkeys(
        ("content", "gatherer", "chart_reader", "card_maker", "new_uuid", "entry_limit", "call_timeout_s", "suppressor")
    )
    return as_of(HookService(recorder=recorder, clock=lambda: NOW, time_zone=UTC, **rest), DAY)


def test_the_clock_stands_at_noon_of_the_day(moved: HookService) -> None:
    assert moved.clock() == datetime(2025, 5, 6, 12, tzinfo=UTC)


def test_cards_are_recorded_at_the_true_time_so_that_feedback_finds_them(moved: HookService, recorder: Mock) -> None:
    card = SimpleNamespace(uuid="1")
    moved.recorder.record_cards("id", None, "demo", None, [card], moved.clock(), is_silent=False)  # type: ignore[arg-type,list-item]
    recorder.record_cards.assert_called_once_with("id", None, "demo", None, [card], NOW, is_silent=False)


def test_no_call_is_counted_on_a_day_that_is_not_its_own(moved: HookService, recorder: Mock) -> None:
    moved.recorder.count_call(None, None, DAY)  # type: ignore[arg-type]
    recorder.count_call.assert_not_called()


def test_an_answer_of_today_holds_no_card_of_another_day_back(moved: HookService, recorder: Mock) -> None:
    assert moved.recorder.find_answers(None, "demo") == ()  # type: ignore[arg-type]
    recorder.find_answers.assert_not_called()


def test_all_else_is_the_recorders_own(moved: HookService, recorder: Mock) -> None:
    assert moved.recorder.lost_cards == 3
    assert moved.recorder.hash_basis("demo", "x") is recorder.hash_basis.return_value
    assert moved.recorder.record_feedback("id", "demo", [], NOW, None) is recorder.record_feedback.return_value  # type: ignore[arg-type]
    moved.recorder.check_store()
    recorder.check_store.assert_called_once_with()
