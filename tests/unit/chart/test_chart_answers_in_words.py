"""Others' questionnaires in words: question and answer together. A negative answer never says that a thing is there."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from synthetic import SNOMED, resource

from cds_service.model.facts import Chart, FindingValue, SourceKind

Read = Callable[..., Chart]
Json = dict[str, Any]
P, A, K = FindingValue.PRESENT, FindingValue.ABSENT, FindingValue.ASKED


def form(*items: Json, **fields: Any) -> Json:
    made = {"status": "completed", "questionnaire": "https://other.example/Questionnaire/1", "authored": "2026-02-20"}
    return resource("QuestionnaireResponse", **{**made, "item": list(items), **fields})


def asked(text: str, *answers: Any, under: tuple[str, ...] = ()) -> Json:
    item: Json = {"linkId": "1", "text": text, "answer": [to_answer(answer) for answer in answers]}
    for number, head in enumerate(reversed(under)):
        item = {"linkId": f"g{number}", "text": head, "item": [item]}
    return item


def to_answer(answer: Any) -> Json:
    if isinstance(answer, dict):
        return answer
    return {"valueBoolean": answer} if isinstance(answer, bool) else {"valueString": answer}


def display(text: str, code: str = "x") -> Json:
    return {"valueCoding": {"system": "https://other.example/cs", "code": code, "display": text}}


def said(read: Chart) -> set[tuple[str, FindingValue, str]]:
    return {(fact.id, fact.value, fact.side.value) for fact in read.findings}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (asked("Saddle anesthesia?", True), {("saddle-anaesthesia", P, "unstated")}),
        (asked("Saddle anesthesia?", "Yes"), {("saddle-anaesthesia", P, "unstated")}),
        (asked("Saddle anesthesia?", display("Yes")), {("saddle-anaesthesia", P, "unstated")}),
        (asked("Saddle anesthesia?", {"valueCoding": {"code": "Y"}}), {("saddle-anaesthesia", P, "unstated")}),
        (asked("Saddle anesthesia?", False), {("saddle-anaesthesia", A, "unstated")}),
        (asked("Saddle anesthesia?", "no"), {("saddle-anaesthesia", A, "unstated")}),
        (asked("Foot drop", {"valueCoding": {"system": SNOMED, "code": "52101004"}}), {("foot-drop", P, "unstated")}),
        (asked("Foot drop", {"valueCoding": {"system": SNOMED, "code": "2667000"}}), {("foot-drop", A, "unstated")}),
        (asked("Where does it hurt?", "right groin"), {("groin-pain", P, "right")}),
        (asked("Where is your pain?", display("Left buttock")), {("buttock-pain", P, "left")}),
        (asked("Which of these do you have?", display("Fever"), display("Foot drop")),
         {("fever", P, "unstated"), ("foot-drop", P, "unstated")}),
        (asked("Straight leg raise", "positive on the right"), {("slr-positive", P, "right")}),
        (asked("Saddle sensation", display("decreased")), {("saddle-anaesthesia", P, "unstated")}),
        (asked("Fever", True, under=("Review of systems", "Constitutional")), {("fever", P, "unstated")}),
        (asked("Have you had fever, chills or weight loss?", False),
         {("fever", A, "unstated"), ("weight-loss", A, "unstated")}),
        (asked("Have you ever had cancer?", True), {("cancer-history", P, "unstated")}),
        (asked("Groin pain", "right"), {("groin-pain", P, "right")}),
    ],
)  # fmt: skip
def test_question_and_answer_are_read_together(chart: Read, item: Json, expected: Any) -> None:
    read = chart(form(item))
    assert said(read) == expected
    assert {fact.source.kind for fact in read.findings} == {SourceKind.QUESTIONNAIRE_TEXT}


@pytest.mark.parametrize(
    "item",
    [
        asked("Leg weakness", "unknown"),
        asked("Leg weakness", "I don't know"),
        asked("Leg weakness", "several days"),
        asked("Leg weakness", display("Rarely")),
        asked("Leg weakness", "not at all"),
        asked("Leg weakness", "3"),
        asked("Leg weakness", {"valueInteger": 3}),
        asked("Back pain", "7/10"),
        asked("Back pain", {"valueQuantity": {"value": 7}}),
        asked("Back pain", {"valueDecimal": 7.5}),
        asked("Fever", "maybe"),
        asked("Fever"),
        asked("No fever?", False),
        asked("Fever and chills and weight loss?", False),
        asked("Has anyone in your family had cancer?", True),
        asked("Cancer", True, under=("Family history",)),
        asked("Cancer", display("Yes"), under=("Family history", "Mother")),
        asked("Did your mother have osteoporosis?", "yes"),
        asked("Have you ever had back pain?", True),
        asked("Have you had back pain in the past?", False),
        asked("Back pain", True, under=("Past medical history",)),
        asked("Are you worried about cancer?", True),
        asked("Would you like to read about back pain?", True),
        {"linkId": "saddle-anaesthesia", "answer": [{"valueBoolean": True}]},  # another's form, and no question
        asked("x" * 400 + " fever", True),
    ],
)
def test_nothing_is_said(chart: Read, item: Json) -> None:
    assert said(chart(form(item))) == set()


NEGATIVE = [
    *(False, "No", "no.", "None", "never", "denies", "absent", "negative", "not at all", "None of the above"),
    *("Not present", "no, only before the operation", display("No"), display("None of these"), display("Not at all")),
]
QUESTIONS = [
    *("Fever", "Have you had fever, chills or weight loss", "No fever", "Saddle anesthesia", "Do you have foot drop"),
    *("Which of these do you not have", "Right groin pain", "Is the leg numb or weak", "Loss of bladder control"),
    "Cancer",
]


@pytest.mark.parametrize(("question", "answer"), list(product(QUESTIONS, NEGATIVE)))
def test_a_negative_answer_never_makes_anything_present(chart: Read, question: str, answer: Any) -> None:
    assert {value for _, value, _ in said(chart(form(asked(f"{question}?", answer))))} <= {A}


@pytest.mark.parametrize(
    ("item", "groups"),
    [
        (asked("Saddle anesthesia?", True), {"sphincter"}),
        (asked("Fever?", "Yes"), {"fever"}),
        (asked("What else should we know?", "I have cancer"), {"cancer"}),
        (asked("Fever?", "No"), set()),
        (asked("Fever?", "I don't know"), set()),
        (asked("Fever?"), set()),
        (asked("Fever?", {"valueInteger": 0}), set()),
        (asked("Cancer", True, under=("Family history",)), set()),
        ({"linkId": "1", "answer": [{"valueString": "I have cancer"}]}, {"cancer"}),
    ],
)
def test_the_safety_screen_reads_answers_and_no_question_by_itself(chart: Read, item: Json, groups: set[str]) -> None:
    read = chart(form(item))
    assert {hit.group for hit in read.screen_hits} == groups
    assert {hit.source.kind for hit in read.screen_hits} <= {SourceKind.QUESTIONNAIRE, SourceKind.QUESTIONNAIRE_TEXT}


def test_an_answer_in_another_language_was_not_screened(chart: Read) -> None:
    read = chart(
        form(asked("Anything else?", "Tengo mucho dolor en la espalda desde hace tres semanas y no puedo dormir"))
    )
    assert dict(read.unscreened) == {"other-language": 1}


def test_the_older_shape_of_groups_is_not_read_and_counts_as_missing(chart: Read) -> None:
    read = chart(form(item=None, group={"question": [{"text": "Fever", "answer": [{"valueBoolean": False}]}]}))
    assert "QuestionnaireResponse" in read.missing_types


def test_a_form_of_many_answers_to_a_long_question_is_read_only_so_far(chart: Read) -> None:
    """The question is read with every answer: a small form could cost seconds."""
    places = (f"groin {number}" for number in range(1_500))
    many = asked("Where does it hurt?", *places, under=("About your pain " + "today " * 40,))
    read = chart(form(asked("Fever?", True), many, asked("Foot drop?", True)))
    assert {fact.id for fact in read.findings} == {"fever", "groin-pain"}
    assert "QuestionnaireResponse" in read.missing_types
    assert read.unscreened
