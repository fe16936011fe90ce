"""The only test that fails on a date: clinical content ages, and a clinician has to review it again."""

from datetime import UTC, datetime

from cds_service.knowledge import Knowledge


def test_the_content_is_not_overdue_for_review(knowledge: Knowledge) -> None:
    review_by = knowledge.content.edition.review_by
    assert review_by is not None
    today = datetime.now(UTC).date()
    assert today <= review_by, f"the content was to be reviewed by {review_by}: see `review_by` in cards/manifest.toml"
