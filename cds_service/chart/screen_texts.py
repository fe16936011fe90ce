"""What of each resource the safety screen reads: texts, concepts and values, by the resource's type (R1)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cds_service.chart.fact_collector import status_codes
from cds_service.fhir.datatypes import CodeableConcept, Concepts, Notes, list_concepts, list_notes
from cds_service.fhir.quantities import parse_dosages
from cds_service.fhir.resources import (
    Component,
    Condition,
    DiagnosticReport,
    MedicationRecord,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Procedure,
    ProcedureRequest,
    Resource,
    ServiceRequest,
)
from cds_service.fhir.unparsed import parse_parts
from cds_service.model.facts import SourceKind

_NOT_SO: Final = frozenset({"refuted", "entered-in-error"})
_VOID: Final = frozenset({"entered-in-error", "cancelled", "revoked", "not-done", "registered", "rejected"})
_UNTAKEN: Final = frozenset({"entered-in-error", "cancelled", "draft", "not-taken", "intended"})


@dataclass(slots=True)
class ScreenedRecord:
    """What is screened of one resource. `acts`: what was done. `prose`: free texts, each with the time of its note."""

    resource: Resource
    kind: SourceKind
    text_kind: SourceKind
    concepts: list[CodeableConcept] = field(default_factory=list)
    acts: list[CodeableConcept] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    prose: list[tuple[str, str | None]] = field(default_factory=list)
    parts: list[Observation | Component] = field(default_factory=list)

    def add_concepts(self, *values: Concepts) -> None:
        """Add the concepts of fields."""
        for value in values:
            if value is not None:
                self.concepts += list_concepts(value)

    def add_notes(self, *values: Notes) -> None:
        """Add the notes of fields."""
        for value in values:
            if value is not None:
                self.prose += [(note.text, note.time) for note in list_notes(value) if note.text]


def collect_record(resource: Resource) -> ScreenedRecord | None:
    """Return what is screened of a resource, or None if it is not read: refuted, cancelled, or of another type."""
    collect = _COLLECTORS.get(type(resource))
    return collect(resource) if collect else None


def _of_condition(condition: Condition) -> ScreenedRecord | None:
    if not _NOT_SO.isdisjoint(status_codes(condition.verificationStatus)):
        return None
    record = ScreenedRecord(condition, SourceKind.CONDITION, SourceKind.CONDITION_TEXT)
    record.add_concepts(condition.code, *parse_parts(condition.stage), *parse_parts(condition.evidence))
    record.add_notes(condition.note, condition.notes)
    return record


def _of_procedure(procedure: Procedure) -> ScreenedRecord | None:
    if procedure.status in _VOID or procedure.notPerformed or procedure.notDone:
        return None
    record = ScreenedRecord(procedure, SourceKind.PROCEDURE, SourceKind.PROCEDURE_TEXT)
    record.acts = list_concepts(procedure.code) if procedure.code is not None else []
    record.add_concepts(procedure.reasonCode, procedure.outcome)
    record.add_notes(procedure.note)
    return record


def _of_request(request: ServiceRequest) -> ScreenedRecord | None:
    if request.status in _VOID or request.doNotPerform:
        return None
    record = ScreenedRecord(request, SourceKind.ORDER_REASON, SourceKind.ORDER_TEXT)
    record.add_concepts(request.reasonCode, request.orderDetail)
    record.add_notes(request.note)
    record.names += [one.display for one in request.reasonReference or () if one.display]
    return record


def _of_medication(medication: MedicationRequest | MedicationStatement) -> ScreenedRecord | None:
    if medication.status in _UNTAKEN or _is_untaken(medication):
        return None
    record = ScreenedRecord(medication, SourceKind.MEDICATION, SourceKind.MEDICATION)
    record.add_concepts(medication.reasonCode)
    record.add_notes(medication.note)
    dosage = ", ".join(_dosage_texts(medication))
    # In one sentence: the dosage says whether a steroid is swallowed or dropped into an eye.
    record.names += [f"{name}, {dosage}" if dosage else name for name in _drug_names(medication)]
    return record


def _is_untaken(medication: MedicationRequest | MedicationStatement) -> bool:
    if isinstance(medication, MedicationRequest):
        return bool(medication.doNotPerform)
    return bool(medication.wasNotTaken) or medication.taken == "n"


def _drug_names(medication: MedicationRecord) -> Iterator[str]:
    concepts = [medication.medicationCodeableConcept, *(one.code for one in medication.contained or ())]
    for concept in concepts:
        if concept is not None:
            yield from concept_texts(concept)
    if medication.medicationReference is not None and medication.medicationReference.display:
        yield medication.medicationReference.display


def _dosage_texts(medication: MedicationRecord) -> Iterator[str]:
    for dosage in (*parse_dosages(medication.dosageInstruction), *parse_dosages(medication.dosage)):
        yield from (text for text in (dosage.text, dosage.patientInstruction) if text)
        for concept in (dosage.route, dosage.site, dosage.method):
            if concept is not None:
                yield from concept_texts(concept)


def _of_report(report: DiagnosticReport) -> ScreenedRecord | None:
    if report.status in _VOID:
        return None
    record = ScreenedRecord(report, SourceKind.REPORT, SourceKind.REPORT)
    record.add_concepts(report.conclusionCode)
    record.prose += [(report.conclusion, None)] if report.conclusion else []
    return record


def is_number_alone(observation: Observation) -> bool:
    """Return whether an Observation holds a number and no words at all, as most do."""
    return (
        len(observation.valueQuantity) > 0
        and observation.component is None
        and observation.note is None
        and observation.comment is None
        and observation.comments is None
        and observation.valueString is None
        and observation.valueCodeableConcept is None
        and observation.interpretation is None
    )


def _of_observation(observation: Observation) -> ScreenedRecord | None:
    if observation.status in _VOID:
        return None
    record = ScreenedRecord(observation, SourceKind.OBSERVATION, SourceKind.OBSERVATION_TEXT)
    record.parts = [observation, *(observation.component or ())]
    for part in record.parts:
        record.add_concepts(part.valueCodeableConcept)
        if part.valueString:
            record.prose.append((part.valueString, None))
    record.add_notes(observation.note, observation.comment, observation.comments)
    return record


def concept_texts(concept: CodeableConcept) -> list[str]:
    """Return the text and the displays of a concept, each once."""
    texts = [concept.text] if concept.text else []
    for coding in concept.coding or ():  # a hot path: every record
        if coding is not None and coding.display and coding.display not in texts:
            texts.append(coding.display)
    return texts


_COLLECTORS: Mapping[type, Callable[[Any], ScreenedRecord | None]] = {
    Condition: _of_condition,
    Observation: _of_observation,
    Procedure: _of_procedure,
    ServiceRequest: _of_request,
    ProcedureRequest: _of_request,
    MedicationRequest: _of_medication,
    MedicationStatement: _of_medication,
    DiagnosticReport: _of_report,
}
