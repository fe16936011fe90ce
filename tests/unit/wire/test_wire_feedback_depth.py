"""Feedback that is nested too deeply is reported as such, whichever of the two decoders' limits it exceeds."""

import pytest

from cds_service.errors import BadRequest
from cds_service.wire.feedback import decode_feedback


@pytest.mark.parametrize("depth", [300, 5_000])
def test_deep_nesting_is_reported_as_such(depth: int) -> None:
    with pytest.raises(BadRequest, match="nested too deeply"):
        decode_feedback(b'{"feedback":[],"x":' + b"[" * depth + b"]" * depth + b"}")
