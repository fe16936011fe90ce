"""Feedback that is nested too deeply is reported as such, in an item or beside them."""

import pytest

from cds_service.errors import BadRequest
from cds_service.wire.feedback import decode_feedback

DEEP = b"[" * 5_000 + b"]" * 5_000


@pytest.mark.parametrize("body", [b'{"feedback":[],"x":' + DEEP + b"}", b'{"feedback":[{"x":' + DEEP + b"}]}"])
def test_deep_nesting_is_reported_as_such(body: bytes) -> None:
    with pytest.raises(BadRequest, match="nested too deeply"):
        decode_feedback(body)
