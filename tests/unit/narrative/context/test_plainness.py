"""A danger is denied only where it is said plainly: any word that is not accounted for costs the denial."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def read(reader: NarrativeReader, text: str, value: FindingValue) -> set[str]:
    return {one.finding for one in reader.read(text).statements if one.value is value}


@pytest.mark.parametrize(
    "text",
    [
        "Can hardly feel when I wipe.",  # an unknown word in the clause
        "No zorbing of the foot drop.",
        "No cause found for the saddle numbness.",
        "No treatment for cancer.",  # what is denied is something else, of which the danger is the object
        "No movement at the ankle, MRC 0.",
        "Bone density not normal: osteoporosis.",
        "Not intact (saddle numbness).",
        "Saddle numbness not denied.",  # what denies is denied
        "It is not true that she has no saddle numbness.",
        "Cannot walk without leg pain.",
        "Anything but normal anal tone.",
        "Denies pain, foot drop left.",  # an entry of a list tells something of its own
        "Denies cough, weak right leg.",
        "Supposedly has no fever.",
        "Perianal sensation was normal, now reduced.",  # the rest of the sentence takes it back
        "Was continent, is not any longer.",
        "S2 sensation normal S3 reduced.",
        "Perianal sensation normal except left S3.",
        "No saddle numbness until last night.",
        "Not on steroids. Sorry, she is: it was started on Monday.",  # so does the next
        "Loss of normal anal tone.",  # a part of normal, a second value
        "Anal tone 50% of normal.",
        "Anal tone less than normal.",
        "Ankle dorsiflexion 5 3.",
        "Anal tone: good / poor",  # nobody chose
        "Anal tone [ ] normal [x] reduced",
        "SLR: neg / pos at ___ deg",
    ],
)
def test_a_denial_that_is_not_plain_denies_nothing(reader: NarrativeReader, text: str) -> None:
    assert read(reader, text, FindingValue.ABSENT) == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Normal anal tone.", "reduced-anal-tone"),
        ("No saddle numbness.", "saddle-anaesthesia"),
        ("Perianal sensation normal.", "saddle-anaesthesia"),
        ("No foot drop, no weakness, no incontinence.", "foot-drop"),
        ("No night pain.", "night-pain-waking"),
        ("Walks without leg pain.", "leg-pain"),
        ("Mrs Patel denies fever or weight loss.", "weight-loss"),
        ("The roofer has no fever.", "fever"),
        ("John reports no saddle numbness.", "saddle-anaesthesia"),
        (
            "Denies malaise, haemoptysis, saddle numbness or fever.",
            "saddle-anaesthesia",
        ),  # one word is an entry
        ("GU: no incontinence.", "urinary-incontinence"),  # a title
        ("This 54 year old man has no fever.", "fever"),
        ("No leg pain in the last 6 months.", "leg-pain"),
        ("Fever: no Weight loss: no Cancer: yes", "fever"),  # entries of a form
        ("Tired all the time but no weight loss.", "weight-loss"),
        ("Temp 36.8.", "fever"),
        ("Can you feel the paper when you wipe? Yes", "saddle-anaesthesia"),
        ("No saddle numbness, but left foot drop.", "saddle-anaesthesia"),
        ("Saddle sensation normal, no loss of weight. Seen again today.", "saddle-anaesthesia"),
    ],
)
def test_a_plain_denial_counts(reader: NarrativeReader, text: str, finding: str) -> None:
    assert finding in read(reader, text, FindingValue.ABSENT)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("No fever. Repeat obs at 14:00: temp 38.6.", "fever"),
        ("No foot drop on the couch. On walking there is a foot drop.", "foot-drop"),
        ("ROS: negative for fever.\n\nPresents with 3 days of fever.", "fever"),
        ("T12: no fracture. L1: burst fracture with retropulsion.", "vertebral-fracture"),
    ],
)
def test_what_a_text_finds_and_denies_is_not_denied(reader: NarrativeReader, text: str, finding: str) -> None:
    assert finding in read(reader, text, FindingValue.PRESENT)
    assert finding not in read(reader, text, FindingValue.ABSENT)


def test_one_side_may_be_denied_beside_the_other(reader: NarrativeReader) -> None:
    stated = reader.read("No foot drop on the right. Left foot drop.").statements
    assert {(one.finding, one.value.value, one.side.value) for one in stated} >= {
        ("foot-drop", "absent", "right"),
        ("foot-drop", "present", "left"),
    }
