"""Tests of `dry-run`: an export in, counts out; killed and resumed; no identifier anywhere."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.knowledge import shipped_cards
from cds_service.population import local_engine
from cds_service.population.counts import Counts, Measure, Row, total
from cds_service.population.counts_file import read_run
from cds_service.population.work_folder import WorkFolder
from tests.population_export import (
    CANARY,
    LOINC,
    Json,
    about,
    as_lines,
    back_pain,
    concept,
    empty_types,
    judge_lines,
    patient,
    problem,
    visit,
    write_export,
)

pytestmark = pytest.mark.usefixtures("loaded_once")
START = "from cds_service.cli import main; main(prog_name='hip-spine-cds')"


def population(number: int) -> list[Json]:
    """Build patients of whom some have back pain, and some have a reason to act."""
    made: list[Json] = []
    for one in range(number):
        name = f"{CANARY}-{one}"
        made += back_pain(name) if one % 3 else [patient(name), visit(name, "2026-01-01")]
        made += empty_types(name)
        if one % 5 == 0:
            made.append(problem(name, "N31.9", "2026-01-01", 9))
    return made


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["dry-run", *map(str, arguments)])


def stop(*_arguments: object) -> None:
    raise KeyboardInterrupt


def counts_of(path: Path) -> Counts:
    return read_run(path).counts


def without_files(counts: Counts) -> Counts:
    return Counter({row: number for row, number in counts.items() if row.measure is not Measure.FILES})


def test_an_export_is_judged_as_its_lines_are_in_one_process(tmp_path: Path) -> None:
    made = population(30)
    result = run(write_export(tmp_path / "export", made), "--counts", tmp_path / "out", "--cores", "2")
    assert result.exit_code == 0, result.output
    counts = counts_of(tmp_path / "out")
    assert without_files(counts) == judge_lines(as_lines(made))
    assert total(counts, Measure.PATIENTS) == 30
    assert total(counts, Measure.SHOWN) > 0
    assert total(counts, Measure.SCREENED) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "out"]


def test_neither_order_nor_files_nor_packing_matter(tmp_path: Path) -> None:
    made = population(12)
    assert run(write_export(tmp_path / "one", made), "--counts", tmp_path / "a", "--cores", "1").exit_code == 0
    random.Random(3).shuffle(made)
    folder = tmp_path / "other"
    folder.mkdir()
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in made[:40]]}
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=2), encoding="utf-8")
    (folder / "rest.ndjson").write_text("\n".join(map(json.dumps, made[40:])), encoding="utf-8")
    assert run(folder, "--counts", tmp_path / "b", "--cores", "2").exit_code == 0
    assert without_files(counts_of(tmp_path / "a")) == without_files(counts_of(tmp_path / "b"))


def test_broken_lines_are_told_and_nothing_else_is_lost(tmp_path: Path) -> None:
    made = population(6)
    folder = write_export(tmp_path / "export", made)
    broken = [b"\xef\xbb\xbf", b"{", b'{"resourceType":"Condition","id":"\xff"}', b"[" * 90_000, b"\x00\x01"]
    (folder / "broken.ndjson").write_bytes(b"\n".join(broken))
    (folder / "long.ndjson").write_bytes(b'{"resourceType":"Condition","x":"' + b"y" * 20_000_000 + b'"}\n')
    (folder / "cut.ndjson.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    result = run(folder, "--counts", tmp_path / "out")
    assert result.exit_code == 0, result.output
    counts = counts_of(tmp_path / "out")
    assert total(counts, Measure.LINES_TOLD) == 5
    good = judge_lines(as_lines(made))
    assert total(counts, Measure.LINES_JUDGED) == total(good, Measure.LINES_JUDGED)
    shown = {row: number for row, number in counts.items() if row.measure is Measure.SHOWN}
    assert shown == {row: number for row, number in good.items() if row.measure is Measure.SHOWN}
    assert [row.detail for row in counts if row.detail.startswith("breaks off")]


def test_no_identifier_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setattr(WorkFolder, "remove", lambda folder: folder.path.rename(kept))
    written_to = ("--out", tmp_path / "out", "--counts", tmp_path / "counts")
    result = run(write_export(tmp_path / "export", population(9)), *written_to)
    assert result.exit_code == 0, result.output
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert len(files) > 5
    written = [*files, tmp_path / "counts", *(one for one in (tmp_path / "out").rglob("*") if one.is_file())]
    assert not [path for path in written if CANARY.encode() in path.read_bytes()]
    assert CANARY not in result.output


def test_a_run_that_was_killed_goes_on_to_the_same_counts(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", population(4_000))

    def command(name: str) -> list[str]:
        out = str(tmp_path / name)
        return [sys.executable, "-c", START, "dry-run", str(folder), "--cores", "2", "--counts", out]

    subprocess.run(command("whole"), check=True, capture_output=True)
    work = tmp_path / "out.work"
    with subprocess.Popen(
        command("out"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 120
        while not list(work.glob("judged/*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert not (tmp_path / "out").exists()
    assert list(work.glob("judged/*"))
    subprocess.run(command("out"), check=True, capture_output=True)
    assert counts_of(tmp_path / "out") == counts_of(tmp_path / "whole")
    assert not work.exists()


def test_days_limit_what_is_judged(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", population(6))
    result = run(folder, "--counts", tmp_path / "out", "--from", "2026-03-01", "--to", "2026-03-31")
    assert result.exit_code == 0, result.output
    counts = counts_of(tmp_path / "out")
    assert {row.month for row in counts if row.measure is Measure.MOMENTS} == {"2026-03"}
    assert total(counts, Measure.NO_MOMENT) == 2


def test_a_type_that_the_export_lacks_is_not_taken_for_none_unless_that_is_said(tmp_path: Path) -> None:
    made = [one for one in population(6) if one["resourceType"] != "ImagingStudy"]
    folder = write_export(tmp_path / "export", made)
    assert run(folder, "--counts", tmp_path / "a").exit_code == 0
    lacking = counts_of(tmp_path / "a")
    assert total(lacking, Measure.INCOMPLETE) > 0
    assert total(lacking, Measure.SHOWN) == 0
    assert run(folder, "--counts", tmp_path / "b", "--none-of", "ImagingStudy").exit_code == 0
    assert total(counts_of(tmp_path / "b"), Measure.SHOWN) > 0


def test_results_that_the_prefetch_does_not_ask_for_are_judged_if_all_are(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", population(3))
    assert run(folder, "--counts", tmp_path / "a").exit_code == 0
    assert run(folder, "--counts", tmp_path / "b", "--all").exit_code == 0
    assert total(counts_of(tmp_path / "a"), Measure.LINES_UNUSED) > 0
    assert total(counts_of(tmp_path / "b"), Measure.LINES_UNUSED) == 0


def test_contents_are_compared(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", population(3))
    result = run(folder, "--counts", tmp_path / "out", "--against", shipped_cards())
    assert result.exit_code == 0, result.output
    counts = counts_of(tmp_path / "out")
    assert total(counts, Measure.GAINED) == total(counts, Measure.LOST) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--engine", "spark"), "hip-spine-cds[spark]"), (("--none-of", "Claim"), "--none-of takes one of Condition")],
)
def test_options_that_cannot_be_met_are_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    folder = write_export(tmp_path / "export", [about("p", "Condition")])
    refused = run(folder, "--counts", tmp_path / "out", *arguments)
    assert refused.exit_code != 0
    assert told in refused.output


def test_notes_are_joined_with_their_texts_and_a_run_killed_meanwhile_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = population(12)
    for number in range(12):
        form = {"contentType": "text/plain", "url": f"https://ehr.example/fhir/Binary/b{number}"}
        kind = concept(LOINC, "11506-3")
        fields = {"status": "current", "type": kind, "date": "2026-03-05", "content": [{"attachment": form}]}
        made.append(about(f"{CANARY}-{number}", "DocumentReference", **fields))
        data = base64.b64encode(f"Back pain. He cannot pass urine. {CANARY}".encode()).decode()
        made.append({"resourceType": "Binary", "id": f"b{number}", "contentType": "text/plain", "data": data})
    folder = write_export(tmp_path / "export", made)
    with monkeypatch.context() as killed:
        killed.setattr(local_engine, "_judge_all", stop)
        assert run(folder, "--counts", tmp_path / "out", "--cores", "2").exit_code == 1
    kept = [path for path in (tmp_path / "out.work").rglob("*") if path.is_file()]
    assert len(kept) > 5
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]
    result = run(folder, "--counts", tmp_path / "out", "--cores", "2")
    assert result.exit_code == 0, result.output
    counts = counts_of(tmp_path / "out")
    assert without_files(counts) == judge_lines(as_lines(made))
    assert counts[Row(Measure.NOTE_FORMAT, detail="text/plain|in a Binary")] == 12
    assert counts[Row(Measure.LINES_JUDGED, detail="Binary")] == 12
