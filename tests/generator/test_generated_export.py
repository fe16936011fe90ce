"""A generated export is the same for its seed, is of the size asked for, and holds what a dry run has to cope with."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chart_records import CANARY
from benchmarks.generated_export import BROKEN, write_export
from benchmarks.generated_patients import Population, generate_patient, generate_patients
from tests.pathways.calling import our_keys

SMALL = Population(patients=40, size=6000)


def read_lines(folder: Path) -> list[bytes]:
    paths = sorted(folder.glob("*.ndjson*"))
    return [
        line
        for path in paths
        for line in (gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()).splitlines()
    ]


def test_one_patient_is_the_same_whatever_else_is_generated() -> None:
    everyone = list(generate_patients(SMALL))
    assert generate_patient(Population(patients=1, size=6000), 7) == everyone[7]
    assert generate_patient(Population(patients=1, size=6000, seed=2), 7) != everyone[7]


def test_each_chart_is_of_the_size_asked_for() -> None:
    sizes = [sum(len(json.dumps(each, separators=(",", ":"))) + 1 for each in one) for one in generate_patients(SMALL)]
    assert min(sizes) > 0.9 * SMALL.size
    assert sorted(sizes)[len(sizes) // 2] < 1.5 * SMALL.size


def test_all_layouts_hold_the_same_resources(tmp_path: Path) -> None:
    write_export(tmp_path / "types", SMALL)
    write_export(tmp_path / "patients", SMALL, by_patient=True, compressed=True)
    headers = [b"Parameters" in line for line in read_lines(tmp_path / "patients")]
    assert sum(headers) == SMALL.patients
    plain = [line for line in read_lines(tmp_path / "patients") if b"Parameters" not in line]
    assert sorted(plain) == sorted(read_lines(tmp_path / "types"))


def test_the_manifest_counts_every_line(tmp_path: Path) -> None:
    lines = write_export(tmp_path, SMALL, broken=1)
    manifest: dict[str, Any] = json.loads((tmp_path / "manifest.json").read_text())
    assert sum(each["count"] for each in manifest["output"]) == lines.total() == len(read_lines(tmp_path))
    assert "outputOrganizedBy" not in manifest


@pytest.mark.parametrize("kind", BROKEN)
def test_each_kind_of_broken_line_stands_among_good_ones(kind: str, tmp_path: Path) -> None:
    write_export(tmp_path, Population(patients=2, size=1000), broken=1)
    assert read_lines(tmp_path).count(BROKEN[kind]) == 1


def test_a_population_has_what_a_report_has_to_show() -> None:
    resources = [each for one in generate_patients(Population(patients=600, size=1000)) for each in one]
    kinds = Counter(each["resourceType"] for each in resources)
    assert set(kinds) == {key.resource_type for key in our_keys()} | {
        "Binary"
    }  # a type that is nowhere counts as not exported
    orders = [each for each in resources if each["resourceType"] == "ServiceRequest"]
    assert any("coding" not in each["code"] for each in orders)
    assert len({each["authoredOn"][:7] for each in orders}) > 6
    assert any("deceasedDateTime" in each for each in resources)
    assert all(CANARY in json.dumps(each["name"]) for each in resources if each["resourceType"] == "Patient")
