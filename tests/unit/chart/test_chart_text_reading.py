"""A text by itself: read as a chart reads it, dated by the day it was told, and screened."""

from datetime import date

import pytest

from cds_service.chart.text_reading import TextReader, TextReading, TextType
from cds_service.knowledge import Knowledge
from cds_service.model.dates import PartialDate, full_date

TOLD_ON = date(2026, 3, 10)


@pytest.fixture(scope="module")
def text_reader(knowledge: Knowledge) -> TextReader:
    return TextReader(knowledge.narrative, knowledge.content.findings, knowledge.screen)


def ids(reading: TextReading) -> list[tuple[str, str]]:
    return [(found.finding, found.value.value) for found in reading.findings]


def groups(reading: TextReading) -> set[str]:
    return {met.group for met in reading.screen}


@pytest.mark.parametrize(
    ("text", "onset"),
    [
        ("sciatica for 3 days", full_date(date(2026, 3, 7))),
        ("sciatica since January", PartialDate(date(2026, 1, 1), date(2026, 1, 31))),
        ("sciatica since May 2027", None),  # still to come
        ("sciatica", None),
    ],
)
def test_an_onset_is_counted_from_the_day_of_the_text(
    text_reader: TextReader, text: str, onset: PartialDate | None
) -> None:
    [found] = text_reader.read(text, TextType.NOTE, TOLD_ON).findings
    assert found.onset == onset


def test_what_is_absent_has_no_time(text_reader: TextReader) -> None:
    [found] = text_reader.read("No fever since Monday", TextType.NOTE, TOLD_ON).findings
    assert (found.onset, found.when) == (None, None)


def test_findings_stand_in_the_order_of_their_words(text_reader: TextReader) -> None:
    found = text_reader.read("No fever. SLR positive left. Left groin pain.", TextType.NOTE, TOLD_ON).findings
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_an_event_long_past_does_not_count(text_reader: TextReader) -> None:
    assert ids(text_reader.read("MVA in 2006", TextType.NOTE, TOLD_ON)) == []
    assert ids(text_reader.read("MVA in 2006", TextType.NOTE, date(2006, 6, 1))) == [("major-trauma", "present")]


def test_the_screen_counts_what_is_asked_and_not_what_is_denied_or_lasting(text_reader: TextReader) -> None:
    assert "sphincter" in groups(text_reader.read("?cauda equina syndrome", TextType.NOTE, TOLD_ON))
    assert not groups(text_reader.read("No fever, no weight loss", TextType.NOTE, TOLD_ON))
    lasting = text_reader.read("Urinary incontinence since childhood", TextType.NOTE, TOLD_ON)
    assert "urinary-incontinence" not in {met.cause for met in lasting.screen}


def test_the_name_of_a_procedure_tells_what_was_done(text_reader: TextReader) -> None:
    text = "Steroid injection of the left hip for groin pain"
    assert ids(text_reader.read(text, TextType.PROCEDURE, TOLD_ON)) == [("hip-steroid-injection", "present")]
    assert ("groin-pain", "present") in ids(text_reader.read(text, TextType.NOTE, TOLD_ON))


def test_the_texts_of_a_document_are_read_apart_and_counted_through(text_reader: TextReader) -> None:
    texts = ["Family history:\nhip pain", "Left groin pain.", "Left groin pain. Schmerzen in der Hüfte seit Mai."]
    reading = text_reader.read_all(texts, TextType.NOTE, TOLD_ON)
    [found] = reading.findings
    assert reading.text[found.start : found.end] == "groin pain"
    [(start, end)] = reading.other_language
    assert reading.text[start:end].startswith("Schmerzen")
