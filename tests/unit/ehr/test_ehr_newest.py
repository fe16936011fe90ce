"""Whether a page holds the newest records: the order is checked, and the number or the days decide."""

from datetime import date, timedelta

import pytest

from cds_service.ehr.newest import Newest, holds_newest
from cds_service.fhir.documents import DocumentReference, QuestionnaireResponse

TODAY = date(2026, 3, 10)
WANTED = Newest(count=3, days=100)


def documents(*days_ago: int | None) -> list[DocumentReference]:
    dates = [None if ago is None else (TODAY - timedelta(days=ago)).isoformat() for ago in days_ago]
    return [DocumentReference(date=day) for day in dates]


@pytest.mark.parametrize(
    ("days_ago", "holds"),
    [
        ((1, 2, 3), True),
        ((1, 1, 1), True),
        ((1, 2), False),  # fewer, and they do not reach back far enough
        ((1, 101), True),
        ((1, 100), False),
        ((3, 2, 1), False),  # not sorted: the newest may be on another page
        ((1, None, 3), False),
        ((), False),
    ],
)
def test_newest_first_and_as_many_or_as_old_as_wanted(days_ago: tuple[int | None, ...], holds: bool) -> None:
    assert holds_newest(documents(*days_ago), WANTED, TODAY) is holds


def test_older_versions_of_fhir_call_the_date_by_other_names() -> None:
    pages = [DocumentReference(indexed="2026-03-09"), DocumentReference(created="2026-03-08T10:00:00Z")]
    assert holds_newest(pages, Newest(2, 10), TODAY)


def test_questionnaires_are_dated_by_when_they_were_answered() -> None:
    assert holds_newest([QuestionnaireResponse(authored="2026-03-09")], Newest(1, 10), TODAY)
    assert not holds_newest([QuestionnaireResponse()], Newest(1, 10), TODAY)


def test_without_a_day_only_the_number_decides() -> None:
    assert holds_newest(documents(1, 2, 3), WANTED, None)
    assert not holds_newest(documents(1, 900), WANTED, None)
