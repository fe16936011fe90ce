"""A danger sign is denied only where it is said plainly."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def denied(reader: NarrativeReader, text: str) -> set[str]:
    return {one.finding for one in reader.read(text).statements if one.value is FindingValue.ABSENT}


@pytest.mark.parametrize(
    "text",
    [
        "Loss of normal anal tone.",
        "Can hardly feel when I wipe.",
        "Perianal sensation was normal, now reduced.",
        "No cause found for the saddle numbness.",
        "Saddle numbness not denied.",
        "Anal tone less than normal.",
        "No saddle numbness until last night, when it started.",
        "Perianal sensation normal except left S3.",
        "No resolution of the foot drop.",
        "Cannot walk without leg pain.",
    ],
)
def test_beside_words_of_doubt_nothing_is_denied(reader: NarrativeReader, text: str) -> None:
    assert denied(reader, text) == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Normal anal tone.", "reduced-anal-tone"),
        ("No saddle numbness.", "saddle-anaesthesia"),
        ("Perianal sensation normal.", "saddle-anaesthesia"),
        ("No foot drop, no weakness, no incontinence.", "foot-drop"),
        ("No night pain.", "night-pain-waking"),
        ("Walks without leg pain.", "leg-pain"),
    ],
)
def test_a_plain_denial_counts(reader: NarrativeReader, text: str, finding: str) -> None:
    assert finding in denied(reader, text)
