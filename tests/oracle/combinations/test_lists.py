"""Lists of symptoms, function and red flags are read as their parts say: none as its opposite or on a wrong side."""

import tomllib

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

from .combining import FOLDER, Tally, measure, phrases, sentences, templates

PATH = FOLDER / "lists.toml"
EACH = 4  # sentences of a template
# Measured on 40 of each template: 0.996 of what is present, 0.993 of what is denied. Before: 0.920 and 0.844.
FLOORS = {"present": 0.99, "absent": 0.985, "some": 0.99}


@pytest.fixture(scope="module")
def tally(knowledge: Knowledge) -> Tally:
    names = phrases(tomllib.loads(PATH.read_text(encoding="utf-8"))["names"])
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    return measure(reader, sentences(templates(PATH), names, EACH))


def test_no_list_is_read_as_its_opposite_or_on_a_wrong_side(tally: Tally) -> None:
    assert tally.dangers == []


@pytest.mark.parametrize(("says", "floor"), FLOORS.items())
def test_most_of_what_lists_say_is_read(says: str, floor: float, tally: Tally) -> None:
    assert tally.rate(says) >= floor, tally.missed[:20]
