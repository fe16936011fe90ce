"""How the questionnaires' file is refused: unknown findings, names used twice, and words that are not plain."""

from collections.abc import Callable

import pytest

from cds_service.knowledge import Knowledge
from cds_service.knowledge.reading_grade import reading_grade

Change = Callable[[str, str, str], None]
Problems = Callable[[], str]
FILE = "questionnaire.toml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"groin-pain", ', '"groyn-pain", ', "patient.groyn-pain: no finding is called groyn-pain (did you mean"),
        ('"groin-pain", ', '"knee-pain", ', "patient.knee-pain: is the name of two items"),
        ('id    = "behaviour"', 'id    = "fever"', "patient.fever: is the name of two items"),
        ("[former]", '[former]\nold-pain = "gone"', "former.old-pain: no finding is called gone"),
        ("[former]", '[former]\nfever = "limp"', "former.fever: is the id of a finding of today"),
        ("Do you inject drugs?", "Do you inject drugs", "text: String should match pattern"),
        ("Do you inject drugs?", "Do " + "you " * 20 + "inject?", "patient.injection-drug-use: has more than 20 words"),
        ("by_side = true", "by_sides = true", "question.1.by_sides: is not a known key"),
        ('unknown = "I don\'t know"', "", "answers.unknown: is required"),
        ("[clinician]", "[nurse]", "nurse: is not a known key"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_key(change: Change, problems: Problems, old: str, new: str, message: str) -> None:
    change(FILE, old, new)
    assert message in problems()


def test_a_question_that_patients_may_not_understand_is_refused(change: Change, problems: Problems) -> None:
    change(FILE, "Does it hurt when you walk?", "Is discomfort characteristically exacerbated by ambulation?")
    assert "patient.pain-on-walking: reads at grade " in problems()


def test_the_grade_is_that_of_flesch_and_kincaid() -> None:
    """By hand: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    assert reading_grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert reading_grade(["Do you have a fever?", "Are you numb?"]) == pytest.approx(0.39 * 4 + 11.8 * 9 / 8 - 15.59)
    assert reading_grade(["We asked, used, hoped, wanted."]) == pytest.approx(0.39 * 5 + 11.8 * 6 / 5 - 15.59)
    assert reading_grade([]) == 0


def test_the_patients_part_asks_for_red_flags_and_the_clinicians_for_signs(shipped: Knowledge) -> None:
    patient, clinician = shipped.terminology.questionnaires.forms
    kinds = shipped.content.findings
    asked = {one.finding for section in patient.sections for one in section.questions}
    assert {
        "saddle-anaesthesia",
        "urinary-retention",
        "bowel-incontinence",
        "fever",
        "active-cancer",
        "groin-pain",
    } <= asked
    assert all(kinds[finding].kind in {"symptom", "flag", "diagnosis"} for finding in asked)
    examined = {one.finding for section in clinician.sections for one in section.questions}
    assert {finding for finding, known in kinds.items() if known.kind == "sign"} <= examined


def test_a_pain_of_a_leg_is_asked_for_by_side(shipped: Knowledge) -> None:
    patient = shipped.terminology.questionnaires.forms[0]
    [section] = [one for one in patient.sections if one.id == "where-it-hurts"]
    assert {one.finding for one in section.questions if not one.is_by_side} == {"low-back-pain"}
