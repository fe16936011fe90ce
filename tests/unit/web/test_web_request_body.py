"""The body of a call: plain or gzip, never more in memory than the limit, and each rejection with its own status."""

import gzip
import io
import json
import random
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from synthetic import SIGN, VIEW, buttock_to_calf, call, concept, encoded, order, prefetch
from werkzeug.exceptions import RequestEntityTooLarge

from cds_service.errors import BadRequest
from cds_service.web import request_body
from cds_service.web.request_body import inflate_gzip

BODY = encoded(call(SIGN, order("73721", bodySite=[concept("287579007")]), prefetch=prefetch(*buttock_to_calf())))
PACKED = gzip.compress(BODY, mtime=0)
LIMIT = 1_000_000


def post(client: FlaskClient, body: bytes, encoding: str | None = "gzip", **headers: str):
    given = headers | ({"Content-Encoding": encoding} if encoding else {})
    return client.post(f"/cds-services/{SIGN}", data=body, content_type="application/json", headers=given)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", " gzip "])
def test_gzip_is_read_like_the_plain_body(client: FlaskClient, encoding: str) -> None:
    packed, plain = post(client, gzip.compress(BODY, mtime=0), encoding), post(client, BODY, None)
    assert [len(answer.get_json()["cards"]) for answer in (packed, plain)] == [1, 1]


@pytest.mark.parametrize("encoding", ["identity", ""])
def test_the_identity_encoding_may_be_declared(client: FlaskClient, encoding: str) -> None:
    assert len(post(client, BODY, encoding).get_json()["cards"]) == 1


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "x\u00e9"])
def test_another_encoding_is_415_and_says_what_is_accepted(client: FlaskClient, encoding: str) -> None:
    response = post(client, gzip.compress(BODY, mtime=0), encoding)
    assert_error(response, 415, says="gzip")
    assert response.headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BODY, "is not the gzip"),
        (zlib.compress(BODY), "is not the gzip"),
        (PACKED[:-1], "ends too early"),
        (PACKED[:9], "ends too early"),
        (PACKED + b"more", "is not the gzip"),
        (PACKED[:-8] + b"\0" * 8, "is not the gzip"),
    ],
    ids=["plain", "zlib", "cut", "header alone", "more behind", "wrong checksum"],
)
def test_bad_gzip_is_400(client: FlaskClient, body: bytes, says: str) -> None:
    assert_error(post(client, body), 400, says=says)


def test_a_gzip_bomb_is_413_and_is_not_inflated(build: Callable[..., Flask]) -> None:
    bomb = _bomb(100)
    client = build(body_limit=LIMIT).test_client()
    assert len(bomb) < LIMIT
    assert_error(post(client, bomb), 413)


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(b"\0" * 1_000_000) for _ in range(megabytes)), packer.flush()])


def test_inflating_takes_memory_for_the_limit_and_no_more() -> None:
    with pytest.raises(RequestEntityTooLarge):
        inflate_gzip(_bomb(3), 1_000)
    assert inflate_gzip(gzip.compress(b"x" * 1_000, mtime=0), 1_000) == b"x" * 1_000
    with pytest.raises(RequestEntityTooLarge):
        inflate_gzip(gzip.compress(b"x" * 1_001, mtime=0), 1_000)


def test_several_members_count_together() -> None:
    assert inflate_gzip(gzip.compress(b"ab", mtime=0) + gzip.compress(b"") + gzip.compress(b"c"), 3) == b"abc"
    with pytest.raises(RequestEntityTooLarge):
        inflate_gzip(gzip.compress(b"ab", mtime=0) * 2, 3)
    with pytest.raises(BadRequest):
        inflate_gzip(gzip.compress(b"ab", mtime=0) + b"\0", 3)
    assert inflate_gzip(b"", 3) == b""


def test_many_members_cost_no_more_than_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """zlib copies what follows a member in the bytes it is given: for each member, all the rest would be too much."""
    given: list[int] = []

    class Counting:
        def __init__(self, wbits: int) -> None:
            self._member = zlib.decompressobj(wbits)

        def decompress(self, data: bytes, max_length: int) -> bytes:
            given.append(len(data))
            return self._member.decompress(data, max_length)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._member, name)

    monkeypatch.setattr(request_body, "zlib", SimpleNamespace(decompressobj=Counting, error=zlib.error))
    members = LIMIT // 20
    assert inflate_gzip(gzip.compress(b"", mtime=0) * members + gzip.compress(b"{}"), 3) == b"{}"
    assert max(given) < 5_000
    assert len(given) == members + 1


def test_a_member_that_ends_at_any_byte_is_read_or_said_to_end_too_early() -> None:
    packed = gzip.compress(random.Random(1).randbytes(9_000), mtime=0)
    for cut in (1, 9, 4_095, 4_096, 4_097, 8_192, len(packed) - 8, len(packed) - 1):
        with pytest.raises(BadRequest, match="too early"):
            inflate_gzip(packed[:cut], LIMIT)
    assert len(inflate_gzip(packed * 3, LIMIT)) == 27_000


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_the_limit_is_the_same_packed_and_plain(build: Callable[..., Flask], size: int) -> None:
    client = build(body_limit=LIMIT).test_client()
    body = BODY + b" " * (size - len(BODY))
    expected = 413 if size > LIMIT else 200
    assert [post(client, gzip.compress(body, mtime=0)).status_code, post(client, body, None).status_code] == [
        expected
    ] * 2


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_the_limit_holds_for_a_body_that_a_server_sends_by_and_by(build: Callable[..., Flask], size: int) -> None:
    client = build(body_limit=LIMIT).test_client()
    body = BODY + b" " * (size - len(BODY))
    source = io.BufferedReader(io.BytesIO(body))  # type: ignore[arg-type]  # any stream that is not all in memory
    options = {"content_length": size, "content_type": "application/json"}
    response = client.post(f"/cds-services/{SIGN}", input_stream=source, **options)
    assert response.status_code == (413 if size > LIMIT else 200)


def test_feedback_may_be_gzip_too(client: FlaskClient) -> None:
    body = gzip.compress(json.dumps({"feedback": []}).encode())
    path = f"/cds-services/{VIEW}/feedback"
    response = client.post(path, data=body, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert response.get_json() == {"stored": 0}


@pytest.mark.parametrize("path", [f"/cds-services/{VIEW}", f"/cds-services/{VIEW}/feedback"])
@pytest.mark.parametrize("depth", [900, 5_000, 100_000])
def test_json_that_is_nested_too_deeply_is_400(client: FlaskClient, path: str, depth: int) -> None:
    """The limit is the decoder's own, about the depth of Python's call stack; anything less deep costs no more."""
    body = b'{"x":' + b"[" * depth + b"]" * depth + b"}"
    response = client.post(path, data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.get_json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("depth", [10, 100, 150])
def test_depth_in_an_unread_member_changes_nothing(client: FlaskClient, depth: int) -> None:
    deep = b'{"unread":' + b"[" * depth + b"]" * depth + b"," + BODY[1:]
    assert len(post(client, deep, None).get_json()["cards"]) == 1
