"""The files of an export: a folder, a Bulk Data manifest, or Bundles; and how they are shared out for reading."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from cds_service.errors import ExportRefused
from cds_service.population.counts import Counts, Measure, Row
from cds_service.population.line_reader import is_gzip

_LINES: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_DOCUMENTS: Final = (".json", ".json.gz")
_LARGEST_MANIFEST: Final = 64_000_000  # bytes
_GZIP_RATIO: Final = 8  # how many bytes of FHIR a byte of gzip holds, about


class Part(NamedTuple):
    """A file, or the lines of it that begin within these bytes. `is_document`: one JSON text, perhaps over lines."""

    path: Path
    start: int = 0
    end: int | None = None
    is_document: bool = False
    size: int = 0


class Export(NamedTuple):
    """The files to read, and what there is to tell of others. `expected`: lines by type, as the manifest says."""

    files: tuple[Part, ...]
    told: Counts
    expected: Counter[str]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(part.size for part in self.files)

    @property
    def unpacked_size(self) -> int:
        """Bytes of FHIR, about."""
        return sum(part.size * (_GZIP_RATIO if part.path.suffix == ".gz" else 1) for part in self.files)


class _Output(msgspec.Struct, frozen=True):
    url: str = ""
    type: str | None = None
    count: int | None = None


class _Manifest(msgspec.Struct, frozen=True):
    """A Bulk Data manifest. `error` is called `outcome` from version 4 on."""

    transactionTime: str  # noqa: N815 - the specification's name
    output: list[_Output]
    error: list[_Output] = []
    outcome: list[_Output] = []
    deleted: list[_Output] = []


_MANIFEST: Final = msgspec.json.Decoder(_Manifest)


def list_export(path: Path) -> Export:
    """Return the files of an export. With a manifest, every file that it names as output must be there.

    Raises:
        ExportRefused: there is nothing to read, or a file that the manifest names is missing.
    """
    if path.is_file():
        manifest = _read_manifest(path)
        if manifest is None:
            return Export((_describe(path),), Counter(), Counter())
        return _list_manifest(path.parent, manifest)
    if not path.is_dir():
        raise ExportRefused(f"{path.name}: there is no such file or folder")
    return _list_folder(path)


def _list_folder(folder: Path) -> Export:
    files: list[Part] = []
    told: Counts = Counter()
    expected: Counter[str] = Counter()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.name.endswith(_LINES):
            files.append(_describe(path))
        elif path.name.endswith(_DOCUMENTS):
            manifest = _read_manifest(path)
            if manifest is None:
                files.append(_describe(path))
            else:
                told[Row(Measure.FILES, detail="manifest")] += 1
                listed = _list_manifest(path.parent, manifest)
                expected.update(listed.expected)
        else:
            told[Row(Measure.FILES, detail="not read: no NDJSON and no JSON by its name")] += 1
    if not files:
        raise ExportRefused(f"{folder.name}: holds no file that ends in {', '.join((*_LINES, *_DOCUMENTS))}")
    told[Row(Measure.FILES, detail="read")] += len(files)
    return Export(tuple(files), told, expected)


def _list_manifest(folder: Path, manifest: _Manifest) -> Export:
    there = {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
    outputs = [(_find(output, there), output) for output in manifest.output]
    missing = sum(1 for path, _ in outputs if path is None)
    if missing:
        raise ExportRefused(f"{missing} of {len(outputs)} files that the manifest names as output are not beside it")
    others = [_find(output, there) for output in (*manifest.error, *manifest.outcome, *manifest.deleted)]
    paths = dict.fromkeys(path for path in (*(path for path, _ in outputs), *others) if path is not None)
    told: Counts = Counter({Row(Measure.FILES, detail="read"): len(paths)})
    if None in others:
        told[Row(Measure.FILES, detail="not there: errors or deletions that the manifest names")] += others.count(None)
    expected: Counter[str] = Counter()
    for _, output in outputs:
        if output.type and output.count is not None:
            expected[output.type] += output.count
    return Export(tuple(map(_describe, paths)), told, expected)


def _find(output: _Output, there: dict[str, Path]) -> Path | None:
    """Return the file of a URL: by its last part, as downloaders name files, perhaps packed."""
    name = unquote(urlsplit(output.url).path.rpartition("/")[2])
    names = [name, f"{name}.gz", f"{name}.ndjson", f"{name}.ndjson.gz"]
    return next((there[one] for one in names if one in there), None)


def _describe(path: Path) -> Part:
    return Part(path, size=path.stat().st_size, is_document=path.name.endswith(_DOCUMENTS))


def _read_manifest(path: Path) -> _Manifest | None:
    if path.suffix != ".json" or path.stat().st_size > _LARGEST_MANIFEST:
        return None
    with path.open("rb") as file:  # most are Bundles, of which the beginning tells enough
        if b'"transactionTime"' not in file.read(4096):
            return None
        file.seek(0)
        try:
            return _MANIFEST.decode(file.read())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


def share_out(files: Iterable[Part], target: int) -> list[tuple[Part, ...]]:
    """Return the files in shares of about `target` bytes each: small ones together, large plain ones in pieces."""
    shares: list[tuple[Part, ...]] = []
    waiting: list[Part] = []
    size = 0
    for piece in (piece for file in files for piece in _cut(file, target)):
        if waiting and size + piece.size > target:
            shares.append(tuple(waiting))
            waiting, size = [], 0
        waiting.append(piece)
        size += piece.size
    return [*shares, tuple(waiting)] if waiting else shares


def _cut(file: Part, target: int) -> Iterator[Part]:
    """Yield a file in pieces. A packed file, or a document, is only read from its beginning."""
    if file.size <= target or file.is_document or is_gzip(file.path):
        yield file
        return
    for start in range(0, file.size, target):
        end = min(start + target, file.size)
        yield file._replace(start=start, end=end, size=end - start)
