"""Full and partial dates, and comparisons of them that may have no answer."""

from datetime import date

import pytest

from cds_service.model import dates
from cds_service.model.dates import (
    PartialDate,
    full_date,
    is_at_least_ago,
    is_at_most_after,
    is_since,
    is_within,
    newest_date,
    parse_partial_date,
)

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-03-10", "2026-03-10", "2026-03-10"),
        ("2026-03-10T23:59:00+14:00", "2026-03-10", "2026-03-10"),
    ],
)
def test_parses_a_date_into_the_days_it_may_mean(text: str, first: str, last: str) -> None:
    assert parse_partial_date(text) == PartialDate(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "2025-13", "2025-02-30", "20250230", "2026-03-10 10:00", "soon", "0000", "abcd"])
def test_text_that_is_not_a_date_gives_none(text: str) -> None:
    assert parse_partial_date(text) is None


def test_text_too_long_for_a_date_gives_none_and_is_not_cached() -> None:
    before = dates._parse.cache_info().currsize
    assert parse_partial_date("2026-03-10T" + "1" * 1_000) is None
    assert dates._parse.cache_info().currsize == before


def test_a_date_is_exact_if_it_names_one_day() -> None:
    assert full_date(TODAY).is_exact
    assert not PartialDate(date(2026, 3, 1), date(2026, 3, 31)).is_exact


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2026-02-08", True),
        ("2026-02-07", False),
        ("2026-03-11", True),
        ("2026-02", None),
        ("2026-03", True),
        ("2025", False),
    ],
)
def test_within_30_days(text: str, answer: bool | None) -> None:
    when = parse_partial_date(text)
    assert when
    assert is_within(when, TODAY, 30) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("2026-02-08", True), ("2026-02-09", False), ("2026-02", None), ("2025", True), ("2026-03", False)],
)
def test_at_least_30_days_ago(text: str, answer: bool | None) -> None:
    when = parse_partial_date(text)
    assert when
    assert is_at_least_ago(when, TODAY, 30) is answer


@pytest.mark.parametrize(
    ("text", "anchor", "answer"),
    [
        ("2026-01-05", "2026-01-05", True),
        ("2026-01-04", "2026-01-05", False),
        ("2026-01", "2026-01-05", None),
        ("2026-01-31", "2026-01", True),
        ("2026-01-15", "2026-01", None),
        ("2026-01-01", "2026-01", None),
        ("2025-12-31", "2026-01", False),
    ],
)
def test_since_another_date(text: str, anchor: str, answer: bool | None) -> None:
    when, start = parse_partial_date(text), parse_partial_date(anchor)
    assert when
    assert start
    assert is_since(when, start) is answer


@pytest.mark.parametrize(
    ("text", "anchor", "answer"),
    [
        ("2026-01-12", "2026-01-05", True),
        ("2026-01-13", "2026-01-05", False),
        ("2025-12-01", "2026-01-05", True),  # before it: no more than seven days after it
        ("2026-01", "2026-01-05", None),
        ("2026-01-07", "2026-01", True),
        ("2026-01-12", "2026-01", None),
        ("2026-02-08", "2026-01", False),
    ],
)
def test_at_most_7_days_after_another_date(text: str, anchor: str, answer: bool | None) -> None:
    when, start = parse_partial_date(text), parse_partial_date(anchor)
    assert when
    assert start
    assert is_at_most_after(when, start, 7) is answer


@pytest.mark.parametrize(
    ("dates", "first", "last"),
    [
        (["2026-01-05", "2026-02-10"], "2026-02-10", "2026-02-10"),
        (["2026-02", "2026-02-10"], "2026-02-10", "2026-02-28"),
        (["2025", "2026-02-10"], "2026-02-10", "2026-02-10"),
    ],
)
def test_the_newest_lies_between_the_latest_first_and_the_latest_last_day(
    dates: list[str], first: str, last: str
) -> None:
    assert newest_date(map(parse_partial_date, dates)) == PartialDate(
        date.fromisoformat(first), date.fromisoformat(last)
    )


def test_the_newest_is_unknown_if_a_date_is_missing() -> None:
    assert newest_date([full_date(TODAY), None]) is None
    assert newest_date([]) is None
