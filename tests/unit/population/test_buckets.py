"""Tests of the buckets and of the folder of a run."""

import json
from collections import Counter
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_service.population.buckets import LaneWriter, bucket_of, read_bucket
from cds_service.population.counts import Measure, Row
from cds_service.population.records import Record
from cds_service.population.work_folder import WorkFolder, list_bucket_files, open_work_folder

CIPHER = AESGCM(b"k" * 32)
RECORDS = [Record(f"patient-{number % 7}", f"R\tsecret {number}".encode()) for number in range(40)]
COUNTS = Counter({Row(Measure.LINES, detail="Patient"): 3})


def everything(folder: WorkFolder) -> dict[str, list[bytes]]:
    lanes = folder.list_lanes()
    found: dict[str, list[bytes]] = {}
    for number in range(folder.buckets):
        found |= read_bucket(list_bucket_files(lanes, number), number, folder.cipher)
    return found


@pytest.mark.parametrize("buffer", [1, 100, 1_000_000])
def test_what_was_written_is_read_by_patient(tmp_path: Path, buffer: int) -> None:
    writer = LaneWriter(tmp_path / "lane", CIPHER, 3, buffer)
    writer.write(RECORDS)
    writer.flush()
    for number in range(3):
        found = read_bucket([(tmp_path / "lane", writer.sizes[number])], number, CIPHER)
        wanted: dict[str, list[bytes]] = {}
        for patient, data in RECORDS:
            if bucket_of(patient, 3) == number:
                wanted.setdefault(patient, []).append(data)
        assert found == wanted


def test_files_hold_nothing_that_can_be_read_without_the_key(tmp_path: Path) -> None:
    writer = LaneWriter(tmp_path / "lane", CIPHER, 2)
    writer.write(RECORDS)
    writer.flush()
    assert not [path for path in (tmp_path / "lane").iterdir() if b"secret" in path.read_bytes()]
    with pytest.raises(InvalidTag):
        read_bucket([(tmp_path / "lane", writer.sizes[0])], 0, AESGCM(b"x" * 32))


def test_only_what_was_committed_counts(tmp_path: Path) -> None:
    folder, goes_on = open_work_folder(tmp_path / "run", "about", 4, 3)
    assert not goes_on
    lane = folder.create_lane()
    lane.writer.write(RECORDS[:10])
    lane.commit([0, 2], COUNTS, [])
    lane.writer.write(RECORDS[10:])
    lane.writer.flush()  # the process is killed before its next commit
    other = folder.create_lane()
    other.writer.write(RECORDS[10:20])
    other.commit([1], COUNTS, [])

    again, goes_on = open_work_folder(tmp_path / "run", "about", 4, 3)
    assert goes_on
    assert again.list_read() == {0, 1, 2}
    assert again.sum_read() == COUNTS + COUNTS
    assert sum(map(len, everything(again).values())) == 20


def test_judged_buckets_are_kept(tmp_path: Path) -> None:
    folder, _ = open_work_folder(tmp_path / "run", "about", 1, 3)
    folder.save_judged(2, COUNTS)
    again, _ = open_work_folder(tmp_path / "run", "about", 1, 3)
    assert again.list_judged() == {2}
    assert again.sum_judged() == COUNTS


@pytest.mark.parametrize("change", ["about", "shares", "key", "state"])
def test_a_run_about_something_else_starts_anew(tmp_path: Path, change: str) -> None:
    folder, _ = open_work_folder(tmp_path / "run", "about", 1, 3)
    folder.save_judged(2, COUNTS)
    if change == "key":
        (folder.path / "key").unlink()
    if change == "state":
        (folder.path / "run.json").write_text("{", encoding="utf-8")
    name, shares = ("other", 1) if change == "about" else ("about", 2 if change == "shares" else 1)
    again, goes_on = open_work_folder(tmp_path / "run", name, shares, 3)
    assert not goes_on
    assert not again.list_judged()


def test_a_folder_of_something_else_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        open_work_folder(tmp_path / "run", "about", 1, 3)


def test_nobody_else_may_read_a_run_and_it_leaves_nothing(tmp_path: Path) -> None:
    folder, _ = open_work_folder(tmp_path / "run", "about", 1, 1)
    lane = folder.create_lane()
    lane.writer.write(RECORDS)
    lane.commit([0], COUNTS, [])
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder.path / "key").stat().st_mode & 0o777 == 0o600
    assert json.loads((lane.folder / "commit.json").read_bytes())["shares"] == [0]
    folder.remove()
    assert not list(tmp_path.iterdir())
