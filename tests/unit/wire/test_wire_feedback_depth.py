"""Feedback that is nested too deeply is told so, whichever of the two decoders' bounds it passes."""

import pytest

from cds_service.errors import BadRequest
from cds_service.wire.feedback import decode_feedback


@pytest.mark.parametrize("depth", [300, 5_000])
def test_too_deep_is_told_as_such(depth: int) -> None:
    with pytest.raises(BadRequest, match="nested too deeply"):
        decode_feedback(b'{"feedback":[],"x":' + b"[" * depth + b"]" * depth + b"}")
