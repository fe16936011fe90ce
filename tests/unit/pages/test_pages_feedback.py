"""What a pressed button says, as the feedback that an EHR would send."""

from datetime import UTC, datetime

import pytest
from pages.conftest import form

from cds_service.errors import BadRequest
from cds_service.pages.feedback import build_feedback
from cds_service.wire.feedback import decode_feedback

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_an_accepted_suggestion_is_told_with_its_card() -> None:
    [item] = decode_feedback(build_feedback(form(send="accepted:card-1:offer-2"), NOW)).items
    assert (item.card, item.outcome, item.outcomeTimestamp) == ("card-1", "accepted", NOW)
    assert [one.id for one in item.acceptedSuggestions or ()] == ["offer-2"]


@pytest.mark.parametrize("reason", ["trauma", ""])
def test_an_override_is_told_with_its_reason_if_one_was_chosen(reason: str) -> None:
    chosen = form(**{"send": "overridden:card-1", "reason.card-1": reason, "reason.card-2": "other"})
    [item] = decode_feedback(build_feedback(chosen, NOW)).items
    told = item.overrideReason.reason.code if item.overrideReason and item.overrideReason.reason else ""
    assert (item.outcome, told) == ("overridden", reason)


@pytest.mark.parametrize("button", ["", "accepted", "accepted:card-1", "ignored:card-1", ":card-1"])
def test_anything_else_is_refused_by_name(button: str) -> None:
    with pytest.raises(BadRequest) as refused:
        build_feedback(form(send=button), NOW)
    assert refused.value.field == "send"
