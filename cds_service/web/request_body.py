"""Taking in a request's body: what it says it is, inflated if it is gzip, and never more than the limit in memory."""

import zlib

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from cds_service.errors import BadRequest, NotJson, UnknownEncoding

JSON = "application/json"
_IDENTITY = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})  # RFC 9110, 8.4.1.3: the same
_GZIP_WBITS = 31  # zlib's word for a gzip member with its header and checksum
_PIECE = 4096  # bytes; zlib copies what it is given beyond a member's end: all the rest, for each of many thousand


def get_request_body() -> bytes:
    """The body of the call at hand, as sent or inflated, at most the application's limit either way.

    Raises:
        NotJson: it is declared as something else.
        UnknownEncoding: it is encoded in another way than gzip.
        BadRequest: it is no gzip, or ends too early.
        RequestEntityTooLarge: it is too large, as sent or inflated.
    """
    kind = request.mimetype
    if kind and kind != JSON and not kind.endswith("+json"):
        raise NotJson("the body must be JSON: Content-Type application/json")
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _IDENTITY | _GZIP:
        raise UnknownEncoding("the body must be plain or gzip: Content-Encoding gzip")
    body = request.get_data(cache=False)
    if request.content_length is None:
        request.stream.read(1)  # where the limit has cut a chunked body short, this raises; reading it all did not
    return body if encoding in _IDENTITY else inflate_gzip(body, request.max_content_length or len(body))


def inflate_gzip(body: bytes, limit: int) -> bytes:
    """The content of one or more gzip members (RFC 1952), inflated no further than `limit` bytes.

    Raises:
        BadRequest: it is no gzip, or ends too early.
        RequestEntityTooLarge: there is more.
    """
    found: list[bytes] = []
    left, at = limit, 0
    while at < len(body):
        member = zlib.decompressobj(_GZIP_WBITS)
        while not member.eof:
            piece = body[at : at + _PIECE]
            if not piece:
                raise BadRequest("is gzip that ends too early")
            content = _inflate_chunk(member, piece, left + 1)
            found.append(content)
            left -= len(content)
            if left < 0:
                raise RequestEntityTooLarge
            at += len(piece) - len(member.unused_data)
    return b"".join(found)


def _inflate_chunk(member: "zlib._Decompress", chunk: bytes, max_length: int) -> bytes:
    try:
        return member.decompress(chunk, max_length)
    except zlib.error:
        raise BadRequest("is not the gzip its Content-Encoding says") from None
