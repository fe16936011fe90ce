"""FHIR resources of what was ticked and written: a chart as an EHR would hold it, of an invented patient."""

import base64
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from cds_service.model.vocabulary import CANONICAL_BASE, FindingDefinition
from cds_service.pages.choices import ABSENT, LEFT, RIGHT, OrderChoice

Json: TypeAlias = dict[str, Any]
SCT: Final = "http://snomed.info/sct"
_FINDING_SYSTEM: Final = f"{CANONICAL_BASE}/CodeSystem/finding"
_SIDE_CODES: Final = {LEFT: "7771000", RIGHT: "24028007"}
_PRESENT, _ABSENT = "52101004", "2667000"  # SNOMED CT "Present" and "Absent"
_STATUS: Final = "http://terminology.hl7.org/CodeSystem/condition-"
_PROGRESS_NOTE: Final = ("http://loinc.org", "11506-3")
_DAYS_A_YEAR: Final = 365.25


def make_patient(patient_id: str, age: int, today: date) -> Json:
    """Return a patient of this age, without a name."""
    born = today - timedelta(days=int(age * _DAYS_A_YEAR) + 30)
    return {"resourceType": "Patient", "id": patient_id, "birthDate": born.isoformat()}


def make_finding(
    finding: FindingDefinition, answer: str, number: int, patient_id: str, today: date, weeks: int
) -> Json:
    """Return the resource of a ticked finding: a Condition where it has an onset or is a diagnosis, as EHRs record it.

    `weeks`: since when a symptom has been there.
    """
    named: Json = {
        "id": f"try-{number}",
        "code": {"coding": [_coding(_FINDING_SYSTEM, finding.id)]},
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    if answer in _SIDE_CODES:
        named["bodySite"] = [_concept(SCT, _SIDE_CODES[answer])]
    if finding.kind == "diagnosis" or (finding.kind == "symptom" and answer != ABSENT):
        return {"resourceType": "Condition", **named, **_describe_condition(today - timedelta(weeks=weeks), today)}
    if finding.kind == "treatment":
        performed = {"status": "completed", "performedDateTime": today.isoformat()}
        return {"resourceType": "Procedure", **named, **performed}
    return {"resourceType": "Observation", **_as_observation(named), **_describe_observation(answer, today)}


def make_note(text: str, patient_id: str, today: date) -> Json:
    """Return a progress note with its text inside."""
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": base64.b64encode(text.encode("utf-8", "replace")).decode(),
    }
    return {
        "resourceType": "DocumentReference",
        "id": "try-note",
        "status": "current",
        "type": _concept(*_PROGRESS_NOTE),
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": f"{today.isoformat()}T09:00:00Z",
        "content": [{"attachment": attachment}],
    }


def make_order(order: OrderChoice, side: str, patient_id: str) -> Json:
    """Return a draft of imaging."""
    code = order.code_for(side)
    draft = {
        "resourceType": "ServiceRequest",
        "id": "try-order",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [_coding(code.system_uri, code.code)], "text": order.label},
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    return draft | ({"bodySite": [_concept(SCT, _SIDE_CODES[side])]} if side else {})


def make_bundle(resources: Iterator[Json] | list[Json], kind: str = "searchset") -> Json:
    """Return a Bundle of these resources."""
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}


def make_outcome() -> Json:
    """Return what an EHR sends for a query that it could not answer (CDS Hooks 2.0, "Prefetch query")."""
    issue = {"severity": "error", "code": "processing", "diagnostics": "the query could not be answered"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _describe_condition(onset: date, today: date) -> Json:
    return {
        "clinicalStatus": _concept(f"{_STATUS}clinical", "active"),
        "verificationStatus": _concept(f"{_STATUS}ver-status", "confirmed"),
        "onsetDateTime": onset.isoformat(),
        "recordedDate": today.isoformat(),
    }


def _describe_observation(answer: str, today: date) -> Json:
    value = _concept(SCT, _ABSENT if answer == ABSENT else _PRESENT)
    return {"status": "final", "effectiveDateTime": today.isoformat(), "valueCodeableConcept": value}


def _as_observation(named: Json) -> Json:
    """Return the fields with one body site: an Observation has no list of them."""
    sites = named.pop("bodySite", None)
    return named | ({"bodySite": sites[0]} if sites else {})


def _coding(system: str, code: str) -> Json:
    return {"system": system, "code": code}


def _concept(system: str, code: str) -> Json:
    return {"coding": [_coding(system, code)]}
