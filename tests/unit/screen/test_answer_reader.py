"""Tests of questions and answers that are read as one text."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.screen.answer_reader import AnswerReader, read_number


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> AnswerReader:
    return AnswerReader(knowledge.screen.answers)


def test_an_answer_is_read_with_its_question(reader: AnswerReader) -> None:
    assert reader.to_text("Saddle sensation", "decreased") == "Saddle sensation: decreased"


@pytest.mark.parametrize("answer", ["normal", "Intact bilaterally", "none", "not assessed", "12", "12 U/mL", "5/5", ""])
def test_a_normal_answer_or_a_number_is_none(reader: AnswerReader, answer: str) -> None:
    assert reader.to_text("Saddle sensation" if answer != "none" else "Pain", answer) is None


@pytest.mark.parametrize("answer", ["intact except the left saddle", "not normal today", "absent on the left"])
def test_an_answer_with_more_in_it_is_read(reader: AnswerReader, answer: str) -> None:
    assert reader.to_text("Saddle sensation", answer) == f"Saddle sensation: {answer}"


def test_what_a_healthy_person_has_must_not_be_absent(reader: AnswerReader) -> None:
    assert reader.to_text("Perianal sensation", "absent") == "Perianal sensation: impaired"
    assert reader.to_text("Loss of perianal sensation", "absent") is None
    assert reader.denied("Bowel control") == "Bowel control: impaired"
    assert reader.denied("Bowel control problem") is None


def test_a_number_may_be_a_text() -> None:
    assert read_number("4+") == (4.0, "+")
    assert read_number(" 38,9 C") == (38.9, "c")
    assert read_number("two") is None
    assert read_number("4 of 5 tests at 3 places were normal and more") is None
