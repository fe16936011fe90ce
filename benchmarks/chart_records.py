"""FHIR records of what a cohort's patient has: pain, signs, visits, imaging orders, notes and repeated results."""

import base64
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from benchmarks.population_charts import LOINC, MAY_HAVE, concept

Json = dict[str, Any]
OWN = "https://hip-spine-cds.example/fhir/CodeSystem/finding"
SCT, CPT = "http://snomed.info/sct", "http://www.ama-assn.org/go/cpt"
STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
SIDES = (("right", "24028007"), ("left", "7771000"))
ABSENT_RECORDED = 0.5  # of the findings that a patient has not: those that the chart says are absent
CANARY = "Quagmire-Zebra"  # stands in every name and note: it may be found nowhere else

# Imaging orders: code, or a name alone, and how many of a hundred.
ORDERS: tuple[tuple[Json, int], ...] = (
    ({"coding": [{"system": CPT, "code": "72148"}], "text": "MRI lumbar spine without contrast"}, 38),
    ({"coding": [{"system": CPT, "code": "72100"}], "text": "X-ray lumbar spine"}, 22),
    ({"coding": [{"system": CPT, "code": "73502"}], "text": "X-ray hip and pelvis"}, 20),
    ({"coding": [{"system": CPT, "code": "73721"}], "text": "MRI hip"}, 10),
    ({"coding": [{"system": "urn:oid:2.999.4711.1", "code": "MRLSP2"}], "text": "MR LSP PROT 2"}, 6),
    ({"text": "XR lower extremity series"}, 4),
)
NOTES = (
    ("text/plain", "Seen for review. Pain as before. Sleeps well. Signed {canary}."),
    ("text/html", "<p>Seen for review. No new complaint.</p><p>Signed {canary}</p>"),
    ("text/rtf", "{{\\rtf1\\ansi Seen for review. Signed {canary}.\\par}}"),
)


def finding_records(
    chance: random.Random, findings: dict[str, bool], onset: date, recorded: date, side_and_code: tuple[str, str]
) -> Iterator[Json]:
    """Yield a Condition for each finding that is present, and for about half of those that are absent, refuted.

    `side_and_code`: one of SIDES, on which all are.
    """
    side, site = side_and_code
    for name, is_present in findings.items():
        if not is_present and chance.random() >= ABSENT_RECORDED:
            continue
        label = name.replace("-", " ")
        yield {
            "resourceType": "Condition",
            "clinicalStatus": {"coding": [{"system": f"{STATUS}clinical", "code": "active"}]} if is_present else None,
            "verificationStatus": {
                "coding": [{"system": f"{STATUS}ver-status", "code": "confirmed" if is_present else "refuted"}]
            },
            "code": {"coding": [{"system": OWN, "code": name}], "text": f"{label}, {side}"},
            "bodySite": [concept(SCT, site, side)],
            "onsetDateTime": str(onset) if is_present else None,
            "recordedDate": str(recorded),
        }


def visit(day: date, site: str) -> Json:
    """Return a finished encounter of one day at a site."""
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": f"{day}T09:00:00Z", "end": f"{day}T09:20:00Z"},
        "serviceProvider": {"reference": f"Organization/{site}", "display": f"Clinic {site}"},
    }


def imaging_order(chance: random.Random, day: date) -> Json:
    """Return a request for imaging that was signed on a day."""
    ((code, _),) = chance.choices(ORDERS, [weight for _, weight in ORDERS])
    _, site = chance.choice(SIDES)
    needs_side = code.get("coding", [{}])[0].get("code") in {"73502", "73721"}
    hip = {"24028007": "287579007", "7771000": "287679003"}[site]
    return {
        "resourceType": "ServiceRequest",
        "status": chance.choice(("completed", "completed", "active")),
        "intent": "order",
        "category": [concept(SCT, "363679005", "Imaging")],
        "code": code,
        "authoredOn": f"{day}T09:15:00Z",
        "bodySite": [{"coding": [{"system": SCT, "code": hip}]}] if needs_side else None,
    }


def note(chance: random.Random, day: date) -> Json:
    """Return a clinical note: inline, or at an address that no export holds."""
    media, text = chance.choice(NOTES)
    data = base64.b64encode(text.format(canary=CANARY).encode()).decode()
    content = {"contentType": media, "data": data}
    if chance.random() < 0.3:
        content = {"contentType": "application/pdf", "url": "Binary/scan"}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": concept(LOINC, *chance.choice((("11506-3", "Progress note"), ("34133-9", "Summary of episode note")))),
        "date": f"{day}T10:00:00Z",
        "content": [{"attachment": content}],
    }


def result(chance: random.Random, day: date) -> Json:
    """Return one of the usual results: the bulk of any chart."""
    code, display, mean, spread, unit = chance.choice(MAY_HAVE["results"])
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", "Vital Signs")
        ],
        "code": concept(LOINC, code, display),
        "effectiveDateTime": f"{day}T09:05:00Z",
        "issued": f"{day + timedelta(days=1)}T08:00:00Z",
        "valueQuantity": {"value": round(chance.gauss(mean, spread), 1), "unit": unit},
        "performer": [{"display": f"Dr. {CANARY}"}],
    }


def others(chance: random.Random, day: date) -> Iterator[Json]:
    """Yield records of the other types that the service reads. None is about hip or spine."""
    if chance.random() < 0.5:
        code = concept(SCT, "73761001", "Colonoscopy")
        yield {"resourceType": "Procedure", "status": "completed", "code": code, "performedDateTime": str(day)}
    if chance.random() < 0.5:
        taken = {"text": chance.choice(("vitamin D 1000 IU", "cetirizine 10 mg", "magnesium 300 mg"))}
        period = {"start": str(day - timedelta(days=200))}
        fields = {"medicationCodeableConcept": taken, "effectivePeriod": period, "dateAsserted": str(day)}
        yield {"resourceType": "MedicationStatement", "status": "active", **fields}
    if chance.random() < 0.3:
        code = concept(CPT, "71046", "X-ray chest, 2 views")
        fields = {"effectiveDateTime": str(day), "issued": f"{day}T15:00:00Z", "conclusion": "No acute disease."}
        yield {"resourceType": "DiagnosticReport", "status": "final", "code": code, **fields}
        modality = [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "DX"}]
        fields = {"started": f"{day}T14:00:00Z", "modality": modality, "procedureCode": [code]}
        yield {"resourceType": "ImagingStudy", "status": "available", **fields}
    if chance.random() < 0.2:
        item = {"linkId": "1", "text": "Little interest in things", "answer": [{"valueString": "Not at all"}]}
        fields = {"questionnaire": "https://ehr.example/mood", "authored": f"{day}T09:00:00Z", "item": [item]}
        yield {"resourceType": "QuestionnaireResponse", "status": "completed", **fields}
