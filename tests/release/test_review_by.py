"""The one test that a date makes fail: clinical content grows old, and has to be read anew by a clinician."""

from datetime import UTC, datetime

from cds_service.knowledge import Knowledge


def test_the_content_is_not_overdue_for_review(knowledge: Knowledge) -> None:
    review_by = knowledge.content.edition.review_by
    assert review_by is not None
    today = datetime.now(UTC).date()
    assert today <= review_by, f"the content was to be reviewed by {review_by}: see `review_by` in cards/manifest.toml"
