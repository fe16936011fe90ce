"""Reading Procedures, completed requests and medications: what has been tried, and imaging that was done."""

import re

from cds_service.fhir.reading.answers import qualifiers_of, said
from cds_service.fhir.reading.imaging import describe
from cds_service.fhir.reading.lexicon import Known
from cds_service.fhir.reading.notebook import Notebook, meanings_of, source_of
from cds_service.fhir.reading.telling import Telling, name_of, tell_name, tell_notes
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

_WORD = re.compile(r"\w+|/")
_PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown", None})
_TAKEN = frozenset({"active", "completed", "stopped", "on-hold", "unknown", None})


def read_procedure(procedure: Procedure, notebook: Notebook) -> None:
    """Write down the treatment or imaging of one Procedure. "In 12 months" means begun: a period's start counts."""
    if procedure.status not in _PERFORMED:
        notebook.ignore(procedure, f"status {procedure.status}")
        return
    known = notebook.known(procedure.code)
    meanings = meanings_of(known)
    imaging = describe(known, procedure.code, procedure.bodySite, None, notebook)
    is_done = imaging.region is not None and procedure.status == "completed"
    name = name_of(procedure.code, has_meaning=bool(known))
    if not (meanings or is_done or procedure.note) and notebook.terms.narrative.says_nothing(name):
        notebook.ignore_unmapped(procedure, procedure.code)
        return
    source = source_of(SourceKind.PROCEDURE, procedure)
    period = procedure.performedPeriod
    when = notebook.when(procedure.performedDateTime) or notebook.when(period.start if period else None)
    side, qualifiers = (
        notebook.site_side(procedure.bodySite),
        qualifiers_of(said(procedure.outcome), notebook.terms.narrative),
    )
    count = len(notebook.findings)
    for meaning in meanings:
        notebook.add(meaning, Value.PRESENT, source, side=side, when=when, qualifiers=qualifiers)
    if is_done:
        notebook.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))
    telling = Telling(procedure, source, notebook.findings[count:], side, when).of(SourceKind.PROCEDURE_WORDS)
    told = tell_name(telling, _with_outcome(name, procedure, notebook), notebook, only_done=True)
    told += tell_notes(telling, procedure.note, notebook)
    if not (meanings or is_done or told):
        notebook.ignore_unmapped(procedure, procedure.code)


def _with_outcome(name: str | None, procedure: Procedure, notebook: Notebook) -> str | None:
    """The name with the response that the outcome states in words, as a note would have both."""
    outcome = procedure.outcome.text if procedure.outcome else None
    is_response = bool(name and outcome and notebook.terms.narrative.response(outcome))
    return f"{(name or '').rstrip('. ')}, {outcome}" if is_response else name


def read_completed_request(request: ServiceRequest, known: list[Known], source: Source, notebook: Notebook) -> None:
    """Write down what a completed request shows to have been done. Its own date is not that of the deed."""
    period = request.occurrencePeriod
    when = notebook.when(request.occurrenceDateTime) or notebook.when(period.start if period else None)
    for meaning in meanings_of(known):
        begun = when or notebook.when(request.authoredOn)
        notebook.add(meaning, Value.PRESENT, source, side=notebook.site_side(request.bodySite), when=begun)
    imaging = describe(known, request.code, request.bodySite, request.orderDetail, notebook)
    if imaging.region:
        notebook.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))


def read_medication(record: MedicationRequest | MedicationStatement, notebook: Notebook) -> None:
    """Write down the treatment a medication stands for, by code, else by a drug's name in its text."""
    refusal = _refusal(record)
    if refusal:
        notebook.ignore(record, refusal)
        return
    source = source_of(SourceKind.MEDICATION, record)
    concept = _medication(record)
    meanings = notebook.meanings(concept) or _by_name(record, concept, notebook)
    if not meanings:
        notebook.ignore_unmapped(record, concept)
    for meaning in meanings:
        notebook.add(meaning, Value.PRESENT, source, when=_begun(record, notebook))


def _refusal(record: MedicationRequest | MedicationStatement) -> str | None:
    """Why it was not taken, if it was not."""
    if record.status not in _TAKEN:
        return f"status {record.status}"
    if isinstance(record, MedicationRequest):
        return "it asks not to be given" if record.doNotPerform else None
    return "it was not taken" if record.wasNotTaken or record.taken == "n" else None


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
    said = f" {' '.join(_WORD.findall(' / '.join(text for text in texts if text).lower()))} "
    named = (finding for name, finding in notebook.terms.terminology.drug_names.items() if f" {name} " in said)
    return [Meaning(finding) for finding in dict.fromkeys(named)]
