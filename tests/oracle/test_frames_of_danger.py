"""Labelled sentences of the frames of function, events, red flags and context: none is read as its opposite."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

from .labelled import FOLDER, Score, load, read_as, score

LEAST_RECALL = {"function": 0.98, "event": 0.98, "flag": 0.95, "context": 0.88}


@pytest.mark.parametrize("frame", sorted(LEAST_RECALL))
def test_a_frame_reads_its_sentences_and_none_as_its_opposite(frame: str, knowledge: Knowledge) -> None:
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    whole = Score()
    for item in load(FOLDER / "frames" / f"{frame}.jsonl"):
        whole.add(score(item, read_as(reader, item)))
    assert whole.faults == []
    assert min(whole.recall("present"), whole.recall("absent")) >= LEAST_RECALL[frame]
