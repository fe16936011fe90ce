"""One patient by our questionnaires alone and by codes alone: the same cards, each naming its source."""

import json
from typing import Any

import pytest

from cds_service.model.questionnaire import ANSWER_SYSTEM_URI

from .chart_reading import KEYS, PATIENT, searchset
from .judging import judge

Json = dict[str, Any]
FORMS = "https://hip-spine-cds.example/fhir/Questionnaire"
FINDING = "https://hip-spine-cds.example/fhir/CodeSystem/finding"
DAY, SHOWN = "2026-11-03", "3 Nov 2026"
SIDES = {"right": "24028007", "left": "7771000", "both": "51440002"}
FORM_KEY = "questionnaireResponses"
HIP_MRI, LUMBAR_MRI = "73721", "72148"
Answers = dict[str, str]

# What is answered (`.since`: the first day), the order, and the topics of the cards.
PATIENTS: dict[str, tuple[Answers, str | None, set[str]]] = {
    "buttock to calf, hip ordered": (
        {"buttock-pain": "right", "calf-pain": "right", "slr-positive": "right", "hip-rotation-limited": "no"},
        HIP_MRI,
        {"SpinePatternHipImaging"},
    ),
    "groin, lumbar ordered": (
        {"groin-pain": "left", "hip-rotation-limited": "left", "low-back-pain": "no", "slr-positive": "no"},
        LUMBAR_MRI,
        {"HipPatternSpineImaging"},
    ),
    "saddle and bladder": (
        {"low-back-pain": "yes", "saddle-anaesthesia": "yes", "urinary-retention": "yes"},
        None,
        {"CaudaEquina"},
    ),
    "all well": (
        {"low-back-pain": "no", "groin-pain": "no", "saddle-anaesthesia": "no", "fever": "unknown"},
        None,
        set(),
    ),
}


def by_form(answers: Answers) -> Json:
    """Return the answers as a response; the patient's and the clinician's items are understood in either form."""
    items = [
        {"linkId": name, "answer": [{"valueCoding": {"system": ANSWER_SYSTEM_URI, "code": answer}}]}
        for name, answer in answers.items()
    ]
    return about({"resourceType": "QuestionnaireResponse", "id": "q-1", "status": "completed", "authored": DAY,
                  "questionnaire": f"{FORMS}/pain-patient|2.0.0", "item": items})  # fmt: skip


def by_codes(answers: Answers) -> list[Json]:
    return [by_code(name, answer) for name, answer in answers.items() if answer != "unknown"]


def by_code(name: str, answer: str) -> Json:
    side = {"bodySite": concept("http://snomed.info/sct", SIDES[answer])} if answer in SIDES else {}
    about_it = {"code": concept(FINDING, name), "valueBoolean": answer != "no", **side}
    return about(
        {"resourceType": "Observation", "id": f"o-{name}", "status": "final", "effectiveDateTime": DAY, **about_it}
    )


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def about(resource: Json) -> Json:
    return {**resource, "subject": {"reference": f"Patient/{PATIENT}"}}


def call(order: str | None, key: str, resources: list[Json]) -> Json:
    context: Json = {"userId": "Practitioner/1", "patientId": PATIENT}
    if order:
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft(order)}]}
    prefetch = {name: searchset(resources if name == key else []) for name in (*KEYS, FORM_KEY)}
    return {
        "hook": "order-sign" if order else "patient-view",
        "hookInstance": "00000000-0000-4000-8000-000000000001",
        "context": context,
        "prefetch": {"patient": {"resourceType": "Patient", "id": PATIENT, "birthDate": "1970-01-01"}, **prefetch},
    }


def draft(order: str) -> Json:
    site = {"bodySite": [concept("http://snomed.info/sct", "287579007")]} if order == HIP_MRI else {}
    fields = {"id": "draft-1", "status": "draft", "intent": "order"}
    code = concept("http://www.ama-assn.org/go/cpt", order)
    return about({"resourceType": "ServiceRequest", **fields, "code": code, **site})


@pytest.fixture(params=PATIENTS.values(), ids=PATIENTS.keys())
def patient(request: pytest.FixtureRequest) -> tuple[Answers, str | None, set[str]]:
    found: tuple[Answers, str | None, set[str]] = request.param
    return found


def test_a_form_alone_gives_the_cards_of_codes_alone(patient: tuple[Answers, str | None, set[str]]) -> None:
    answers, order, topics = patient
    form = judge(call(order, FORM_KEY, [by_form(answers)]))
    codes = judge(call(order, "observations", by_codes(answers)))
    assert set(form.levels) == topics
    assert form.levels == codes.levels
    assert form.restraint == codes.restraint
    assert form.details == codes.details.replace(f"observation, {SHOWN}", f"questionnaire, {SHOWN}")
    assert (f"questionnaire, {SHOWN}" in form.details) is bool(topics)


def test_no_word_of_a_form_is_on_its_card() -> None:
    answers, order, _ = PATIENTS["buttock to calf, hip ordered"]
    form = by_form(answers)
    for item in form["item"]:
        item["text"] = "Qanari asks"
        item["answer"][0]["valueCoding"]["display"] = "Qanari answers"
    form["item"].append(
        {"linkId": "free", "text": "Anything else?", "answer": [{"valueString": "Qanari has right calf pain"}]}
    )
    came = judge(call(order, FORM_KEY, [form]))
    assert came.levels
    assert "Qanari" not in came.details
    assert "Qanari" not in json.dumps([str(one) for one in came.chart.ignored])


@pytest.mark.parametrize("status", ["in-progress", "stopped", "entered-in-error"])
def test_what_is_not_finished_gives_no_card(status: str) -> None:
    answers, _, _ = PATIENTS["saddle and bladder"]
    form = by_form(answers) | {"status": status}
    assert judge(call(None, FORM_KEY, [form])).levels == {}


def test_a_form_in_words_of_others_gives_the_card_too() -> None:
    asked = {
        "Do you have pain in the right buttock?": True,
        "Do you have right calf pain?": True,
        "Do you have groin pain?": False,
    }
    items = [{"linkId": str(place), "text": text, "answer": [{"valueBoolean": answer}]}
             for place, (text, answer) in enumerate(asked.items())]  # fmt: skip
    form = by_form({}) | {"questionnaire": "https://other.example/Questionnaire/7", "item": items}
    came = judge(call(HIP_MRI, FORM_KEY, [form]))
    assert set(came.levels) == {"SpinePatternHipImaging"}
    assert f"free text of a questionnaire, {SHOWN}" in came.details
