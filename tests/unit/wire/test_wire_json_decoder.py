"""JSON errors name fields and byte positions, never content."""

import msgspec
import pytest

from cds_service.errors import BadRequest
from cds_service.wire.json_decoder import decode_json, exceeds_depth


class Inner(msgspec.Struct):
    name: str
    number: int | None = None


class Outer(msgspec.Struct):
    inner: Inner
    many: list[Inner] = []
    by_key: dict[str, int] = {}


DECODER = msgspec.json.Decoder(Outer)


@pytest.mark.parametrize(
    ("body", "message", "field"),
    [
        (b"[]", "must be object, not array", None),
        (b"{}", "is required", "inner"),
        (b'{"inner": {}}', "is required", "inner.name"),
        (b'{"inner": {"name": 5}}', "must be str, not int", "inner.name"),
        (b'{"inner": {"name": "x", "number": "y"}}', "must be int, not str", "inner.number"),
        (b'{"inner": {"name": "x"}, "many": [{"name": "x"}, 5]}', "must be object, not int", "many[1]"),
        (b'{"inner": {"name": "x"}, "by_key": {"secret": "x"}}', "must be int, not str", "by_key[...]"),
        (b'{"inner": {"name": "x"', "ends too early", None),
        (b'{"inner" 5}', "is malformed JSON at byte 9", None),
        (b'{"inner": {"name": "\xff"}}', "not UTF-8", None),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply", None),
    ],
)
def test_an_error_names_its_position(body: bytes, message: str, field: str | None) -> None:
    with pytest.raises(BadRequest, match=message) as refused:
        decode_json(DECODER, body)
    assert refused.value.field == field
    assert "secret" not in str(refused.value)


def test_the_path_of_a_part_comes_before_its_field() -> None:
    with pytest.raises(BadRequest) as refused:
        decode_json(DECODER, b'{"inner": {}}', "prefetch.x")
    assert refused.value.field == "prefetch.x.inner.name"


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (rb"\ud83d\ude42", "\U0001f642"),
        (rb"\uD83D\uDE42!", "\U0001f642!"),
        (rb"\ud83d", "\ufffd"),
        (rb"\ude42\ud83d", "\ufffd\ufffd"),
        (rb"\ud83d\ud83d\ude42", "\ufffd\U0001f642"),
        (rb"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (rb"\\\ud83d\n", "\\\ufffd\n"),
        (rb"\u00e9 \ud83d", "é \ufffd"),
    ],
)
def test_half_of_a_surrogate_pair_is_read_as_a_replacement_character(text: bytes, decoded: str) -> None:
    assert decode_json(DECODER, b'{"inner": {"name": "' + text + b'"}}').inner.name == decoded


def test_byte_positions_count_as_sent_after_half_of_a_pair() -> None:
    body = rb'{"x": "\ud83d", "y": NaN}'
    with pytest.raises(BadRequest, match=f"byte {body.index(b'NaN')}"):
        decode_json(DECODER, body)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        (b"[]", 1),
        (b'{"a": [{}]}', 3),
        (b"[" * 7 + b"]" * 7, 7),
        (b"[[], [], [], [], []]", 2),
        (rb'{"a": "[[[[{{{{\"[[[["}', 1),
    ],
)
def test_depth_is_that_of_arrays_and_objects_outside_texts(text: bytes, depth: int) -> None:
    assert exceeds_depth(depth - 1, text)
    assert not exceeds_depth(depth, text)
