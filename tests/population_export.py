"""Builders of exports for the dry run: a few synthetic patients as NDJSON, and what is judged of them."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.population.binaries import join_binaries
from cds_service.population.content_judge import ContentJudge, build_content_judge
from cds_service.population.counts import Counts, Measure
from cds_service.population.judging import PopulationJudge
from cds_service.population.line_reader import Line
from cds_service.population.moments import Period
from cds_service.population.projection import Projector
from cds_service.population.records import BINARY_KEY

Json = dict[str, Any]
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
LOINC = "http://loinc.org"
PERIOD = Period(date.min, date(2026, 11, 29))
CANARY = "Zebedee-Canary-4711"


@cache
def knowledge() -> Knowledge:
    """Return the shipped content."""
    return load_knowledge(shipped_cards())


@cache
def content_judge() -> ContentJudge:
    """Return the judge of the shipped content."""
    return build_content_judge(knowledge(), 200_000)


def projector() -> Projector:
    """Return a projector by the shipped content's prefetch."""
    return Projector(content_judge().asked, content_judge().chart_reader.knows)


def concept(system: str, code: str, text: str | None = None) -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def about(patient: str, kind: str, number: int = 1, **fields: Any) -> Json:
    """Build a resource about a patient. Its narrative and identifiers are canaries."""
    made = {
        "resourceType": kind,
        "id": f"{patient}-{kind}-{number}",
        "text": {"status": "generated", "div": f"<div>{CANARY}</div>"},
        "identifier": [{"value": CANARY}],
        "subject": {"reference": f"Patient/{patient}"},
    }
    return made | fields


def patient(name: str, birth: str = "1970-05-01", gender: str = "female") -> Json:
    return {
        "resourceType": "Patient",
        "id": name,
        "name": [{"family": CANARY}],
        "identifier": [{"value": CANARY}],
        "gender": gender,
        "birthDate": birth,
    }


def visit(name: str, day: str, number: int = 1, site: str = "North") -> Json:
    period = {"start": f"{day}T09:00:00Z", "end": f"{day}T10:00:00Z"}
    return about(name, "Encounter", number, status="finished", period=period, serviceProvider={"display": site})


def problem(name: str, code: str, day: str | None, number: int = 1, **fields: Any) -> Json:
    active = concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
    return about(name, "Condition", number, code=concept(ICD, code), clinicalStatus=active, recordedDate=day, **fields)


def mri(name: str, when: str, number: int = 1, **fields: Any) -> Json:
    """Build a signed order of a lumbar MRI."""
    made = {"status": "completed", "intent": "order", "code": concept(CPT, "72148"), "authoredOn": when}
    return about(name, "ServiceRequest", number, **made | fields)


def back_pain(name: str) -> list[Json]:
    """Build a patient with back pain for days, of whom a lumbar MRI is ordered."""
    return [
        patient(name),
        visit(name, "2026-03-10"),
        problem(name, "M54.50", "2026-03-01", onsetDateTime="2026-02-27"),
        mri(name, "2026-03-10T09:30:00Z"),
    ]


def empty_types(name: str) -> list[Json]:
    """Build a record of each type without which no advice to wait is earned. They say nothing."""
    return [
        about(name, "Procedure", status="completed", code=concept(CPT, "99999"), performedDateTime="2020-01-01"),
        about(name, "Observation", status="final", code=concept(LOINC, "718-7"), effectiveDateTime="2020-01-01"),
        about(name, "ImagingStudy", status="available", started="2019-01-01", description="CT head"),
        about(name, "MedicationRequest", status="stopped", intent="order", authoredOn="2019-01-01",
              medicationCodeableConcept={"text": "amoxicillin"}),
        about(name, "MedicationStatement", status="completed", effectiveDateTime="2019-01-01",
              medicationCodeableConcept={"text": "amoxicillin"}),
        about(name, "DiagnosticReport", status="final", issued="2019-01-01", code=concept(LOINC, "24627-2")),
    ]  # fmt: skip


def as_lines(resources: Iterable[Json]) -> list[Line]:
    """Return the lines of resources, without spaces, as servers write them."""
    return [Line(json.dumps(resource, separators=(",", ":")).encode()) for resource in resources]


def write_export(folder: Path, resources: Iterable[Json]) -> Path:
    """Write resources as Bulk Data: a file for each type."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for resource in resources:
        lines.setdefault(resource["resourceType"], []).append(json.dumps(resource))
    for kind, texts in lines.items():
        (folder / f"{kind}.ndjson").write_text("\n".join(texts) + "\n", encoding="utf-8")
    return folder


def judge_lines(lines: Iterable[Line], judge: PopulationJudge | None = None) -> Counts:
    """Return the counts of lines, read and judged in this process."""
    reader = projector()
    patients = gather_patients(reader, lines)
    return reader.list_counts() + (judge or PopulationJudge(content_judge(), PERIOD)).judge_patients(patients.items())


def gather_patients(reader: Projector, lines: Iterable[Line]) -> dict[str, list[bytes]]:
    """Return the records of lines by patient, with the Binaries that their notes name."""
    patients: dict[str, list[bytes]] = {}
    binaries: dict[str, list[bytes]] = {}
    for record in reader.project(lines):
        of = binaries if record.patient.startswith(BINARY_KEY) else patients
        of.setdefault(record.patient, []).append(record.data)
    for record in join_binaries(binaries.items(), reader.numbers):
        patients.setdefault(record.patient, []).append(record.data)
    return patients


def told(counts: Counts) -> dict[str, int]:
    """Return how many lines were told, by type and reason."""
    return {row.detail: number for row, number in counts.items() if row.measure is Measure.LINES_TOLD}
