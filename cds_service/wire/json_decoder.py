"""Decoding JSON into typed structs, with faults told as field names and byte positions, never as content."""

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
    """Decode `data`, which stands at `field` of the request.

    Half of a surrogate pair, such as text cut in the middle of an emoji leaves, is read as U+FFFD.

    Raises:
        BadRequest: naming the field at fault, or the byte for JSON that cannot be parsed.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _to_bad_request(str(error), field) from None
    except msgspec.DecodeError as error:
        mended = _replace_lone_surrogates(data)
        if mended is None:
            raise BadRequest(_describe_malformed(str(error)), field or None) from None
        return decode_json(decoder, mended, field)
    except UnicodeDecodeError:
        raise BadRequest("is malformed JSON: a text in it is not UTF-8", field or None) from None
    except RecursionError:
        raise BadRequest("is nested too deeply", field or None) from None


def exceeds_depth(limit: int, data: bytes) -> bool:
    """Whether arrays and objects of sound JSON stand in each other more than `limit` deep."""
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
    inside = path[1] if path else ""
    where = ".".join(part for part in (field, inside) if part)
    missing = _MISSING.search(message)
    if missing:
        return BadRequest("is required", ".".join(part for part in (where, missing[1]) if part))
    types = _TYPES.match(message)
    text = f"must be {types[1].replace(' | null', '')}, not {types[2]}" if types else "has the wrong shape"
    return BadRequest(text, where or None)


def _replace_lone_surrogates(data: bytes | msgspec.Raw) -> bytes | None:
    """The same with each lone surrogate escape as U+FFFD, every byte in its place; None: it holds none."""
    given = bytes(data)
    mended = _ESCAPES.sub(lambda match: rb"\ufffd" if match[2] else match[0], given)
    return mended if mended != given else None


def _describe_malformed(message: str) -> str:
    at = _BYTE.search(message)
    return f"is malformed JSON at byte {at[1]}" if at else "is malformed JSON: it, or a text in it, ends too early"
