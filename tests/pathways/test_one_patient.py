"""One patient by a note alone, by our questionnaire alone, by codes alone: over HTTP the same card, and its source."""

import base64
import re

import pytest
from flask.testing import FlaskClient
from synthetic import (
    LOINC,
    OWN,
    SIGN,
    SNOMED,
    Json,
    bundle,
    call,
    concept,
    observation,
    order,
    resource,
    whole_prefetch,
)

from cds_service.model.questionnaire import ANSWER_SYSTEM_URI

SIDES = {"right": "24028007", "left": "7771000"}
SOURCES = {"codes": "observation", "form": "questionnaire", "note": "note"}
HIP_MRI = order("73721", bodySite=[concept("287579007")])
LUMBAR_MRI = order("72148")

# What is found, in a note's words, and the order beside it.
PATIENTS: dict[str, tuple[dict[str, str], str, Json]] = {
    "SpinePatternHipImaging": (
        {"buttock-pain": "right", "calf-pain": "right", "slr-positive": "right", "groin-pain": "no"},
        "HPI: Right buttock pain shooting into the right calf. No groin pain.\nExam: SLR positive on the right.",
        HIP_MRI,
    ),
    "HipPatternSpineImaging": (
        {"groin-pain": "left", "hip-rotation-limited": "left", "low-back-pain": "no"},
        "HPI: Aching in the left groin, denies low back pain.\nExam: internal rotation of the left hip is limited.",
        LUMBAR_MRI,
    ),
    "CaudaEquina": (
        {"low-back-pain": "yes", "saddle-anaesthesia": "yes", "urinary-retention": "yes"},
        "Low back pain. Numb in the saddle area. In urinary retention.",
        LUMBAR_MRI,
    ),
}


def by_codes(findings: dict[str, str]) -> Json:
    made = []
    for number, (finding, answer) in enumerate(findings.items(), 1):
        site = {"bodySite": concept(SIDES[answer], SNOMED)} if answer in SIDES else {}
        made.append(observation(finding, OWN, number, valueBoolean=answer != "no", **site))
    return {"observations": bundle(*made)}


def by_form(findings: dict[str, str]) -> Json:
    items = [
        {"linkId": finding, "answer": [{"valueCoding": {"system": ANSWER_SYSTEM_URI, "code": answer}}]}
        for finding, answer in findings.items()
    ]
    ours = "https://hip-spine-cds.example/fhir/Questionnaire/pain-patient|2.0.0"
    form = {"status": "completed", "authored": "2026-02-20", "questionnaire": ours, "item": items}
    return {"questionnaireResponses": bundle(resource("QuestionnaireResponse", **form))}


def by_note(words: str) -> Json:
    attachment = {"contentType": "text/plain", "data": base64.b64encode(words.encode()).decode()}
    kind, content = concept("11506-3", LOINC), [{"attachment": attachment}]
    note = {"status": "current", "type": kind, "date": "2026-02-20", "content": content}
    return {"clinicalNotes": bundle(resource("DocumentReference", **note))}


def cards(client: FlaskClient, draft: Json, told: Json) -> list[Json]:
    answer = client.post(f"/cds-services/{SIGN}", json=call(SIGN, draft, prefetch=whole_prefetch(**told)))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[Json] = answer.get_json()["cards"]
    return found


@pytest.mark.parametrize("topic", PATIENTS)
def test_one_patient_gets_one_card_whichever_way_it_is_told(topic: str, client: FlaskClient) -> None:
    findings, words, draft = PATIENTS[topic]
    sent = {"codes": by_codes(findings), "form": by_form(findings), "note": by_note(words)}
    told = {}
    for way, chart in sent.items():
        found = cards(client, draft, chart)
        assert found[0]["source"]["topic"]["code"] == topic, way
        details = "\n".join(card["detail"] for card in found)
        assert f", {SOURCES[way]}, 20 Feb 2026" in details
        told[way] = [
            (card["indicator"], card["summary"], re.sub(rf", {SOURCES[way]}, 20 Feb", ", told, 20 Feb", card["detail"]))
            for card in found
        ]
    assert told["form"] == told["codes"]
    assert told["note"] == told["codes"]
