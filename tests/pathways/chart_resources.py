"""Makes FHIR resources of the short records in `charts/*.toml`."""

import base64
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "dicom": "http://dicom.nema.org/resources/ontology/DCM",
    "local": "urn:oid:1.2.3.4",
    "own": "https://hip-spine-cds.example/fhir/CodeSystem/finding",
}
VISIT = "visit-1"
_STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
_SIDES = {"left": "sct 7771000", "right": "sct 24028007", "left hip": "sct 287679003", "right hip": "sct 287579007"}


def concept(value: str, text: str | None = None) -> Json:
    """Return a concept: `"system code"`, `"system code: display"`, or words. `text` goes beside a code."""
    head, _, display = value.partition(": ")
    system, _, code = head.partition(" ")
    if system not in SYSTEMS or not code or " " in code:
        return {"text": value}
    coding = {"system": SYSTEMS[system], "code": code}
    made: Json = {"coding": [coding | ({"display": display} if display else {})]}
    return made | ({"text": text} if text else {})


def make_resource(record: Json, number: int, today: date) -> Json:
    """Return the resource of a record. Its first key says what it is; `fhir` adds fields as FHIR has them."""
    kind = next(iter(record))
    fields = _MAKERS[kind](record, lambda key: _day(record, key, today))
    made = {
        "resourceType": _TYPES[kind],
        "id": f"{kind}-{number}",
        "subject": {"reference": "Patient/p1"},
        **fields,
    }
    if "site" in record:
        made["bodySite"] = [concept(_SIDES.get(record["site"], record["site"]))]
    if "note" in record:
        made["note"] = [{"text": record["note"]}]
    return {key: value for key, value in {**made, **record.get("fhir", {})}.items() if value is not None}


def _day(record: Json, key: str, today: date) -> str | None:
    return str(today - timedelta(record[key])) if key in record else None


Days = Callable[[str], str | None]


def _problem(record: Json, day: Days) -> Json:
    return {
        "clinicalStatus": {"coding": [{"system": f"{_STATUS}clinical", "code": record.get("status", "active")}]},
        "verificationStatus": {
            "coding": [{"system": f"{_STATUS}ver-status", "code": record.get("verified", "confirmed")}]
        },
        "code": concept(record["problem"], record.get("text")),
        "onsetDateTime": day("onset"),
        "abatementDateTime": day("until"),
        "recordedDate": day("on"),
    }


def _observation(record: Json, day: Days) -> Json:
    value: Json = {}
    if "value" in record:
        value = {"valueQuantity": {"value": record["value"], "unit": record.get("unit")}}
    elif "words" in record:
        value = {"valueString": record["words"]}
    elif "answer" in record:
        value = {"valueCodeableConcept": concept(record["answer"])}
    return {
        "status": record.get("status", "final"),
        "code": concept(record["observation"], record.get("text")),
        "effectiveDateTime": day("on"),
        **value,
    }


def _procedure(record: Json, day: Days) -> Json:
    return {
        "status": record.get("status", "completed"),
        "code": concept(record["procedure"], record.get("text")),
        "performedDateTime": day("on"),
    }


def _drug(record: Json, day: Days) -> Json:
    return {
        "status": record.get("status", "active"),
        "intent": "order",
        "medicationCodeableConcept": concept(record["drug"], record.get("text")),
        "authoredOn": day("on"),
    }


def _taken(record: Json, day: Days) -> Json:
    return {
        "status": record.get("status", "active"),
        "medicationCodeableConcept": concept(record["taken"], record.get("text")),
        "effectivePeriod": {key: value for key, value in (("start", day("from")), ("end", day("until"))) if value},
    }


def _order(kind: str, status: str) -> Callable[[Json, Days], Json]:
    def make(record: Json, day: Days) -> Json:
        reason = [concept(record["reason"])] if "reason" in record else None
        return {
            "status": record.get("status", status),
            "intent": "order",
            "code": concept(record[kind], record.get("text")),
            "reasonCode": reason,
            "authoredOn": day("on"),
        }

    return make


def _report(record: Json, day: Days) -> Json:
    return {
        "status": record.get("status", "final"),
        "code": concept(record["report"], record.get("text")),
        "effectiveDateTime": day("on"),
        "conclusion": record.get("conclusion"),
    }


def _study(record: Json, day: Days) -> Json:
    modality = {"system": SYSTEMS["dicom"], "code": record.get("modality", "MR")}
    return {
        "status": record.get("status", "available"),
        "started": day("on"),
        "modality": [modality],
        "procedureCode": [concept(record["study"], record.get("text"))],
        "series": [{"uid": "1.2.3.4", "modality": modality}],
    }


def _document(record: Json, day: Days) -> Json:
    data = base64.b64encode(record["document"].encode()).decode()
    return {
        "status": record.get("status", "current"),
        "type": concept("loinc 11506-3"),
        "date": day("on"),
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }


def _form(record: Json, day: Days) -> Json:
    """Return another's questionnaire: one question, whose answer is the words."""
    item = {"linkId": "1", "text": "What brings you in?", "answer": [{"valueString": record["form"]}]}
    return {"status": "completed", "authored": day("on"), "item": [item]}


def _visit(record: Json, day: Days) -> Json:
    reason = [{"text": record["visit"]}]
    return {"id": VISIT, "status": "in-progress", "period": {"start": day("on")}, "reasonCode": reason}


_TYPES = {
    "problem": "Condition",
    "observation": "Observation",
    "procedure": "Procedure",
    "drug": "MedicationRequest",
    "taken": "MedicationStatement",
    "draft": "ServiceRequest",
    "request": "ServiceRequest",
    "report": "DiagnosticReport",
    "study": "ImagingStudy",
    "document": "DocumentReference",
    "form": "QuestionnaireResponse",
    "visit": "Encounter",
}
_MAKERS: dict[str, Callable[[Json, Days], Json]] = {
    "problem": _problem,
    "observation": _observation,
    "procedure": _procedure,
    "drug": _drug,
    "taken": _taken,
    "draft": _order("draft", "draft"),
    "request": _order("request", "active"),
    "report": _report,
    "study": _study,
    "document": _document,
    "form": _form,
    "visit": _visit,
}
