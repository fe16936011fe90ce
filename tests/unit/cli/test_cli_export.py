"""`export` as a user types it: a Bundle to pass on, files to inspect, and a clear error if a list is invalid."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main

pytestmark = pytest.mark.usefixtures("loaded_once")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments], env={"COLUMNS": "140"})


def test_without_a_folder_it_prints_one_transaction_and_nothing_else() -> None:
    bundle = json.loads(run().output)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    assert len(bundle["entry"]) > 100


def test_with_a_folder_each_resource_is_a_file(tmp_path: Path) -> None:
    out = tmp_path / "a" / "fhir"
    result = run("--out", str(out))
    files = sorted(path.name for path in out.iterdir())
    assert f"written: {len(files)} resources in {out}" in result.output
    assert "ValueSet-finding-groin-pain.json" in files
    assert json.loads((out / "CodeSystem-topic.json").read_text(encoding="utf-8"))["id"] == "topic"


def test_branches_are_spelt_out_by_the_release_named(tmp_path: Path) -> None:
    release = tmp_path / "codes.txt"
    release.write_text("Z853    Some description\nZ85828  Another\n", encoding="utf-8")
    out = tmp_path / "fhir"
    assert run("--out", str(out), "--icd10cm", str(release)).exit_code == 0
    history = json.loads((out / "ValueSet-finding-cancer-history.json").read_text(encoding="utf-8"))
    (icd,) = (part for part in history["compose"]["include"] if part["system"].endswith("icd-10-cm"))
    assert icd["concept"] == [{"code": "Z85.3"}]


def test_what_cannot_be_read_or_written_is_told_in_plain_words(tmp_path: Path) -> None:
    wrong = tmp_path / "codes.txt"
    wrong.write_text("hello\n", encoding="utf-8")
    result = run("--icd10cm", str(wrong))
    assert (result.exit_code, "line 1 does not begin with an ICD-10-CM code" in result.output) == (1, True)
    result = run("--out", str(wrong / "below"))
    assert (result.exit_code, "Not a directory" in result.output) == (1, True)
