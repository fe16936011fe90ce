"""Labelled sentences: how much of them is read, and that nothing is read as its opposite or on the wrong side.

`floors.toml` holds what is reached, by file; raise it when the reader gets better. The held-out sentences are measured
like the others, but nobody tunes the reader on them: what is missing there is known as a count, and reported.
"""

import tomllib
from collections import Counter
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

from .labelled import FOLDER, HELD_OUT, Score, load, read_as, score

FLOORS: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "floors.toml").read_text(encoding="utf-8"))
FILES = {path.stem: path for path in (*HELD_OUT, *sorted((FOLDER / "frames").glob("*.jsonl")))}
LEAST_SENTENCES, LEAST_OF_A_FRAME = 1000, 60


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("name", FILES)
def test_what_was_reached_is_kept(name: str, narrative_reader: NarrativeReader) -> None:
    whole = Score()
    for item in load(FILES[name]):
        whole.add(score(item, read_as(narrative_reader, item)))
    floor = FLOORS[name]
    # Plain numbers, made before they are compared: what pytest says of a failure must not show a held-out sentence.
    faults = len(whole.faults)
    assert faults <= floor["faults"], [] if FILES[name] in HELD_OUT else whole.faults
    for value in ("present", "absent"):
        reached, least = (whole.recall(value), whole.precision(value)), tuple(floor[value])
        assert all(one >= limit for one, limit in zip(reached, least, strict=True)), (value, reached, least)


def test_the_sentences_are_many_of_every_frame_and_a_third_is_held_out() -> None:
    texts = [item["text"] for path in FILES.values() for item in load(path)]
    frames = Counter(item["frame"] for path in FILES.values() for item in load(path))
    assert len(set(texts)) >= LEAST_SENTENCES
    assert min(frames.values()) >= LEAST_OF_A_FRAME
    assert sum(len(load(path)) for path in HELD_OUT) * 3 >= LEAST_SENTENCES


def test_every_file_has_a_floor() -> None:
    assert FLOORS.keys() == FILES.keys()
