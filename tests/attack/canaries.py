"""Canaries: invented names, numbers, days, words and tokens, put wherever a request has room for one."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from synthetic import Json, bundle, concept, resource

WORD = "Qanari"
BORN, BORN_OF_FAULT = "1957-08-23", "1926-08-23"
NUMBER, PHONE = "8812044179", "555-0188"
PATIENT_ID, USER_ID = f"{WORD}-patient", f"Practitioner/{WORD}-user"
TOKEN = f"{WORD}-access-token"
TEXT = f"{WORD} Öçalan née {WORD}, MRN {NUMBER}, born {BORN}, phone {PHONE}, {WORD}@mail.example <b>{WORD}</b>"
HISTORY = f"Mrs {WORD} has shooting pain from the left buttock to the left calf since {BORN}"
_SEEN = re.compile(rf"{WORD}|-08-23|{NUMBER}|{PHONE}|Öçalan|alan n", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_OURS = re.compile(r'"((?:[A-Z]\w+/)?)((?:[A-Z][A-Za-z]+)-\d+)"')

# Members that people write into, of all kinds at once: readers pass over what their kind does not have.
_WRITTEN = {
    "text": {"status": "generated", "div": f"<div>{TEXT}</div>"},
    "note": [{"text": HISTORY, "authorString": TEXT}],
    "identifier": [{"system": f"https://{WORD}.example/mrn", "value": NUMBER, "assigner": {"display": TEXT}}],
    "meta": {"source": f"https://{WORD}.example/", "tag": [{"display": TEXT}]},
    "extension": [{"url": f"https://{WORD}.example/x", "valueString": TEXT}],
    "contained": [{"resourceType": "Patient", "id": f"{WORD}-c", "name": [{"family": WORD}], "birthDate": BORN}],
    "encounter": {"reference": f"Encounter/{WORD}", "display": TEXT},
    "requester": {"reference": f"Practitioner/{WORD}", "display": TEXT},
    "performer": [{"reference": f"Practitioner/{WORD}", "display": TEXT}],
    "patientInstruction": TEXT,
    "description": TEXT,
    "conclusion": TEXT,
    "comment": TEXT,
    "statusReason": {"text": TEXT},
}
_PERSON = {
    "name": [{"family": WORD, "given": [WORD, "Öçalan"], "text": TEXT}],
    "telecom": [{"system": "phone", "value": PHONE}],
    "address": [{"line": [f"1 {WORD} Street"], "city": WORD, "text": TEXT}],
    "contact": [{"name": {"text": TEXT}}],
    "photo": [{"title": TEXT}],
}
NOTE = f"{HISTORY}. {TEXT}. Straight leg raise positive on the left. {TEXT}"
NOTE_FORMS = {
    "text/plain": NOTE,
    "text/html": f"<html><title>{TEXT}</title><body><p>{HISTORY}.</p><!-- {TEXT} --><p>{TEXT}</p></html>",
    "application/rtf": rf"{{\rtf1\ansi {HISTORY}.\par {WORD}}}",
    "application/pdf": f"%PDF-1.4 {WORD}",
    f"text/plain; charset={WORD}": NOTE,
    f"application/{WORD}": NOTE,
}
KINDS = (
    "Condition",
    "Observation",
    "Procedure",
    "ServiceRequest",
    "ProcedureRequest",
    "MedicationRequest",
    "MedicationStatement",
    "DiagnosticReport",
    "ImagingStudy",
    "QuestionnaireResponse",
)


def seen(text: str) -> list[str]:
    """Return the canaries in a text, however it is escaped."""
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), text)  # bytes of a file are no Python text
    return [hit for form in (text, unquote(text), plain) for hit in _SEEN.findall(form)]


def filled(body: Json, born: str = BORN, *, has_notes: bool = True) -> Json:
    """A call with a canary in every place: patient, user, ids, texts, names, and a record of every kind that is new."""
    text = json.dumps(body).replace("patient-1", PATIENT_ID).replace("Practitioner/example", USER_ID)
    filled_body: Json = json.loads(_OURS.sub(rf'"\1{WORD}-\2"', text))
    for element in list(_objects(filled_body)):
        _fill(element, born)
    for number, kind in enumerate(KINDS, 70):
        prefetch = filled_body.get("prefetch") or {}
        if "conditions" in prefetch:
            prefetch["conditions"]["entry"].append({"resource": unknown(kind, number)})
    if has_notes and "conditions" in (filled_body.get("prefetch") or {}):
        filled_body["context"]["encounterId"] = f"{WORD}-visit"
        filled_body["prefetch"] |= {
            "encounter": visit(),
            "clinicalNotes": bundle(*notes()),
            "questionnaireResponses": bundle(*questionnaires()),
        }
    return filled_body


def unknown(kind: str, number: int = 1) -> Json:
    """Return a resource with unknown codes and a canary in every text."""
    strange = {**concept(f"{WORD}-code", f"https://{WORD}.example/codes"), "text": TEXT}
    record = resource(kind, number, **_WRITTEN)
    texts = {"valueString": TEXT, "onsetString": TEXT, "abatementString": TEXT, "dosage": [{"text": TEXT}]}
    coded = dict.fromkeys(("code", "medicationCodeableConcept", "bodySite", "valueCodeableConcept"), strange)
    about = {"id": f"{WORD}-{kind}-{number}", "subject": {"reference": f"Patient/{PATIENT_ID}", "display": TEXT}}
    answered = _answered(strange["coding"][0]) if kind == "QuestionnaireResponse" else {}
    return {**record, **texts, **coded, **about, "reasonCode": [strange], "orderDetail": [strange], **answered}


def _answered(strange: Json) -> Json:
    """Return what a form holds: our question with an answer of ours, and others' answered in every way."""
    ours = {"system": "https://hip-spine-cds.example/fhir/CodeSystem/answer", "code": "no", "display": TEXT}
    answers = [{"valueString": HISTORY}, {"valueString": TEXT}, {"valueCoding": {**strange, "display": TEXT}}]
    items = [
        {"linkId": "fever", "text": TEXT, "answer": [{"valueCoding": ours}]},
        {"linkId": f"{WORD}-1", "text": f"{HISTORY}, {TEXT}?", "answer": answers},
    ]
    url = f"https://hip-spine-cds.example/fhir/Questionnaire/pain-patient|{WORD}"
    group = {"linkId": WORD, "text": TEXT, "item": items}
    return {"status": "completed", "questionnaire": url, "authored": BORN, "item": [group]}


def fhir_resources(call: Json) -> list[Json]:
    """Return the prefetched resources of a call, the Patient included, as a FHIR server would hold them."""
    return [element for element in _objects(call.get("prefetch")) if _is_resource(element) and "id" in element]


def moved(call: Json, base: str) -> Json:
    """Return the same call without prefetch; its data must be read from a FHIR server with a token."""
    granted = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs"}
    request = {**call, "fhirServer": base, "fhirAuthorization": {**granted, "subject": WORD, "patient": PATIENT_ID}}
    del request["prefetch"]
    return request


def notes() -> list[Json]:
    """Return clinical notes full of canaries: in each form, in the record or elsewhere."""
    made = []
    for number, (form, words) in enumerate(NOTE_FORMS.items()):
        attachment = {"contentType": form, "title": TEXT, "data": base64.b64encode(words.encode()).decode()}
        made.append(_note(f"{WORD}-note-{number}", attachment))
    links = [f"Binary/{WORD}-bytes", f"Binary/{WORD}-none", f"https://{WORD}.example/{WORD}", f"../{WORD}", TEXT]
    made += [
        _note(f"{WORD}-link-{number}", {"contentType": "text/plain", "url": url}, f"2026-03-0{number + 1}T08:00:00Z")
        for number, url in enumerate(links)
    ]
    return [*made, {**made[0], "id": f"{WORD}-void", "status": "entered-in-error"}]


def _note(name: str, attachment: Json, date: str = "2026-02-20T08:00:00Z") -> Json:
    about = {"reference": f"Patient/{PATIENT_ID}", "display": TEXT}
    kind = {**concept("11506-3", "http://loinc.org"), "text": TEXT}
    written = {"type": kind, "description": TEXT, "date": date, "content": [{"attachment": attachment}]}
    return {"resourceType": "DocumentReference", "id": name, "status": "current", "subject": about, **written}


def binary() -> Json:
    """Return the bytes that one of the notes is in."""
    data = base64.b64encode(NOTE.encode()).decode()
    return {"resourceType": "Binary", "id": f"{WORD}-bytes", "contentType": "text/plain", "data": data}


def visit() -> Json:
    """Return the visit of the call, with canaries for reasons."""
    about = {"reference": f"Patient/{PATIENT_ID}", "display": TEXT}
    reasons = {"reasonCode": [{"text": HISTORY}, {"text": TEXT}], "reasonReference": [{"display": TEXT}]}
    return {"resourceType": "Encounter", "id": f"{WORD}-visit", "status": "in-progress", "subject": about, **reasons}


def questionnaires() -> list[Json]:
    """Return an answered questionnaire full of canaries."""
    answers = [{"valueString": HISTORY}, {"valueString": TEXT}, {"valueCoding": {"code": WORD, "display": TEXT}}]
    item = {"linkId": WORD, "text": TEXT, "answer": answers, "item": [{"linkId": WORD, "text": HISTORY}]}
    about = {"reference": f"Patient/{PATIENT_ID}", "display": TEXT}
    base = {"resourceType": "QuestionnaireResponse", "id": f"{WORD}-answers", "status": "completed", "subject": about}
    return [{**base, "questionnaire": f"https://{WORD}.example/q|1", "authored": "2026-02-21", "item": [item]}]


def broken_bundle() -> Json:
    """Return a Bundle of unreadable resources, full of canaries."""
    strange = [{"resourceType": kind, "id": f"{WORD}-{kind}", "code": TEXT, "status": {WORD: TEXT}} for kind in KINDS]
    form = unknown("QuestionnaireResponse", 99)
    form["item"] += [{"linkId": "limp", "answer": [{"valueBoolean": TEXT}]}, {"linkId": [TEXT]}, TEXT]
    return bundle(*strange, form, {"resourceType": WORD, "id": WORD}, {WORD: WORD})


def _is_resource(element: Json) -> bool:
    return str(element.get("resourceType", "Bundle")) not in {"Bundle", "OperationOutcome"}


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _fill(element: Json, born: str) -> None:
    if "coding" in element:
        element["text"] = TEXT
        for coding in element["coding"]:
            coding["display"] = TEXT
    if "reference" in element:
        element["display"] = TEXT
    if _is_resource(element):
        is_person = element["resourceType"] == "Patient"
        more = {**_WRITTEN, **_PERSON} if is_person else _WRITTEN
        element.update({name: value for name, value in more.items() if name not in element})
        element.update({"birthDate": born} if is_person else {})
