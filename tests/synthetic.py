"""Builders of synthetic FHIR resources and CDS Hooks calls. Each test varies the field that it is about."""

import json
from typing import Any

SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
OWN = "https://hip-spine-cds.example/fhir/CodeSystem/finding"

PATIENT = "patient-1"
INSTANCE = "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001"
VIEW, SELECT, SIGN = "hip-spine-patient-view", "hip-spine-order-select", "hip-spine-order-sign"
HOOKS = {VIEW: "patient-view", SELECT: "order-select", SIGN: "order-sign"}

OTHER_KEYS = (
    "observations",
    "imagingStudies",
    "serviceRequests",
    "procedures",
    "medicationRequests",
    "medicationStatements",
    "reports",
)

Json = dict[str, Any]


def concept(code: str, system: str = SNOMED, **more: Any) -> Json:
    return {"coding": [{"system": system, "code": code}], **more}


def resource(kind: str, number: int = 1, **fields: Any) -> Json:
    """Build a resource about the synthetic patient, with its own id; a field that is None is left out."""
    made = {"resourceType": kind, "id": f"{kind}-{number}", "subject": {"reference": f"Patient/{PATIENT}"}, **fields}
    return {name: value for name, value in made.items() if value is not None}


def patient(birth: str | None = "1960-05-01", **fields: Any) -> Json:
    return resource("Patient", **{"id": PATIENT, "subject": None, "birthDate": birth, **fields})


def condition(code: str, /, system: str = SNOMED, number: int = 1, **fields: Any) -> Json:
    made = {"code": concept(code, system), "clinicalStatus": concept("active"), "recordedDate": "2026-01-05"}
    return resource("Condition", number, **{**made, **fields})


def observation(code: str, /, system: str = OWN, number: int = 1, **fields: Any) -> Json:
    made = {"status": "final", "code": concept(code, system), "effectiveDateTime": "2026-02-20"}
    return resource("Observation", number, **{**made, **fields})


def order(code: str, /, system: str = CPT, number: int = 1, **fields: Any) -> Json:
    made = {"status": "draft", "intent": "order", "code": concept(code, system)}
    return resource("ServiceRequest", number, **{**made, **fields})


def bundle(*resources: Json, kind: str | None = "searchset") -> Json:
    typed = {"resourceType": "Bundle"} | ({"type": kind} if kind else {})
    return typed | {"entry": [{"resource": resource} for resource in resources]}


def outcome(severity: str = "error") -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


def buttock_to_calf() -> list[Json]:
    """Build a chart whose pain points to the spine only, on the right."""
    site = [concept("24028007")]
    return [
        condition("279043006", bodySite=site),
        condition("300954003", number=2, bodySite=site, recordedDate="2026-02-20"),
    ]


def prefetch(*conditions: Json, **keys: Any) -> Json:
    return {"patient": patient(), "conditions": bundle(*conditions), **keys}


def whole_prefetch(*conditions: Json, **keys: Any) -> Json:
    """Build a chart of which every kind was asked for and arrived, as advice to wait demands; `keys` are not empty."""
    return prefetch(*conditions, **{name: bundle() for name in OTHER_KEYS} | keys)


def call(service: str = VIEW, *drafts: Json, **fields: Any) -> Json:
    """Build a call of a service; order services get the drafts, all selected. A field that is None is left out."""
    context: Json = {"userId": "Practitioner/example", "patientId": PATIENT}
    if service != VIEW:
        context["draftOrders"] = bundle(*drafts, kind="collection")
    if service == SELECT:
        context["selections"] = [f"{draft['resourceType']}/{draft['id']}" for draft in drafts]
    made = {"hook": HOOKS[service], "hookInstance": INSTANCE, "context": context, "prefetch": prefetch(), **fields}
    return {name: value for name, value in made.items() if value is not None}


def encoded(body: Json) -> bytes:
    return json.dumps(body).encode()
