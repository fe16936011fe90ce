"""Reading Procedures, completed requests and medications: what has been tried, and imaging that was done."""

from cds_service.fhir.reading.answers import qualifiers_of, said
from cds_service.fhir.reading.imaging import describe
from cds_service.fhir.reading.notebook import Notebook, source_of
from cds_service.fhir.resources import (
    CodeableConcept,
    MedicationRecord,
    MedicationRequest,
    MedicationStatement,
    Procedure,
    ServiceRequest,
)
from cds_service.logic.dates import When
from cds_service.logic.facts import Source, SourceKind, Stage, Value
from cds_service.logic.terminology import Meaning

_PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown", None})
_TAKEN = frozenset({"active", "completed", "stopped", "on-hold", "unknown", None})


def read_procedure(procedure: Procedure, notebook: Notebook) -> None:
    """Write down the treatment or imaging of one Procedure. "In 12 months" means begun: a period's start counts."""
    source = source_of(SourceKind.PROCEDURE, procedure)
    if procedure.status not in _PERFORMED:
        notebook.ignore(source, f"status {procedure.status}")
        return
    period = procedure.performedPeriod
    when = notebook.when(procedure.performedDateTime) or notebook.when(period.start if period else None)
    meanings = notebook.meanings(procedure.code)
    imaging = describe(procedure.code, procedure.bodySite, None, notebook)
    for meaning in meanings:
        notebook.add(
            meaning,
            Value.PRESENT,
            source,
            side=notebook.site_side(procedure.bodySite),
            when=when,
            qualifiers=qualifiers_of(said(procedure.outcome)),
        )
    if imaging.region and procedure.status == "completed":
        notebook.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))
    elif not meanings:
        notebook.ignore_unmapped(source, procedure.code)


def read_completed_request(
    request: ServiceRequest, meanings: list[Meaning], source: Source, notebook: Notebook
) -> None:
    """Write down what a completed request shows to have been done. Its own date is not that of the deed."""
    period = request.occurrencePeriod
    when = notebook.when(request.occurrenceDateTime) or notebook.when(period.start if period else None)
    for meaning in meanings:
        begun = when or notebook.when(request.authoredOn)
        notebook.add(meaning, Value.PRESENT, source, side=notebook.site_side(request.bodySite), when=begun)
    imaging = describe(request.code, request.bodySite, request.orderDetail, notebook)
    if imaging.region:
        notebook.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))


def read_medication(record: MedicationRequest | MedicationStatement, notebook: Notebook) -> None:
    """Write down the treatment a medication stands for, by code, else by a drug's name in its text."""
    source = source_of(SourceKind.MEDICATION, record)
    if record.status not in _TAKEN:
        notebook.ignore(source, f"status {record.status}")
        return
    concept = _medication(record)
    meanings = notebook.meanings(concept) or _by_name(record, concept, notebook)
    if not meanings:
        notebook.ignore_unmapped(source, concept)
    for meaning in meanings:
        notebook.add(meaning, Value.PRESENT, source, when=_begun(record, notebook))


def _medication(record: MedicationRecord) -> CodeableConcept | None:
    if record.medicationCodeableConcept is not None:
        return record.medicationCodeableConcept
    wanted = (record.medicationReference.reference or "").removeprefix("#") if record.medicationReference else ""
    return next((one.code for one in record.contained or () if one.id == wanted), None)


def _begun(record: MedicationRequest | MedicationStatement, notebook: Notebook) -> When | None:
    if isinstance(record, MedicationRequest):
        return notebook.when(record.authoredOn)
    period = record.effectivePeriod
    return notebook.when(record.effectiveDateTime) or notebook.when(period.start if period else None)


def _by_name(record: MedicationRecord, concept: CodeableConcept | None, notebook: Notebook) -> list[Meaning]:
    """Drug names are read from text because orders often carry local codes (terminology §8)."""
    texts = [concept.text] if concept else []
    texts += [coding.display for coding in (concept.coding if concept else None) or () if coding]
    texts += [record.medicationReference.display] if record.medicationReference else []
    words = {word for text in texts if text for word in text.lower().replace("/", " ").split()}
    return [Meaning(finding) for name, finding in notebook.terms.drug_names.items() if name in words]
