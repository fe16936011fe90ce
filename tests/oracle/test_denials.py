"""Sentences of a blind author that look like denials, and plain denials: no danger is read as absent, most denials are.

`findings`: what a sentence is about, in any of these names. It is "present", "absent", or "not_absent": it must not be
read as absent, though it need not be present.
"""

import json
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.reader import NarrativeReader

from .targets import FOLDER

LEAST_DENIED = 0.74  # of the plain denials; raise it when the reader gets better
LEAST_PRESENT = 0.46  # of the dangers that are there
LEAST_SENTENCES = 500
ONE_SIDE = {Side.LEFT, Side.RIGHT}
# Right in what is denied, the leg or the other side, but what is there is not read, or not set against it.
KNOWN = {
    "FABER: R = no pain; L = groin pain ++",
    "Nil in the right buttock, left buttock sore to sit on.",
}
SENTENCES: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "denials.jsonl").read_text(encoding="utf-8").splitlines()
]
DANGERS = [one for one in SENTENCES if one["state"] != "absent"]


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def sides(reader: NarrativeReader, sentence: dict[str, Any], value: FindingValue) -> set[Side]:
    stated = reader.read(sentence["text"]).statements
    return {one.side for one in stated if one.value is value and one.finding in sentence["findings"]}


def is_read_as_absent(reader: NarrativeReader, sentence: dict[str, Any]) -> bool:
    """Return whether a danger is denied, and not just on the side on which it is not."""
    absent = sides(reader, sentence, FindingValue.ABSENT)
    present = sides(reader, sentence, FindingValue.PRESENT)
    are_apart = bool(present) and absent | present <= ONE_SIDE and absent.isdisjoint(present)
    return bool(absent) and not are_apart


@pytest.mark.parametrize("sentence", DANGERS, ids=lambda sentence: f"{sentence['kind']}: {sentence['text']}")
def test_a_danger_is_never_read_as_absent(sentence: dict[str, Any], narrative_reader: NarrativeReader) -> None:
    assert is_read_as_absent(narrative_reader, sentence) is (sentence["text"] in KNOWN)


@pytest.mark.parametrize(("state", "least"), [("absent", LEAST_DENIED), ("present", LEAST_PRESENT)])
def test_what_was_reached_is_kept(state: str, least: float, narrative_reader: NarrativeReader) -> None:
    said = [one for one in SENTENCES if one["state"] == state]
    read = sum(bool(sides(narrative_reader, one, FindingValue(state))) for one in said)
    assert read / len(said) >= least


def test_the_sentences_are_many_and_none_stands_twice() -> None:
    assert len({one["text"] for one in SENTENCES}) == len(SENTENCES) >= LEAST_SENTENCES
