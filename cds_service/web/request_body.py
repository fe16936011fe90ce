"""Reads a request body: checks its type, inflates gzip, and never holds more than the limit in memory."""

import io
import zlib

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from cds_service.errors import BadRequest, NotJson, UnknownEncoding
from cds_service.web.instrumentation import hide_request_id

JSON = "application/json"
_IDENTITY = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})  # RFC 9110, 8.4.1.3: the same
_GZIP_WBITS = 31  # tells zlib to expect a gzip member with its header and checksum
# Bytes. zlib copies all input that follows the end of a member: passing the whole body would copy the rest of it for
# each of many thousand members.
_CHUNK = 4096


def get_request_body() -> bytes:
    """Return the body of the current request, inflated if it is gzip. The limit holds before and after inflation.

    Raises:
        NotJson: the body is declared as something else.
        UnknownEncoding: its encoding is neither gzip nor identity.
        BadRequest: it is not valid gzip, or ends too early.
        RequestEntityTooLarge: it is too large, as sent or inflated.
    """
    # In the environment, since parsing a header takes longer than comparing it with what nearly all clients send.
    environ = request.environ
    if environ.get("CONTENT_TYPE") != JSON:
        media_type = request.mimetype
        if media_type and media_type != JSON and not media_type.endswith("+json"):
            raise NotJson("the body must be JSON: Content-Type application/json")
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in _IDENTITY | _GZIP:
        raise UnknownEncoding("the body must be plain or gzip: Content-Encoding gzip")
    body = _read_body(environ.get("wsgi.input"))
    if encoding in _GZIP:
        body = inflate_gzip(body, request.max_content_length or len(body))
    hide_request_id(body)
    return body


def _read_body(source: object) -> bytes:
    """Return the body as it was sent."""
    length = request.content_length
    if length is None:
        body = request.get_data(cache=False)
        request.stream.read(1)  # raises if the limit cut a chunked body short, which get_data does not
        return body
    if not isinstance(source, io.BytesIO):
        return request.stream.read(length)  # at once: get_data copies it several times
    if length > (request.max_content_length or length):
        raise RequestEntityTooLarge
    return source.read(length)  # it is in memory: the stream of Flask would copy it


def inflate_gzip(body: bytes, limit: int) -> bytes:
    """Inflate one or more gzip members (RFC 1952) to at most `limit` bytes.

    Raises:
        BadRequest: the body is not gzip, or ends too early.
        RequestEntityTooLarge: the content is longer.
    """
    parts: list[bytes] = []
    remaining, position = limit, 0
    while position < len(body):
        member = zlib.decompressobj(_GZIP_WBITS)
        while not member.eof:
            chunk = body[position : position + _CHUNK]
            if not chunk:
                raise BadRequest("is gzip that ends too early")
            try:
                content = member.decompress(chunk, remaining + 1)
            except zlib.error:
                raise BadRequest("is not the gzip its Content-Encoding says") from None
            parts.append(content)
            remaining -= len(content)
            if remaining < 0:
                raise RequestEntityTooLarge
            position += len(chunk) - len(member.unused_data)
    return b"".join(parts)
