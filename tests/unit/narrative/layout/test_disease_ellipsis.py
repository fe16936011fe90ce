"""Tests of what is told of the other hip without its disease: which sentences are named again, and which not."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

WORN = "hip-osteoarthritis"


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def read(reader: NarrativeReader, text: str) -> set[tuple[str, str]]:
    return {(one.value.value, one.side.value) for one in reader.read(text).statements if one.finding == WORN}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Severe OA right hip. Left hip mild.", {("present", "right"), ("present", "left")}),
        ("OA L hip; R normal.", {("present", "left"), ("absent", "right")}),
        ("Right hip: clear. Left hip: KL 3 OA.", {("absent", "right"), ("present", "left")}),
    ],
)
def test_the_other_hip_has_the_disease_or_has_it_not(
    text: str, expected: set[tuple[str, str]], narrative_reader: NarrativeReader
) -> None:
    assert read(narrative_reader, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "OA right hip. Left hip mild pain.",
        "OA right hip. Left knee normal.",
        "OA right hip.\n\nLeft hip normal.",
        "OA right hip. Right hip mild.",
    ],
)
def test_what_tells_more_is_no_such_sentence(text: str, narrative_reader: NarrativeReader) -> None:
    assert read(narrative_reader, text) == {("present", "right")}


@pytest.mark.parametrize("text", ["?OA left hip. Right hip mild.", "Mother: OA left hip. Right hip normal."])
def test_a_disease_that_is_asked_or_anothers_is_not_named_again(text: str, narrative_reader: NarrativeReader) -> None:
    assert not {value for value, _ in read(narrative_reader, text)} & {"present", "absent"}
