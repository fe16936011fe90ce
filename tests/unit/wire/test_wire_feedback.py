"""Decoding feedback: what an item holds. The contract tests cover refusals."""

import json
from datetime import UTC, datetime

import pytest

from cds_service.errors import BadRequest
from cds_service.wire.feedback import DecodedFeedback, decode_feedback

ITEM = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T13:05:00+01:00"}


def test_an_item_as_read() -> None:
    reason = {"reason": {"code": "disagree", "system": "s", "display": "d"}, "userComment": "words"}
    [item] = decode_feedback(json.dumps({"feedback": [{**ITEM, "overrideReason": reason}]}).encode()).items
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


def decode(*items: object) -> DecodedFeedback:
    return decode_feedback(json.dumps({"feedback": items}).encode())


def test_a_broken_item_costs_itself_and_is_named() -> None:
    decoded = decode(ITEM, {**ITEM, "card": None}, "no object", {**ITEM, "card": "d"}, {**ITEM, "outcome": "x"})
    assert [item.card for item in decoded.items] == ["c", "d"]
    assert [error.field for error in decoded.refused] == ["feedback[1].card", "feedback[2]", "feedback[4].outcome"]


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59Z"]
)
def test_a_time_that_can_never_be_stored_is_refused(time: str) -> None:
    with pytest.raises(BadRequest, match="years 1 and 9999") as refused:
        decode({**ITEM, "outcomeTimestamp": time})
    assert refused.value.field == "feedback[0].outcomeTimestamp"


def test_a_cut_emoji_costs_the_comment_alone() -> None:
    cut = rb'{"feedback": [{"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T13:05:00Z", '
    cut += rb'"overrideReason": {"reason": {"code": "disagree"}, "userComment": "no \ud83d"}}], "x": "\ud83d"}'
    [item] = decode_feedback(cut).items
    assert item.overrideReason is not None
    assert item.overrideReason.reason is not None
    assert item.overrideReason.reason.code == "disagree"


def test_an_item_that_is_not_utf_8_costs_itself() -> None:
    good = json.dumps(ITEM).encode()
    decoded = decode_feedback(b'{"feedback": [' + good.replace(b'"c"', b'"\xff"') + b", " + good + b"]}")
    assert [item.card for item in decoded.items] == ["c"]
    assert [error.field for error in decoded.refused] == ["feedback[0]"]
