"""`dry-run` as a user types it: from an export, or from a server, to a report."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import html

from benchmarks.chart_records import CANARY
from benchmarks.generated_export import write_export
from benchmarks.generated_patients import Population
from cds_service.cli import dry_run_export, main
from cds_service.population.counts import Measure, total
from cds_service.population.counts_file import read_run
from tests.bulk_server import CLIENT, JWK, NOW, BulkServer, serve_bulk


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["dry-run", *arguments], env={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write_export(folder, Population(patients=30, size=2500), broken=1)
    return folder


def test_a_report_is_written_and_holds_nothing_of_anyone(export: Path, tmp_path: Path) -> None:
    out, counts = tmp_path / "report", tmp_path / "counts.jsonl"
    result = run(str(export), "--out", str(out), "--counts", str(counts), "--to", "2026-11-28")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["overlay", "report.html", "report.parquet"]
    page = html.fromstring((out / "report.html").read_text(encoding="utf-8"))
    assert page.xpath('string(//dl[@class="figures"]//dd)') == "30"
    assert total(read_run(counts).counts, Measure.PATIENTS) == 30
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(CANARY.encode() in data or b"p1-0000" in data for data in written)
    assert CANARY not in result.output


def test_each_rule_with_a_made_up_patient_has_an_example_card(export: Path, tmp_path: Path) -> None:
    run(str(export), "--out", str(tmp_path / "report"), "--to", "2026-11-28")
    page = html.fromstring((tmp_path / "report" / "report.html").read_text(encoding="utf-8"))
    cards = page.xpath('//div[@class="card"]')
    assert len(cards) >= 8
    assert page.xpath('//h2[@id="examples"]')


def test_a_server_is_exported_from_and_then_read(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run_export, "system_clock", lambda: NOW)
    (tmp_path / "key.json").write_text(json.dumps(JWK))
    files = {path.name: path.read_bytes() for path in sorted(export.glob("*.ndjson"))}
    with serve_bulk(BulkServer(files)) as server:
        source = ("--fhir", f"{server.base}/fhir", "--client-id", CLIENT, "--key", str(tmp_path / "key.json"))
        result = run(str(tmp_path / "export"), *source, "--out", str(tmp_path / "report"), "--to", "2026-11-28")
    assert result.exit_code == 0, result.output
    assert server.faults == []
    assert "patients: 30" in result.output


def test_a_client_without_its_key_is_refused(tmp_path: Path) -> None:
    result = run(str(tmp_path / "e"), "--fhir", "https://ehr.example", "--client-id", "a", "--out", str(tmp_path / "r"))
    assert result.exit_code == 2
    assert "--client-id and --key go together" in result.output


def test_a_folder_that_is_not_there_says_how_to_fill_it(tmp_path: Path) -> None:
    result = run(str(tmp_path / "nowhere"), "--out", str(tmp_path / "report"))
    assert result.exit_code == 2
    assert "to fill it from a server, say which: --fhir URL" in result.output.replace("\n│ ", "")


def test_counts_alone_need_no_report(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cds_service.population_report.writer", None)
    assert run(str(export), "--counts", str(tmp_path / "counts"), "--to", "2026-11-28").exit_code == 0
    result = run(str(export), "--out", str(tmp_path / "report"))
    assert result.exit_code == 1
    assert "pip install 'hip-spine-cds[population]'" in result.output


def test_without_anything_to_write_nothing_is_run(export: Path) -> None:
    result = run(str(export))
    assert result.exit_code == 2
    assert "--out FOLDER for a report, or --counts FILE" in result.output
