"""The dry run over exports that are large or hostile: memory and disk stay bounded, and nothing else is lost."""

import base64
import json
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.processes import pss_mib, tree
from cds_service.population.counts import Counts, Measure, Row, total
from cds_service.population.counts_file import read_run
from tests.bulk_server import CLIENT, JWK, BulkServer, serve_bulk
from tests.population_export import LOINC, about, back_pain, concept, empty_types, patient, visit

START = "from cds_service.cli import main; main(prog_name='hip-spine-cds')"
MEMORY_MIB = 512  # with two processes
LONG_LINE = 300_000_000
LARGE_RECORD = 20_000


class Run(NamedTuple):
    counts: Counts
    mib: float
    disk: int


def dry_run(folder: Path, out: Path, *options: str) -> Run:
    """Run it on two processes, and watch their memory and the folder of the run."""
    command = [sys.executable, "-c", START, "dry-run", str(folder), "--counts", str(out), "--cores", "2", *options]
    work = out.with_name(f"{out.name}.work")
    mib, disk = 0.0, 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(OSError):
                mib = max(mib, sum(pss_mib(pid) for pid in tree(process.pid)))
                disk = max(disk, sum(path.stat().st_size for path in work.rglob("*") if path.is_file()))
            time.sleep(0.05)
    assert process.returncode == 0
    return Run(read_run(out).counts, mib, disk)


def test_a_line_of_300_mb_costs_itself_alone(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    with (folder / "a.ndjson").open("wb") as file:
        for resource in back_pain("p1"):
            file.write(json.dumps(resource).encode() + b"\n")
        file.write(b'{"resourceType":"DocumentReference","x":"')
        for _ in range(LONG_LINE // 1_000_000):
            file.write(b"y" * 1_000_000)
        file.write(b'"}\n')
        for resource in back_pain("p2"):
            file.write(json.dumps(resource).encode() + b"\n")
    run = dry_run(folder, tmp_path / "out")
    assert run.mib < MEMORY_MIB
    assert total(run.counts, Measure.PATIENTS) == 2
    assert total(run.counts, Measure.LINES_TOLD) == 1
    assert total(run.counts, Measure.LINES) == 9


def test_a_patient_with_very_many_records_is_judged(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    with (folder / "a.ndjson").open("w", encoding="utf-8") as file:
        for resource in [*back_pain("p1"), *empty_types("p1")]:
            file.write(json.dumps(resource) + "\n")
        for number in range(LARGE_RECORD):
            drug = {"medicationCodeableConcept": {"text": f"drug {number % 300}"}, "authoredOn": "2024-01-01"}
            order = about("p1", "MedicationRequest", number + 9, status="active", intent="order", **drug)
            file.write(json.dumps(order) + "\n")
    run = dry_run(folder, tmp_path / "out")
    assert run.mib < MEMORY_MIB
    assert total(run.counts, Measure.PATIENTS) == 1
    assert total(run.counts, Measure.LINES_TOLD) == 0


def test_memory_and_disk_do_not_grow_with_the_export(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    filler = "A sentence about nothing at all. " * 60
    with (folder / "a.ndjson").open("w", encoding="utf-8") as file:
        for number in range(20_000):
            name = f"p{number}"
            for resource in (patient(name), visit(name, "2026-01-01")):
                file.write(json.dumps(resource) + "\n")
            for result in range(8):
                made = about(name, "Observation", result, status="final", code=concept(LOINC, "718-7"))
                file.write(json.dumps(made | {"text": {"status": "generated", "div": filler}}) + "\n")
    run = dry_run(folder, tmp_path / "out")
    assert run.mib < MEMORY_MIB
    assert run.disk < (folder / "a.ndjson").stat().st_size / 2
    assert total(run.counts, Measure.PATIENTS) == 20_000


def test_a_line_of_300_mb_is_downloaded_in_bounded_memory(tmp_path: Path) -> None:
    lines = [json.dumps(resource).encode() for resource in back_pain("p1")]
    long = b'{"resourceType":"Observation","x":"' + b"y" * LONG_LINE + b'"}'
    files = {"Patient.1.ndjson": lines[0] + b"\n", "Condition.1.ndjson": b"\n".join([*lines[1:], long]) + b"\n"}
    (tmp_path / "key.json").write_text(json.dumps(JWK), encoding="utf-8")
    with serve_bulk(BulkServer(files)) as server:
        source = ("--fhir", f"{server.base}/fhir", "--client-id", CLIENT, "--key", str(tmp_path / "key.json"))
        run = dry_run(tmp_path / "export", tmp_path / "out", *source)
    assert run.mib < MEMORY_MIB
    assert total(run.counts, Measure.PATIENTS) == 1
    assert total(run.counts, Measure.LINES_TOLD) == 1


@pytest.mark.parametrize("is_apart", [True, False])
def test_notes_as_most_of_an_export_are_read_in_bounded_memory_and_disk(tmp_path: Path, is_apart: bool) -> None:
    """Nearly all of the export is base64: Binaries, or the notes themselves."""
    folder = tmp_path / "export"
    folder.mkdir()
    chance = random.Random(1)
    words = [f"word{number:04}" for number in range(5_000)]
    form = {"contentType": "text/plain"}
    with (folder / "a.ndjson").open("w", encoding="utf-8") as file:
        for number in range(400):
            name = f"p{number}"
            text = " ".join(chance.choices(words, k=60_000)) + "."
            data = base64.b64encode(text.encode()).decode()
            if is_apart:
                file.write(json.dumps({"resourceType": "Binary", "id": f"b{number}", **form, "data": data}) + "\n")
            fields = {"status": "current", "type": concept(LOINC, "11506-3"), "date": "2026-01-01"}
            content = [{"attachment": form | ({"url": f"Binary/b{number}"} if is_apart else {"data": data})}]
            document = about(name, "DocumentReference", content=content, **fields)
            file.writelines(json.dumps(one) + "\n" for one in (patient(name), visit(name, "2026-01-01"), document))
    run = dry_run(folder, tmp_path / "out")
    assert run.mib < MEMORY_MIB
    assert run.disk < (folder / "a.ndjson").stat().st_size / 2
    place = "in a Binary" if is_apart else "inline"
    assert run.counts[Row(Measure.NOTE_FORMAT, detail=f"text/plain|{place}")] == 400
