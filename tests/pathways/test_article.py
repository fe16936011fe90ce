"""What patients of the article say, each alone as a note, an order's reason and an answer: the same cards as coded."""

import base64
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from .chart_reading import ALL_KEYS, KEYS, PATIENT, searchset
from .judging import Judgement, judge

Json = dict[str, Any]
FINDING = "https://hip-spine-cds.example/fhir/CodeSystem/finding"
SNOMED, LOINC, CPT = "http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt"
SIDES = {"right": "24028007", "left": "7771000"}
DAY, LONG_AGO = "2026-11-27", "2026-05-01"
HIP_MRI, LUMBAR_MRI, KNEE_FILM = "73721", "72148", "73562"
TOLD = re.compile(
    r", (observation, 27|note, 27|free text of a questionnaire, 27|free text of the order, 2[78]) Nov 2026"
)


class Said(NamedTuple):
    """A sentence and what it says in codes, beside what else is on record; `topic` is the card that rests on it."""

    sentence: str
    says: tuple[str, ...]
    topic: str
    beside: tuple[str, ...] = ()
    order: str | None = None
    is_old: bool = False


SENTENCES = [
    Said(
        "Hard to walk when first getting up after sitting.", ("start-up-pain",), "HipPatternSpineImaging",
        beside=("right hip-pain",), order=LUMBAR_MRI,
    ),
    Said("Pinched nerve in the back.", ("lumbar-radiculopathy",), "SpinePatternHipImaging", order=HIP_MRI),
    Said(
        "The back pain wakes me up in the middle of the night.", ("low-back-pain", "night-pain-waking"),
        "RedFlagReview", beside=("weight-loss",),
    ),
    Said("Low back pain after a long-distance run.", ("low-back-pain", "pain-after-long-run"), "RunnerBackPain"),
    Said(
        "Surgery is not an option.", ("surgery-declined-or-unsuitable",), "NonSurgicalOptions",
        beside=("low-back-pain",), is_old=True,
    ),
    Said(
        "Pain from the right knee to the ankle when lying down.", ("right knee-pain", "right lower-leg-pain"),
        "KneeDownPain", order=LUMBAR_MRI,
    ),
    Said(
        "Pain in the outside of his right hip.", ("right lateral-hip-pain",), "FailedHipCare",
        beside=("right hip-steroid-injection", "right hip-biologic-injection"), is_old=True,
    ),
    Said(
        "He had a cortisone shot in the right hip.", ("right hip-steroid-injection",), "FailedHipCare",
        beside=("right lateral-hip-pain", "right hip-biologic-injection"), is_old=True,
    ),
    Said(
        "He had a stem cell injection with platelet rich plasma in the right hip.", ("right hip-biologic-injection",),
        "FailedHipCare", beside=("right lateral-hip-pain", "right hip-steroid-injection"), is_old=True,
    ),
]  # fmt: skip


def in_codes(what: str, number: int, day: str) -> Json:
    """Return `right hip-pain` as a coded Observation."""
    side, _, finding = what.rpartition(" ")
    site = {"bodySite": concept(SNOMED, SIDES[side])} if side else {}
    fields = {"status": "final", "effectiveDateTime": day, "valueBoolean": True, **site}
    return about({"resourceType": "Observation", "id": f"o-{number}", "code": concept(FINDING, finding), **fields})


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def about(resource: Json) -> Json:
    return {**resource, "subject": {"reference": f"Patient/{PATIENT}"}}


def as_codes(said: Said) -> Json:
    return {"observations": [in_codes(what, number, DAY) for number, what in enumerate(said.says)]}


def as_note(said: Said) -> Json:
    data = base64.b64encode(said.sentence.encode()).decode()
    note = {"status": "current", "type": concept(LOINC, "11506-3"), "date": DAY,
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}]}  # fmt: skip
    return {"clinicalNotes": [about({"resourceType": "DocumentReference", "id": "n-1", **note})]}


def as_answer(said: Said) -> Json:
    item = {"linkId": "1", "text": "What brings you in today?", "answer": [{"valueString": said.sentence}]}
    form = {"status": "completed", "authored": DAY, "item": [item]}
    return {"questionnaireResponses": [about({"resourceType": "QuestionnaireResponse", "id": "q-1", **form})]}


def call(said: Said, told: Json, reason: str | None = None) -> Judgement:
    """Judge the call of a chart that holds what is beside and what is told; `reason` is that of its order."""
    day = LONG_AGO if said.is_old else DAY
    beside = [in_codes(what, 100 + number, day) for number, what in enumerate(said.beside)]
    held = {**told, "observations": [*told.get("observations", ()), *beside]}
    context: Json = {"userId": "Practitioner/1", "patientId": PATIENT}
    order = ordered(said.order or KNEE_FILM, reason, "draft" if said.order else "active")
    if said.order:
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    else:
        held["serviceRequests"] = [order]
    prefetch = {key: searchset(held.get(key, [])) for key in ALL_KEYS if key in KEYS or held.get(key)}
    return judge(
        {
            "hook": "order-sign" if said.order else "patient-view",
            "hookInstance": "00000000-0000-4000-8000-000000000001",
            "context": context,
            "prefetch": {"patient": {"resourceType": "Patient", "id": PATIENT, "birthDate": "1976-01-01"}, **prefetch},
        }
    )


def ordered(code: str, reason: str | None, status: str) -> Json:
    order = {"id": "order-1", "status": status, "intent": "order", "authoredOn": DAY, "code": concept(CPT, code)}
    site = {"bodySite": [concept(SNOMED, "287579007")]} if code == HIP_MRI else {}
    told = {"reasonCode": [{"text": reason}]} if reason else {}
    return about({"resourceType": "ServiceRequest", **order, **site, **told})


WAYS: dict[str, Callable[[Said], Judgement]] = {
    "a note": lambda said: call(said, as_note(said)),
    "the order's reason": lambda said: call(said, {}, reason=said.sentence),
    "an answer": lambda said: call(said, as_answer(said)),
}


@pytest.mark.parametrize("said", SENTENCES, ids=lambda said: said.sentence)
@pytest.mark.parametrize("way", WAYS)
def test_a_sentence_of_the_article_gives_the_cards_of_its_codes(said: Said, way: str) -> None:
    codes, words = call(said, as_codes(said)), WAYS[way](said)
    assert said.topic in codes.levels
    assert words.levels == codes.levels
    assert words.restraint == codes.restraint
    assert TOLD.sub(" (told)", words.details) == TOLD.sub(" (told)", codes.details)
    assert said.sentence not in words.details
