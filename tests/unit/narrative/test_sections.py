"""Tests of sections: whose, when and how sure what stands under a title is, to the reader and to the safety screen."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.screen.text_screen import TextScreen

NOTE = """HPI: left groin pain for 3 months.
PMH: hip osteoarthritis, sciatica
FH: mother with sciatica and saddle anaesthesia.

Exam: SLR negative on the right.
Plan: left hip steroid injection
Return precautions: fever, urinary retention
saddle numbness

She also has right calf pain."""


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def present(reader: NarrativeReader, text: str, kind: TextKind = TextKind.NOTE) -> set[str]:
    return {one.finding for one in reader.read(text, kind).statements if one.value is FindingValue.PRESENT}


def test_each_section_says_what_its_content_is(reader: NarrativeReader) -> None:
    assert present(reader, NOTE) == {"groin-pain", "hip-osteoarthritis", "calf-pain"}


@pytest.mark.parametrize("title", ["Plan:", "PLAN -", "Plan\n", "Recommendations:"])
def test_a_title_may_end_in_a_colon_a_dash_or_its_line(reader: NarrativeReader, title: str) -> None:
    assert present(reader, f"{title} steroid injection of the left hip") == set()


def test_a_word_that_is_no_title_begins_no_section(reader: NarrativeReader) -> None:
    assert present(reader, "The plan was changed. Left groin pain.") == {"groin-pain"}


def test_of_a_report_only_diagnoses_are_read_and_not_what_was_asked(reader: NarrativeReader) -> None:
    text = "Indication: sciatica, hip fracture.\nFindings: severe lumbar stenosis. Groin pain."
    assert present(reader, text, TextKind.REPORT) == {"lumbar-stenosis"}


def test_advice_and_family_end_at_a_blank_line_but_a_plan_does_not(reader: NarrativeReader) -> None:
    assert "saddle-anaesthesia" in present(reader, "Advice:\ncall us\n\nSaddle anaesthesia since last night.")
    assert present(reader, "Plan:\nMRI\n\nSteroid injection of the left hip") == set()


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Return precautions: fever, urinary retention", set()),
        ("Family history:\nbreast cancer", set()),
        ("Assessment: breast cancer", {"cancer"}),
        ("Advice: call us\n\nFever since Monday.", {"fever"}),
    ],
)
def test_the_safety_screen_knows_sections_too(knowledge: Knowledge, text: str, hits: set[str]) -> None:
    screen = TextScreen(knowledge.screen, knowledge.narrative)
    assert {hit.group for hit in screen.hits(text)} == hits


@pytest.mark.parametrize(
    "text",
    [
        "FH: mother with sciatica.\n\nSaddle numbness since Monday.",
        "FH: OA.\r\n \r\nSaddle numbness.",
        "FH: nil\nSaddle numbness since Monday.",
        "Copied from 2021: back pain.\n\nSaddle numbness.",
        "Notes from 12/05/2018: back pain. Today: saddle numbness.",
        "Please disregard: sciatica.\n\nSaddle numbness.",
    ],
)
def test_a_section_of_another_or_of_the_past_ends_where_the_text_tells_of_now(
    text: str, reader: NarrativeReader
) -> None:
    assert "saddle-anaesthesia" in present(reader, text)


@pytest.mark.parametrize(
    "text",
    [
        "Copied from 2021: presented with saddle numbness.",
        "Notes from 12/05/2018: saddle numbness.",
        "As per 2017 letter: saddle numbness.",
        "Wrong patient entry - please disregard: saddle numbness.",
    ],
)
def test_what_was_written_before_or_of_another_is_not_there(text: str, reader: NarrativeReader) -> None:
    assert not present(reader, text)


@pytest.mark.parametrize("title", ["PMH", "FH", "Notes from 2018"])
def test_what_began_on_a_day_that_was_is_no_history(reader: NarrativeReader, title: str) -> None:
    assert present(reader, f"{title}: sciatica. Now has saddle numbness since last night.") == {"saddle-anaesthesia"}
    assert "saddle-anaesthesia" not in present(reader, f"{title}: sciatica. Saddle numbness.")
