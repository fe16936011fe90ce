"""`report` as a user types it: from the counts of a run to the report that the run itself would have written."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.generated_export import write_export
from benchmarks.generated_patients import Population
from cds_service.cli import main
from cds_service.knowledge import shipped_cards
from cds_service.population.counts_file import read_run

pytestmark = pytest.mark.usefixtures("loaded_once")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], env={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the counts and the report of one run."""
    folder = tmp_path_factory.mktemp("run")
    write_export(folder / "export", Population(patients=30, size=2500))
    options = ("--against", shipped_cards(), "--from", "2025-12-01", "--to", "2026-11-28", "--none-of", "ImagingStudy")
    result = run("dry-run", folder / "export", "--out", folder / "whole", "--counts", folder / "counts.jsonl", *options)
    assert result.exit_code == 0, result.output
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_from_counts_is_the_report_of_the_run(counted: Path, tmp_path: Path) -> None:
    result = run("report", counted / "counts.jsonl", "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    made, whole = files_of(tmp_path / "report"), files_of(counted / "whole")
    assert made == whole
    assert b'id="differences"' in whole["report.html"]


def test_disclosure_control_is_on_unless_it_is_turned_off(counted: Path, tmp_path: Path) -> None:
    assert run("report", counted / "counts.jsonl", "--out", tmp_path / "exact", "--exact").exit_code == 0
    assert files_of(tmp_path / "exact")["report.html"] != files_of(counted / "whole")["report.html"]


def test_how_it_judged_stands_with_the_counts(counted: Path) -> None:
    facts = read_run(counted / "counts.jsonl").facts
    assert (str(facts.since), str(facts.until)) == ("2025-12-01", "2026-11-28")
    assert (facts.engine, facts.against, facts.reads_all) == ("local", str(shipped_cards()), False)
    assert facts.none_of == {"ImagingStudy"}


def test_counts_of_another_content_are_refused(counted: Path, tmp_path: Path) -> None:
    lines = (counted / "counts.jsonl").read_text(encoding="utf-8")
    digest = read_run(counted / "counts.jsonl").facts.content
    (tmp_path / "other.jsonl").write_text(lines.replace(digest, "0" * len(digest)), encoding="utf-8")
    result = run("report", tmp_path / "other.jsonl", "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert "another content judged" in result.output
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}\n", b'[["patients"],1]\n', b"\xff\xfe", b'{"counts_of":"dry-run","content":"","made_on":"2026-01-01"}'],
)
def test_what_is_no_file_of_counts_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "counts").write_bytes(data)
    result = run("report", tmp_path / "counts", "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert "is no file that dry-run --counts has written" in result.output


@pytest.mark.parametrize(("cut", "told"), [("row", "rows"), ("bytes", "is no file that dry-run --counts has written")])
def test_counts_that_are_cut_off_are_refused(counted: Path, tmp_path: Path, cut: str, told: str) -> None:
    data = (counted / "counts.jsonl").read_bytes()
    (tmp_path / "cut").write_bytes(data[:-9] if cut == "bytes" else data[: data.rstrip().rindex(b"\n") + 1])
    result = run("report", tmp_path / "cut", "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert told in result.output


def test_a_report_needs_its_extra(counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cds_service.population_report.writer", None)
    result = run("report", counted / "counts.jsonl", "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert "pip install 'hip-spine-cds[population]'" in result.output
