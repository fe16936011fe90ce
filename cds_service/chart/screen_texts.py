"""What of each resource the safety screen reads: texts, concepts and values, by the resource's type (R1)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from cds_service.chart.fact_collector import status_codes
from cds_service.chart.note_text import ReadNote
from cds_service.chart.screened_record import ScreenedRecord, concept_texts
from cds_service.chart.visits import VOID_VISITS, list_reason_names, list_reasons
from cds_service.fhir.datatypes import Raw, list_concepts
from cds_service.fhir.documents import Encounter
from cds_service.fhir.quantities import parse_dosages
from cds_service.fhir.resource import Resource
from cds_service.fhir.resources import (
    Condition,
    DiagnosticReport,
    ImagingStudy,
    MedicationRecord,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Procedure,
    ProcedureRequest,
    ServiceRequest,
)
from cds_service.fhir.unparsed import (
    Unreadable,
    list_displays,
    parse_concepts,
    parse_contained_observations,
    parse_displays,
    parse_forms,
    parse_notes,
    parse_parts,
    parse_string,
)
from cds_service.model.facts import SourceKind

_REFUTED, _CONFIRMED, _IN_ERROR, _NOT_DONE = "refuted", "confirmed", "entered-in-error", "not-done"
_VOID: Final = frozenset({_IN_ERROR, "cancelled", "revoked", "registered", "rejected"})
_UNTAKEN: Final = frozenset({_IN_ERROR, "cancelled", "draft", "not-taken", "intended"})
_COMPLETED: Final = "completed"


def collect_record(resource: Resource) -> ScreenedRecord | None:
    """Return what is screened of a resource, or None if it is not read: refuted, cancelled, or of another type."""
    collect = _COLLECTORS.get(type(resource))
    return collect(resource) if collect else None


def _of_condition(condition: Condition) -> ScreenedRecord | None:
    said = status_codes(condition.verificationStatus)
    if _IN_ERROR in said or (_REFUTED in said and _CONFIRMED not in said):
        return None
    record = ScreenedRecord(condition, SourceKind.CONDITION, SourceKind.CONDITION_TEXT)
    record.add_concepts(condition.code)
    record.add_notes(condition.note, condition.notes)
    record.sites = condition.bodySite
    for raw in (condition.stage, condition.evidence):
        if len(raw):
            _add_parts(record, raw)
    if len(condition.onsetString):
        record.add_prose(parse_string(condition.onsetString))
    return record


def _add_parts(record: ScreenedRecord, raw: Raw) -> None:
    parts = parse_parts(raw)
    if isinstance(parts, Unreadable):
        record.unread_fields += 1
        return
    for part in parts:
        record.add_concepts(part.summary, part.code)
        details = part.detail if isinstance(part.detail, list) else [part.detail] if part.detail else []
        record.names += list_displays(details)


def _of_procedure(procedure: Procedure) -> ScreenedRecord | None:
    if procedure.status == _IN_ERROR:
        return None
    record = ScreenedRecord(procedure, SourceKind.PROCEDURE, SourceKind.PROCEDURE_TEXT)
    if procedure.status in _VOID or procedure.status == _NOT_DONE or procedure.notPerformed or procedure.notDone:
        # Why it was not done is about the patient as he is, and no longer about a day of the past.
        record.is_of_now = True
        record.add_concepts(procedure.statusReason)
        record.add_notes(procedure.note)
        return record
    record.acts = list_concepts(procedure.code) if procedure.code is not None else []
    record.add_concepts(procedure.reasonCode, procedure.outcome)
    record.add_notes(procedure.note)
    record.sites = procedure.bodySite
    for raw in (procedure.complication, procedure.followUp):
        if len(raw):
            record.add_read_concepts(parse_concepts(raw))
    for raw in (procedure.reasonReference, procedure.report):
        if len(raw):
            record.add_names(parse_displays(raw))
    return record


def _of_request(request: ServiceRequest) -> ScreenedRecord | None:
    if request.status in _VOID or request.doNotPerform:
        return None
    record = ScreenedRecord(request, SourceKind.ORDER_REASON, SourceKind.ORDER_TEXT)
    record.is_planned = request.status != _COMPLETED
    record.acts = list_concepts(request.code) if request.code is not None else []
    record.add_concepts(request.reasonCode, request.orderDetail, request.bodySite)
    record.sites = request.bodySite
    record.add_notes(request.note)
    record.names += list_displays(request.reasonReference or [])
    if len(request.supportingInfo):
        record.add_names(parse_displays(request.supportingInfo))
    if len(request.patientInstruction):
        record.add_prose(parse_string(request.patientInstruction))
    return record


def _of_medication(medication: MedicationRequest | MedicationStatement) -> ScreenedRecord | None:
    if medication.status in _UNTAKEN or _is_untaken(medication):
        return None
    record = ScreenedRecord(medication, SourceKind.MEDICATION, SourceKind.MEDICATION)
    record.add_concepts(medication.reasonCode)
    record.add_notes(medication.note)
    if len(medication.reasonReference):
        record.add_names(parse_displays(medication.reasonReference))
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
    if report.conclusion:
        record.add_prose([report.conclusion])
    if len(report.presentedForm):
        record.add_forms(parse_forms(report.presentedForm))
    if len(report.contained):
        _add_contained(record, report.contained)
    return record


def _add_contained(record: ScreenedRecord, raw: Raw) -> None:
    observations = parse_contained_observations(raw)
    if isinstance(observations, Unreadable):
        record.unread_fields += 1
        return
    for observation in observations:
        if observation.status not in _VOID:
            _add_observation(record, observation)


def _of_study(study: ImagingStudy) -> ScreenedRecord | None:
    if study.status in _VOID:
        return None
    record = ScreenedRecord(study, SourceKind.STUDY, SourceKind.STUDY)
    if study.description:
        record.names.append(study.description)
    if len(study.reasonCode):
        record.add_read_concepts(parse_concepts(study.reasonCode))
    if len(study.reasonReference):
        record.add_names(parse_displays(study.reasonReference))
    if len(study.note):
        record.add_read_notes(parse_notes(study.note))
    return record


def _of_visit(visit: Encounter) -> ScreenedRecord | None:
    if visit.status in VOID_VISITS:
        return None
    record = ScreenedRecord(visit, SourceKind.VISIT, SourceKind.VISIT_TEXT)
    record.add_read_concepts(list_reasons(visit))
    record.names += list_reason_names(visit)
    return record


def collect_note(read: ReadNote) -> ScreenedRecord:
    """Return what is screened of a clinical note: all its words."""
    record = ScreenedRecord(read.note.document, SourceKind.NOTE, SourceKind.NOTE)
    record.add_prose(read.texts)
    return record


def _of_observation(observation: Observation) -> ScreenedRecord | None:
    if observation.status in _VOID or observation.status == _NOT_DONE:
        return None
    record = ScreenedRecord(observation, SourceKind.OBSERVATION, SourceKind.OBSERVATION_TEXT)
    _add_observation(record, observation)
    return record


def _add_observation(record: ScreenedRecord, observation: Observation) -> None:
    for part in (observation, *(observation.component or ())):
        record.parts.append(part)
        record.add_concepts(part.valueCodeableConcept)
        if part.valueString:
            record.add_prose([part.valueString])
    record.add_notes(observation.note, observation.comment, observation.comments)


_COLLECTORS: Mapping[type, Callable[[Any], ScreenedRecord | None]] = {
    Condition: _of_condition,
    Observation: _of_observation,
    Procedure: _of_procedure,
    ServiceRequest: _of_request,
    ProcedureRequest: _of_request,
    MedicationRequest: _of_medication,
    MedicationStatement: _of_medication,
    DiagnosticReport: _of_report,
    ImagingStudy: _of_study,
    Encounter: _of_visit,
}
