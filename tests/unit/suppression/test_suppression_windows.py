"""For how long a card stays away: the content's window, the client's where shorter, and none for what is guarded."""

from datetime import timedelta

import pytest

from cds_service.model.suppression import SuppressionLimits, SuppressionPolicy
from cds_service.suppression.windows import AnswerWindows

POLICY = SuppressionPolicy(90, 7, 24, frozenset({"red-flag-review", "cauda-equina"}), {"wrong-side-order": 1})
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "level", "expected"),
    [
        ("plain-films-first", "info", 90 * DAY),
        ("wrong-side-order", "warning", DAY),
        ("red-flag-review", "warning", 7 * DAY),
        ("red-flag-review", "critical", DAY),
        ("cauda-equina", "critical", DAY),
        ("plain-films-first", "critical", DAY),
    ],
)
def test_the_contents_windows(rule: str, level: str, expected: timedelta) -> None:
    assert AnswerWindows(POLICY).find_window(rule, level).duration == expected


@pytest.mark.parametrize(
    ("limits", "rule", "level", "expected"),
    [
        (SuppressionLimits(days=30), "plain-films-first", "info", 30 * DAY),
        (SuppressionLimits(days=400), "plain-films-first", "info", 90 * DAY),
        (SuppressionLimits(rule_days={"plain-films-first": 10}), "plain-films-first", "info", 10 * DAY),
        (SuppressionLimits(rule_days={"plain-films-first": 10}), "failed-hip-care", "info", 90 * DAY),
        (SuppressionLimits(red_flag_days=2), "red-flag-review", "warning", 2 * DAY),
        (SuppressionLimits(red_flag_days=2), "plain-films-first", "info", 90 * DAY),
        (SuppressionLimits(days=3), "red-flag-review", "warning", 3 * DAY),
        (SuppressionLimits(red_flag_days=70), "red-flag-review", "warning", 7 * DAY),
        (SuppressionLimits(critical_hours=2), "cauda-equina", "critical", timedelta(hours=2)),
        (SuppressionLimits(critical_hours=48), "cauda-equina", "critical", DAY),
        (SuppressionLimits(days=0), "cauda-equina", "critical", timedelta(0)),
    ],
)
def test_a_client_may_only_be_stricter(limits: SuppressionLimits, rule: str, level: str, expected: timedelta) -> None:
    assert AnswerWindows(POLICY, limits).find_window(rule, level).duration == expected


@pytest.mark.parametrize(
    ("rule", "level", "outcome", "has_reason", "holds"),
    [
        ("plain-films-first", "info", "overridden", False, True),
        ("plain-films-first", "info", "accepted", False, True),
        ("red-flag-review", "warning", "overridden", False, False),
        ("red-flag-review", "warning", "overridden", True, True),
        ("red-flag-review", "warning", "accepted", True, False),
        ("plain-films-first", "critical", "overridden", False, False),
        ("cauda-equina", "critical", "overridden", True, True),
        ("cauda-equina", "critical", "accepted", True, False),
    ],
)
def test_what_must_not_be_missed_needs_a_reason(
    rule: str, level: str, outcome: str, has_reason: bool, holds: bool
) -> None:
    assert (AnswerWindows(POLICY).find_duration(rule, level, outcome, has_reason) is not None) is holds
