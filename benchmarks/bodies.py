"""Makes request bodies of synthetic charts as EHRs send them: a few resources that matter among many that do not."""

import json
from itertools import count
from typing import Any

SNOMED, LOINC, CPT = "http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt"
HL7 = "http://terminology.hl7.org/CodeSystem"
HOOK_INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
_numbers = count(1)


def coded(system: str, code: str) -> dict[str, Any]:
    """Return a concept with display and text, as EHRs send it."""
    return {
        "coding": [{"system": system, "code": code, "display": f"Synthetic display of {code}"}],
        "text": f"Text {code}",
    }


def resource(kind: str, **members: Any) -> dict[str, Any]:
    """Return a resource with the metadata, narrative, identifier and references that EHRs add."""
    number = next(_numbers)
    return {
        "resourceType": kind,
        "id": f"{kind.lower()}-{number:05d}-4e5f-8a9b",
        "meta": {
            "versionId": "1",
            "lastUpdated": "2026-02-01T10:00:00.000Z",
            "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind.lower()}"],
        },
        "identifier": [{"use": "official", "system": "urn:oid:1.2.3.4.5.6", "value": f"{number:09d}"}],
        "subject": {"reference": "Patient/p1", "display": "Synthetic Person"},
        "encounter": {"reference": f"Encounter/{number}", "display": "Office visit"},
        **members,
    }


def condition(code: str, **members: Any) -> dict[str, Any]:
    """Return an active problem."""
    return resource(
        "Condition",
        clinicalStatus=coded(f"{HL7}/condition-clinical", "active"),
        verificationStatus=coded(f"{HL7}/condition-ver-status", "confirmed"),
        category=[coded(f"{HL7}/condition-category", "problem-list-item")],
        code=coded(SNOMED, code),
        onsetDateTime="2025-12-20",
        recordedDate="2026-01-05",
        recorder={"reference": "Practitioner/1", "display": "Synthetic Doctor"},
        **members,
    )


def observation(number: int) -> dict[str, Any]:
    """Return a measurement that no rule asks for."""
    return resource(
        "Observation",
        status="final",
        category=[coded(f"{HL7}/observation-category", "vital-signs")],
        code=coded(LOINC, f"{80_000 + number}-1"),
        effectiveDateTime="2026-01-10T10:00:00Z",
        issued="2026-01-10T10:00:00.123Z",
        performer=[{"reference": "Practitioner/1", "display": "Synthetic Doctor"}],
        valueQuantity={"value": 120 + number, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
        referenceRange=[{"low": {"value": 90, "unit": "mmHg"}, "high": {"value": 140, "unit": "mmHg"}}],
    )


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a searchset."""
    entries = [
        {
            "fullUrl": f"https://ehr.example/fhir/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def prefetch(observations: int, *, alarming: bool) -> dict[str, Any]:
    """Return a chart of 31 resources and these Observations; `alarming`: buttock-to-calf pain, only the hip ordered."""
    right = [coded(SNOMED, "24028007")]
    pains = [condition("279043006", bodySite=right), condition("300954003", bodySite=right)] if alarming else []
    others = [condition(str(44_054_006 + 10 * number)) for number in range(15 - len(pains))]
    order = {"status": "active", "intent": "order", "authoredOn": "2026-03-01"}
    hip = resource("ServiceRequest", code=coded(CPT, "73721"), bodySite=[coded(SNOMED, "287579007")], **order)
    orders = [resource("ServiceRequest", code=coded(LOINC, f"{50_000 + number}-1"), **order) for number in range(4)]
    procedures = [
        resource("Procedure", status="completed", code=coded(SNOMED, code), performedDateTime="2026-01-20")
        for code in ("91251008", "80146002", "80146012", "80146022", "80146032", "80146042", "80146052")
    ]
    radiographs = [
        resource("ImagingStudy", status="available", started="2019-04-01", procedureCode=[coded(LOINC, "36643-5")])
        for _ in range(3)
    ]
    return {
        "patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1968-05-01", "gender": "female"},
        "conditions": bundle([*pains, *others]),
        "observations": bundle([observation(number) for number in range(observations)]),
        "imagingStudies": bundle(radiographs),
        "serviceRequests": bundle([hip, *orders] if alarming else orders),
        "procedures": bundle(procedures),
        "medicationRequests": None,
        "medicationStatements": None,
        "reports": bundle([]),
    }


def patient_view(observations: int = 40, *, alarming: bool = True) -> bytes:
    """Return a patient-view request; by default about 82 kB and 71 resources."""
    request = {
        "hook": "patient-view",
        "hookInstance": HOOK_INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        "prefetch": prefetch(observations, alarming=alarming),
    }
    return json.dumps(request, separators=(",", ":")).encode()
