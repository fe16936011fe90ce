"""Tests of the files of an export: folders, manifests, and how they are shared out."""

import gzip
import json
from pathlib import Path

import pytest

from cds_service.errors import ExportRefused
from cds_service.population.counts import Measure, Row
from cds_service.population.export_files import Part, list_export, share_out


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}\n", encoding="utf-8")


def manifest(folder: Path, name: str = "manifest.json", **fields: object) -> Path:
    made = {"transactionTime": "2026-11-01T00:00:00Z", "request": "https://ehr.example/$export", "output": [], **fields}
    (folder / name).write_text(json.dumps(made), encoding="utf-8")
    return folder / name


def names(files: tuple[Part, ...]) -> list[str]:
    return [part.path.name for part in files]


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path) -> None:
    write(tmp_path, "a.ndjson", "deep/b.jsonl", "deep/c.ndjson.gz", "d.json", "notes.txt")
    export = list_export(tmp_path)
    assert names(export.files) == ["a.ndjson", "d.json", "b.jsonl", "c.ndjson.gz"]
    assert [part.is_document for part in export.files] == [False, True, False, False]
    assert export.told[Row(Measure.FILES, detail="read")] == 4
    assert sum(export.told.values()) == 5


def test_a_manifest_names_its_files_and_how_many_lines_they_hold(tmp_path: Path) -> None:
    write(tmp_path, "1.ndjson", "files/2.ndjson.gz", "errors.ndjson", "other.ndjson")
    output = [
        {"type": "Patient", "url": "https://ehr.example/files/1.ndjson?token=x", "count": 3},
        {"type": "Patient", "url": "https://ehr.example/files/2.ndjson", "count": 4},
    ]
    gone = [{"url": "https://ehr.example/gone.ndjson"}]
    path = manifest(tmp_path, output=output, error=[{"url": "x/errors.ndjson"}], deleted=gone)
    export = list_export(path)
    assert names(export.files) == ["1.ndjson", "2.ndjson.gz", "errors.ndjson"]
    assert export.expected == {"Patient": 7}
    assert export.told[Row(Measure.FILES, detail="not there: errors or deletions that the manifest names")] == 1
    assert list_export(tmp_path).expected == {"Patient": 7}


def test_files_organised_by_patient_have_no_type(tmp_path: Path) -> None:
    write(tmp_path, "1.ndjson", "2.ndjson")
    output = [{"url": "x/1.ndjson", "continuesInFile": "x/2.ndjson"}, {"url": "x/2.ndjson"}]
    export = list_export(manifest(tmp_path, outputOrganizedBy="Patient", output=output))
    assert names(export.files) == ["1.ndjson", "2.ndjson"]
    assert not export.expected


def test_a_file_that_the_manifest_names_must_be_there(tmp_path: Path) -> None:
    write(tmp_path, "1.ndjson")
    path = manifest(tmp_path, output=[{"url": "x/1.ndjson"}, {"url": "x/2.ndjson"}])
    with pytest.raises(ExportRefused, match="1 of 2 files"):
        list_export(path)
    with pytest.raises(ExportRefused, match="1 of 2 files"):
        list_export(tmp_path)


def test_there_must_be_something_to_read(tmp_path: Path) -> None:
    write(tmp_path, "notes.txt")
    with pytest.raises(ExportRefused, match="holds no file"):
        list_export(tmp_path)
    with pytest.raises(ExportRefused, match="no such file"):
        list_export(tmp_path / "nowhere")


def test_a_bundle_may_be_given_alone(tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text('{"resourceType":"Bundle","entry":[]}', encoding="utf-8")
    assert names(list_export(tmp_path / "bundle.json").files) == ["bundle.json"]


def test_large_files_are_cut_and_small_ones_put_together(tmp_path: Path) -> None:
    (tmp_path / "large.ndjson").write_bytes(b"x" * 25)
    (tmp_path / "packed.ndjson").write_bytes(gzip.compress(bytes(range(256)) * 9))
    write(tmp_path, "a.ndjson", "b.ndjson", "c.ndjson")
    shares = share_out(list_export(tmp_path).files, 10)
    listed = [[(part.path.stem, part.start, part.end) for part in share] for share in shares]
    assert listed == [
        [("a", 0, None), ("b", 0, None), ("c", 0, None)],
        [("large", 0, 10)],
        [("large", 10, 20)],
        [("large", 20, 25)],
        [("packed", 0, None)],
    ]
