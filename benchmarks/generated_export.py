"""Writes a Bulk Data export of generated patients: `python -m benchmarks.generated_export FOLDER --patients 20000`.

NDJSON by resource type, or organised by patient, with its manifest. With `--broken` each kind of line that breaks a
reader stands among the good ones; how many of each is printed.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from benchmarks.chart_records import Json
from benchmarks.cohorts import DEPENDENCES
from benchmarks.generated_patients import LAST_DAY, Population, generate_patients

_OF = b'"subject":{"reference":"Patient/x"}}'
BROKEN: dict[str, bytes] = {
    "not UTF-8": b'{"resourceType":"Condition","id":"b1","code":{"text":"caf\xe9"},' + _OF,
    "cut off": b'{"resourceType":"Condition","id":"b2","code":{"text":"pa',
    "lone surrogate": b'{"resourceType":"Condition","id":"b3","code":{"text":"\\ud800"},' + _OF,
    "no object": b"[1, 2]",
    "no resourceType": b'{"id":"b4"}',
    "no patient": b'{"resourceType":"Condition","id":"b5","code":{"text":"pain"}}',
    "wrong shape": b'{"resourceType":"Condition","id":"b6","code":"pain",' + _OF,
    "NUL bytes": b"\x00\x00\x00",
}
FILES_PER_TYPE = 3


class ExportWriter:
    """Writes resources into the files of an export, each patient's lines scattered over those of a type."""

    def __init__(self, folder: Path, stack: ExitStack, *, by_patient: bool, compressed: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._stack = folder, stack
        self._by_patient, self._suffix = by_patient, ".ndjson.gz" if compressed else ".ndjson"
        self._files: dict[str, BinaryIO] = {}
        self.lines: Counter[str] = Counter()

    def write_patient(self, resources: list[Json]) -> None:
        """Write one patient's resources."""
        if self._by_patient:
            reference = {"name": "header", "valueReference": {"reference": f"Patient/{resources[0]['id']}"}}
            self._write("patients", json.dumps({"resourceType": "Parameters", "parameter": [reference]}).encode())
        for number, resource in enumerate(resources):
            kind = "patients" if self._by_patient else f"{resource['resourceType']}.{number % FILES_PER_TYPE:03}"
            self._write(kind, json.dumps(resource, separators=(",", ":")).encode())

    def write_broken(self, times: int) -> None:
        """Write each kind of broken line into the files that there are, `times` times."""
        names = sorted(self._files)
        for number, line in enumerate(line for _ in range(times) for line in BROKEN.values()):
            self._write(names[number % len(names)], line)

    def write_manifest(self) -> None:
        """Write `manifest.json` as a server answers when an export is complete."""
        output = [
            {"url": f"https://ehr.example/bulk/{name}{self._suffix}", "count": count}
            | ({} if self._by_patient else {"type": name.partition(".")[0]})
            for name, count in sorted(self.lines.items())
        ]
        manifest = {
            "transactionTime": f"{LAST_DAY}T23:00:00Z",
            "request": "https://ehr.example/fhir/$export",
            "requiresAccessToken": False,
            "output": output,
            "error": [],
        }
        if self._by_patient:
            manifest["outputOrganizedBy"] = "Patient"
        (self._folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")

    def _write(self, name: str, line: bytes) -> None:
        if name not in self._files:
            path = self._folder / f"{name}{self._suffix}"
            raw = self._stack.enter_context(path.open("wb"))
            packed = gzip.GzipFile("", "wb", 1, raw, mtime=0) if self._suffix.endswith("gz") else raw
            self._files[name] = cast("BinaryIO", self._stack.enter_context(packed))
        self._files[name].write(line + b"\n")
        self.lines[name] += 1


def write_export(
    folder: Path, population: Population, *, by_patient: bool = False, compressed: bool = False, broken: int = 0
) -> Counter[str]:
    """Write an export, and return its lines by file. Memory does not grow with the number of patients."""
    with ExitStack() as stack:
        writer = ExportWriter(folder, stack, by_patient=by_patient, compressed=compressed)
        for resources in generate_patients(population):
            writer.write_patient(resources)
        writer.write_broken(broken)
        writer.write_manifest()
    return writer.lines


def describe(lines: Counter[str], broken: int) -> Iterator[str]:
    """Yield what was written, a line each."""
    yield f"{lines.total()} lines in {len(lines)} files"
    if broken:
        yield f"of these {broken} of each: {', '.join(BROKEN)}"


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--kilobytes", type=float, default=20, help="of each patient, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dependence", choices=DEPENDENCES, default="independent")
    parser.add_argument("--by-patient", action="store_true")
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--broken", type=int, default=0, metavar="TIMES")
    given = parser.parse_args()
    population = Population(given.patients, int(given.kilobytes * 1000), given.seed, given.dependence)
    lines = write_export(
        given.folder, population, by_patient=given.by_patient, compressed=given.gzip, broken=given.broken
    )
    print(*describe(lines, given.broken), sep="\n")


if __name__ == "__main__":
    main()
