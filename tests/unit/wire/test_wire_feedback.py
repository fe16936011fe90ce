"""Decoding feedback: what an item holds. The contract tests cover refusals."""

import json
from datetime import UTC, datetime

import pytest

from cds_service.errors import BadRequest
from cds_service.wire.feedback import decode_feedback

ITEM = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T13:05:00+01:00"}


def test_an_item_as_read() -> None:
    reason = {"reason": {"code": "disagree", "system": "s", "display": "d"}, "userComment": "words"}
    [item] = decode_feedback(json.dumps({"feedback": [{**ITEM, "overrideReason": reason}]}).encode()).feedback
    assert (item.card, item.outcome) == ("c", "overridden")
    assert item.outcomeTimestamp == datetime(2026, 3, 10, 12, 5, tzinfo=UTC)
    assert item.overrideReason is not None
    assert item.overrideReason.reason is not None
    assert item.overrideReason.reason.code == "disagree"


def test_the_first_error_is_reported_without_content() -> None:
    body = json.dumps({"feedback": [{**ITEM, "outcome": "secret words"}]}).encode()
    with pytest.raises(BadRequest, match="must be accepted or overridden") as refused:
        decode_feedback(body)
    assert "secret" not in str(refused.value)


def test_a_thousand_items_are_the_most() -> None:
    decode_feedback(json.dumps({"feedback": [ITEM] * 1000}).encode())
    with pytest.raises(BadRequest) as refused:
        decode_feedback(json.dumps({"feedback": [ITEM] * 1001}).encode())
    assert refused.value.field == "feedback"


@pytest.mark.parametrize("body", [b'{"feedback": [], "x": "\xff"}', rb'{"feedback": [], "x": "\ud83d"}'])
def test_a_string_that_is_not_text_is_malformed(body: bytes) -> None:
    with pytest.raises(BadRequest, match="malformed JSON"):
        decode_feedback(body)
