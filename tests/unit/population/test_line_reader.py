"""Tests of reading lines: in pieces, packed, marked, blank and far too long."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.population import line_reader
from cds_service.population.line_reader import read_document, read_lines


@given(
    st.lists(st.binary(max_size=9).map(lambda text: text.replace(b"\n", b"")), max_size=9),
    st.lists(st.integers(0, 60), max_size=4),
    st.booleans(),
)
def test_pieces_yield_each_line_once(
    tmp_path_factory: pytest.TempPathFactory, texts: list[bytes], cuts: list[int], ends: bool
) -> None:
    data = b"\n".join(texts) + (b"\n" if ends else b"")
    path = tmp_path_factory.getbasetemp() / "pieces"
    path.write_bytes(data)
    limits = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    found = [line.text for start, end in pairwise(limits) for line in read_lines(path, start, end)]
    assert found == [line.text for line in read_lines(path)]


def test_a_packed_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(gzip.compress(b'{"a":1}\n{"b":2}\n'))
    assert [line.text for line in read_lines(tmp_path / "a.ndjson")] == [b'{"a":1}', b'{"b":2}']


def test_a_packed_file_that_breaks_off_yields_what_comes_before(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join(b"%d" % number for number in range(100_000)))
    (tmp_path / "a.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    lines = read_lines(tmp_path / "a.ndjson.gz")
    assert next(lines).text == b"0"
    with pytest.raises(line_reader.GZIP_ERRORS):
        list(lines)


def test_marks_blank_lines_and_line_ends_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf1\r\n\n  \n2")
    assert [line.text for line in read_lines(tmp_path / "a")] == [b"1", b"2"]


def test_a_line_that_is_too_long_is_skipped_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_reader, "LONGEST_LINE", 10)
    (tmp_path / "a").write_bytes(b"1\n" + b"x" * 95 + b"\n" + b"y" * 9 + b"\n3")
    found = [(line.text[:1], line.is_too_long) for line in read_lines(tmp_path / "a")]
    assert found == [(b"1", False), (b"x", True), (b"y", False), (b"3", False)]


def test_a_document_over_many_lines_is_one_and_lines_of_their_own_are_many(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(b'{\n"a": 1\n}\n')
    (tmp_path / "many.json").write_bytes(b'{"a":1}\n{"b":2}\n')
    (tmp_path / "none.json").write_bytes(b"\n")
    assert [line.text for line in read_document(tmp_path / "one.json")] == [b'{\n"a": 1\n}']
    assert len(list(read_document(tmp_path / "many.json"))) == 2
    assert not list(read_document(tmp_path / "none.json"))


def test_a_document_that_is_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_reader, "LARGEST_DOCUMENT", 10)
    (tmp_path / "a.json").write_bytes(b'{\n"a": 1,\n"b": 2}\n')
    assert [line.is_too_long for line in read_document(tmp_path / "a.json")] == [True]
