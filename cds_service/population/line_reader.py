"""Read the lines of NDJSON files, plain or gzip, from any byte to any other, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

LONGEST_LINE: Final = 16_000_000  # bytes; eight times the largest note that the service reads
LARGEST_DOCUMENT: Final = 64_000_000  # bytes of a Bundle over several lines: a patient's whole record
_BLOCK: Final = 1 << 20
_BATCH: Final = 200_000  # bytes of lines that are handed on at once
_BOM: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line without its end. `is_too_long`: it was skipped, and `text` is only its beginning."""

    text: bytes
    is_too_long: bool = False


class Batch(NamedTuple):
    """Lines without their ends that stand one behind the other. `is_too_long`: it is one, as in `Line`."""

    texts: list[bytes]
    is_too_long: bool = False


def read_lines(path: Path, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """Yield the lines of `read_batches`, one by one.

    Raises:
        OSError: as `read_batches`.
    """
    for texts, is_too_long in read_batches(path, start, end):
        yield from (Line(text, is_too_long) for text in texts)


def read_batches(path: Path, start: int = 0, end: int | None = None) -> Iterator[Batch]:
    """Yield the lines that begin within these bytes and are not blank, each without a byte order mark.

    Only plain files are read from a `start` or to an `end`. What comes before a fault of a file is yielded.

    Raises:
        OSError: the file cannot be read, or is not gzip all through (`gzip.BadGzipFile`, `EOFError`, `zlib.error`).
    """
    with path.open("rb", buffering=_BLOCK) as plain:
        if is_gzip(path):
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield from _batches(unpacked, None)  # type: ignore[arg-type]
            return
        plain.seek(max(0, start - 1))
        if start:  # a line that began before belongs to whoever reads what comes before
            _skip_line(plain)
        yield from _batches(plain, end)


def read_document(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that is named as JSON: one for each line that is JSON by itself, else the whole.

    Raises:
        OSError: as `read_lines`.
    """
    lines = read_lines(path)
    first = next(lines, None)
    if first is None:
        return
    if first.is_too_long or _is_json(first.text):
        yield first
        yield from lines
        return
    with gzip.open(path) if is_gzip(path) else path.open("rb") as file:
        text = file.read(LARGEST_DOCUMENT + 1)
    is_too_large = len(text) > LARGEST_DOCUMENT
    yield Line(text[:_BLOCK] if is_too_large else text.removeprefix(_BOM).strip(), is_too_large)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def is_gzip(path: Path) -> bool:
    """Return whether a file is gzip, by its first bytes, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


GZIP_ERRORS: Final = (OSError, EOFError, zlib.error)


def _batches(file: BinaryIO, end: int | None) -> Iterator[Batch]:
    position = file.tell() if end is not None else 0
    texts: list[bytes] = []
    size = 0
    fault = None
    while end is None or position < end:
        try:
            text = file.readline(LONGEST_LINE)
        except GZIP_ERRORS as error:  # what comes before it is read all the same
            fault = error
            break
        if not text:
            break
        position += len(text)
        if len(text) == LONGEST_LINE and not text.endswith(b"\n"):
            yield Batch(texts)
            position += _skip_line(file)
            yield Batch([text[:_BLOCK].removeprefix(_BOM).strip()], is_too_long=True)
            texts, size = [], 0
            continue
        text = text.removeprefix(_BOM).strip()
        if text:
            texts.append(text)
            size += len(text)
            if size >= _BATCH:
                yield Batch(texts)
                texts, size = [], 0
    yield Batch(texts)
    if fault is not None:
        raise fault


def _skip_line(file: BinaryIO) -> int:
    """Skip to the next line, and return by how many bytes."""
    skipped = 0
    while part := file.readline(_BLOCK):
        skipped += len(part)
        if part.endswith(b"\n"):
            break
    return skipped
