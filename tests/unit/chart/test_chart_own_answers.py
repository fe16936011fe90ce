"""Answers to our own questionnaires: the same facts as coded Observations, and nothing from what was not answered."""

from collections.abc import Callable
from typing import Any

import pytest
from synthetic import OWN, PATIENT, SNOMED, condition, observation, resource

from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart, Finding, FindingValue, SourceKind
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI, Question
from cds_service.model.sides import Side

Read = Callable[..., Chart]
Json = dict[str, Any]
URL = "https://hip-spine-cds.example/fhir/Questionnaire/pain-patient"
DAY = "2026-02-20"
CODINGS = {"left": "7771000", "right": "24028007", "both": "51440002"}


def coded(code: str) -> Json:
    return {"valueCoding": {"system": ANSWER_SYSTEM_URI, "code": code}}


def response(*items: Json, **fields: Any) -> Json:
    made = {"status": "completed", "questionnaire": URL, "authored": DAY, "item": list(items)}
    return resource("QuestionnaireResponse", **{**made, **fields})


def answer(link: str, *answers: Json, **more: Any) -> Json:
    return {"linkId": link, "answer": list(answers), **more}


def said(facts: Any) -> list[tuple[str, FindingValue, Side]]:
    return [(fact.id, fact.value, fact.side) for fact in facts]


@pytest.mark.parametrize(
    "url", [URL, f"{URL}|2.0.0", f"{URL}|0.9.0", {"reference": URL}, URL.replace("patient", "clinician")]
)
def test_a_yes_is_present_and_names_its_source_and_day(chart: Read, url: Any) -> None:
    [fact] = chart(response(answer("saddle-anaesthesia", coded("yes")), questionnaire=url)).findings
    assert said([fact]) == [("saddle-anaesthesia", FindingValue.PRESENT, Side.UNSTATED)]
    assert (fact.source.kind, fact.when and fact.when.first.isoformat()) == (SourceKind.QUESTIONNAIRE, DAY)
    assert (fact.source.kind.value, fact.source.kind.is_text) == ("questionnaire", False)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([coded("no")], (FindingValue.ABSENT, Side.UNSTATED)),
        ([coded("right")], (FindingValue.PRESENT, Side.RIGHT)),
        ([coded("left")], (FindingValue.PRESENT, Side.LEFT)),
        ([coded("both")], (FindingValue.PRESENT, Side.BOTH)),
        ([coded("left"), coded("right")], (FindingValue.PRESENT, Side.BOTH)),
        ([coded("yes"), coded("right")], (FindingValue.PRESENT, Side.RIGHT)),
        ([coded("unknown")], None),
        ([coded("no"), coded("unknown")], None),
        ([coded("no"), coded("right")], None),
        ([coded("no"), coded("perhaps")], None),
        ([coded("perhaps")], None),
        ([], None),
        ([{}], None),
        ([{"valueBoolean": True}], (FindingValue.PRESENT, Side.UNSTATED)),
        ([{"valueBoolean": False}], (FindingValue.ABSENT, Side.UNSTATED)),
        ([{"valueString": "Both sides"}], (FindingValue.PRESENT, Side.BOTH)),
        ([{"valueString": "I don't know"}], None),
        ([{"valueString": "No, but my sister"}], None),
        ([{"valueInteger": 1}], None),
        ([{"valueCoding": {"code": "left"}}], (FindingValue.PRESENT, Side.LEFT)),
        ([{"valueCoding": {"system": SNOMED, "code": "24028007"}}], (FindingValue.PRESENT, Side.RIGHT)),
        ([{"valueCoding": {"system": SNOMED, "code": "2667000"}}], (FindingValue.ABSENT, Side.UNSTATED)),
        ([{"valueCoding": {"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}}],
         (FindingValue.PRESENT, Side.UNSTATED)),
    ],
)  # fmt: skip
def test_each_answer_says_what_it_says(chart: Read, answers: list[Json], expected: Any) -> None:
    facts = said(chart(response(answer("groin-pain", *answers))).findings)
    assert facts == ([("groin-pain", *expected)] if expected else [])


@pytest.mark.parametrize("unclear", [[coded("no"), coded("right")], [coded("perhaps")], [{"valueBoolean": "x"}]])
def test_an_unclear_answer_counts_as_not_arrived(chart: Read, unclear: list[Json]) -> None:
    read = chart(response(answer("fever", *unclear)))
    assert "QuestionnaireResponse" in read.missing_types
    assert read.unscreened
    assert read.findings == ()


@pytest.mark.parametrize("status", ["in-progress", "entered-in-error", "stopped", None, "unheard-of"])
def test_what_is_not_finished_says_nothing(chart: Read, status: str | None) -> None:
    read = chart(response(answer("fever", coded("no")), answer("limp", coded("yes")), status=status))
    assert read.findings == ()
    assert len(read.ignored) == 1


def test_an_amended_one_counts(chart: Read) -> None:
    assert said(chart(response(answer("fever", coded("yes")), status="amended")).findings)


def test_what_is_unfinished_is_screened_and_what_is_in_error_is_not(chart: Read) -> None:
    item = answer("fever", coded("yes"), text="Do you have a fever now?")
    item["answer"][0]["valueCoding"]["display"] = "Yes"
    groups = {status: [hit.group for hit in chart(response(item, status=status)).screen_hits]
              for status in ("in-progress", "stopped", "entered-in-error")}  # fmt: skip
    assert groups == {"in-progress": ["fever"], "stopped": ["fever"], "entered-in-error": []}


def test_another_patients_answers_are_not_used(chart: Read) -> None:
    assert chart(response(answer("fever", coded("yes")), subject={"reference": "Patient/other"})).findings == ()


@pytest.mark.parametrize(
    ("given", "onset"), [("2026-01-05", "2026-01-05"), ("2026-01", "2026-01-01"), ("soon", None), ("2031-01-01", None)]
)
def test_since_when_is_the_onset_of_its_own_finding(chart: Read, given: str, onset: str | None) -> None:
    items = [
        answer("groin-pain", coded("right")),
        answer("groin-pain.since", {"valueDate": given}),
        answer("knee-pain", coded("left")),
    ]
    groin, knee = chart(response({"linkId": "where-it-hurts", "item": items})).findings
    assert (groin.onset and groin.onset.first.isoformat(), knee.onset) == (onset, None)


def test_a_day_beside_a_no_or_by_itself_says_nothing(chart: Read) -> None:
    since = answer("groin-pain.since", {"valueDate": "2026-01-05"})
    assert chart(response(since)).findings == ()
    assert [fact.onset for fact in chart(response(answer("groin-pain", coded("no")), since)).findings] == [None]


@pytest.mark.parametrize(
    "broken",
    [
        *(
            {"linkId": 7},
            {"linkId": "limp", "answer": "yes"},
            "limp",
            None,
            3,
            {"linkId": "g", "item": {"linkId": "x"}},
        ),
        {"linkId": "limp", "answer": [{"valueBoolean": "x"}]},
    ],
)
def test_a_malformed_item_costs_itself(chart: Read, broken: Any) -> None:
    read = chart(response(answer("fever", coded("no")), broken, answer("foot-drop", coded("left"))))
    assert {fact.id for fact in read.findings} == {"fever", "foot-drop"}
    assert "QuestionnaireResponse" in read.missing_types


def test_a_bomb_of_groups_costs_what_lies_in_it(chart: Read) -> None:
    deep: Json = answer("limp", coded("yes"))
    for _ in range(200):
        deep = {"linkId": "g", "text": "x" * 300, "item": [deep]}
    assert {fact.id for fact in chart(response(deep, answer("fever", coded("no")))).findings} == {"fever"}


def test_more_answers_than_any_form_has_are_not_read(chart: Read) -> None:
    read = chart(response(answer("limp", *[{"valueBoolean": True}] * 3_000), answer("fever", coded("yes"))))
    assert "QuestionnaireResponse" in read.missing_types
    assert {fact.id for fact in read.findings} == {"limp"}


def test_a_no_takes_no_flag_and_no_lasting_disease_out_of_the_chart(chart: Read) -> None:
    """However new it is. A pain it does."""
    items = [answer(name, coded("no")) for name in ("saddle-anaesthesia", "osteoporosis", "groin-pain", "fever")]
    records = [  # older
        observation("saddle-anaesthesia", valueBoolean=True, effectiveDateTime="2026-02-01"),
        condition("64859006", recordedDate="2020-01-01"),
        observation("groin-pain", OWN, 2, valueBoolean=True, effectiveDateTime="2026-02-01"),
    ]
    absent = {fact.id for fact in chart(*records, response(*items)).findings if fact.value is FindingValue.ABSENT}
    assert absent == {"groin-pain", "fever"}


def test_an_item_that_is_not_ours_is_read_in_words(chart: Read) -> None:
    extra = answer("site-7", {"valueBoolean": True}, text="Do you have foot drop on the left?")
    [fact] = chart(response(extra)).findings
    assert (fact.id, fact.side, fact.source.kind) == ("foot-drop", Side.LEFT, SourceKind.QUESTIONNAIRE_TEXT)


def as_observation(question: Question, code: str) -> Json:
    fields: Json = {"valueBoolean": code != "no"}
    if code in CODINGS:
        fields["bodySite"] = {"coding": [{"system": SNOMED, "code": CODINGS[code]}]}
    return observation(question.finding, **fields)


def without_source(fact: Finding) -> tuple[Any, ...]:
    return fact.id, fact.value, fact.side, fact.when, fact.onset, dict(fact.qualifiers)


def test_every_question_and_answer_gives_the_fact_of_a_coded_observation(chart: Read, knowledge: Knowledge) -> None:
    tried = 0
    for form in knowledge.terminology.questionnaires.forms:
        for question in (one for section in form.sections for one in section.questions):
            for given in question.answers:
                item = answer(question.finding, coded(given.value), text=question.text)
                read = chart(response(item, questionnaire=form.url))
                same = () if given.value == "unknown" else chart(as_observation(question, given.value)).findings
                assert [*map(without_source, read.findings)] == [*map(without_source, same)], (question, given)
                assert read.missing_types == frozenset()
                tried += 1
    assert tried > 200


@pytest.mark.parametrize("given", ["no", "unknown"])
def test_denying_everything_meets_nothing_in_the_safety_screen(chart: Read, knowledge: Knowledge, given: str) -> None:
    label = next(text for known, text in knowledge.terminology.questionnaires.labels.items() if known.value == given)
    for form in knowledge.terminology.questionnaires.forms:
        items = [
            answer(one.finding, {"valueCoding": {**coded(given)["valueCoding"], "display": label}}, text=one.text)
            for section in form.sections
            for one in section.questions
        ]
        read = chart(response(*items, questionnaire=form.url))
        assert read.screen_hits == ()
        assert dict(read.unscreened) == {}


def test_the_patient_is_the_one_the_reference_names(chart: Read) -> None:
    assert chart(response(answer("limp", coded("yes")), subject={"reference": f"Patient/{PATIENT}"})).findings
