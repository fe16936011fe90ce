"""Decode JSON into typed structs. Errors name fields and byte positions, never content."""

import re
from typing import TypeVar

import msgspec

from cds_service.errors import BadRequest

T = TypeVar("T")
_PATH = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_BYTE = re.compile(r"\(byte (\d+)\)")
_ESCAPES = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_TYPES = re.compile(r"^Expected `([a-z| ]+)`, got `([a-z]+)`")


def decode_json(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw, field: str = "") -> T:
    """Decode `data`, which is at the path `field` of the request.

    Half of a surrogate pair, as in text that was cut in the middle of an emoji, is decoded as U+FFFD.

    Raises:
        BadRequest: Names the invalid field, or the byte position in malformed JSON.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _to_bad_request(str(error), field) from None
    except msgspec.DecodeError as error:
        repaired = _replace_lone_surrogates(data)
        if repaired is None:
            raise BadRequest(_describe_malformed(str(error)), field or None) from None
        return decode_json(decoder, repaired, field)
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a string in it is not UTF-8", field or None) from None
    except RecursionError:
        raise BadRequest("is nested too deeply", field or None) from None


def exceeds_depth(limit: int, data: bytes) -> bool:
    """Return whether arrays and objects of valid JSON are nested more than `limit` deep."""
    if data.count(b"[") + data.count(b"{") <= limit:
        return False
    depth = 0
    for match in _BRACKETS.finditer(data):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(match[0], 0)
        if depth > limit:
            return True
    return False


def _to_bad_request(message: str, field: str) -> BadRequest:
    path = _PATH.search(message)
    full_path = ".".join(part for part in (field, path[1] if path else "") if part)
    missing = _MISSING.search(message)
    if missing:
        return BadRequest("is required", ".".join(part for part in (full_path, missing[1]) if part))
    types = _TYPES.match(message)
    text = f"must be {types[1].replace(' | null', '')}, not {types[2]}" if types else "has the wrong shape"
    return BadRequest(text, full_path or None)


def _replace_lone_surrogates(data: bytes | msgspec.Raw) -> bytes | None:
    """Return the JSON with each lone surrogate escape as U+FFFD, at the same length, or None if it has none."""
    original = bytes(data)
    repaired = _ESCAPES.sub(lambda match: rb"\ufffd" if match[2] else match[0], original)
    return repaired if repaired != original else None


def _describe_malformed(message: str) -> str:
    position = _BYTE.search(message)
    if position:
        return f"is malformed JSON at byte {position[1]}"
    return "is malformed JSON: it, or a string in it, ends too early"
