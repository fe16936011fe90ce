"""Compare what medSpaCy's context says of the labelled sentences with what ours says, where both find the words.

`python -m tests.oracle.contexts ask` prints the question to `ask_medspacy.py`, and with `compare` it reads the answer
and prints a table by frame. Held-out sentences go through a pipe alone: only totals are printed.

medSpaCy is given the words in which our reader finds a mention. It knows no results, so what a result denies ("SLR
negative") is left out; the rest is the work of cues, which both have.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.reader import NarrativeReader
from tests.shipped import shipped_knowledge

from .labelled import FOLDER, HELD_OUT, load, read_as
from .states import find_mentions

COLUMNS = f"{'frame':<16}{'compared':>9}{'ours right':>12}{'medSpaCy right':>16}{'ours dangerous':>16}{'medSpaCy':>10}"
Verdicts = dict[str, str]  # by finding: present, absent, or neither


def labelled_sentences() -> list[dict[str, Any]]:
    """Return the labelled sentences of all frames, and those held out."""
    return [item for file in (*sorted((FOLDER / "frames").glob("*.jsonl")), *HELD_OUT) for item in load(file)]


def labels_of(item: dict[str, Any]) -> Verdicts:
    """Return what is right for each finding that a sentence is labelled with."""
    neither = dict.fromkeys((*item.get("never", ()), *item.get("asked", ())), "neither")
    absent, present = (dict.fromkeys(item.get(name, ()), name) for name in ("absent", "present"))
    return neither | absent | present


def words_of(knowledge: Knowledge, finder: PhraseFinder, text: str) -> dict[str, list[str]]:
    """Return the words in which our reader finds each finding, whatever it makes of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for mention in find_mentions(knowledge.narrative, finder, text):
        if mention.value is FindingValue.PRESENT and not mention.is_denial:
            for finding in mention.findings:
                found[finding].append(mention.words.lower())
    return found


def our_verdicts(reader: NarrativeReader, item: dict[str, Any]) -> Verdicts:
    """Return what our reader says of each finding."""
    stated = [(one.finding, one.value.value) for one in read_as(reader, item).statements if not one.is_vague]
    return {finding: value for finding, value in reversed(stated) if value in {"present", "absent"}}


def their_verdicts(
    knowledge: Knowledge, words: dict[str, list[str]], entities: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield what medSpaCy says of each finding whose words it found."""
    for finding, phrases in words.items():
        known = knowledge.content.findings.get(finding)
        states = {state for phrase, state in entities if phrase in phrases}
        stays = known is not None and (known.stays or known.kind == "treatment")
        if not states:
            continue
        if "present" in states or (stays and "historical" in states):
            yield finding, "present"
        else:
            yield finding, "absent" if "negated" in states else "neither"


def compare(knowledge: Knowledge, answers: dict[str, list[tuple[str, str]]]) -> dict[str, Counter[str]]:
    """Return the counts of each frame."""
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    finder = PhraseFinder(knowledge.narrative)
    frames: dict[str, Counter[str]] = defaultdict(Counter)
    for item in labelled_sentences():
        text, ours, right = item["text"], our_verdicts(reader, item), labels_of(item)
        entities = [(phrase, state) for phrase, state in answers.get(text, [])]
        for finding, theirs in their_verdicts(knowledge, words_of(knowledge, finder, text), entities):
            if finding in right:
                label, mine = right[finding], ours.get(finding, "neither")
                frames[item["frame"]].update(_judge(label, mine, "ours") + _judge(label, theirs, "theirs"))
                frames[item["frame"]]["compared"] += 1
    return frames


def _judge(label: str, verdict: str, whose: str) -> list[str]:
    """Return what to count: a verdict that is right, or a danger: what is not so, read as present."""
    if verdict == label or (label == "neither" and verdict != "present"):
        return [f"{whose} right"]
    return [f"{whose} dangerous"] if verdict == "present" else []


def print_table(frames: dict[str, Counter[str]]) -> None:
    """Print a line for each frame, and one for all."""
    print(COLUMNS)
    total: Counter[str] = Counter()
    for counts in frames.values():
        total.update(counts)
    for frame, one in (*sorted(frames.items()), ("all", total)):
        print(
            f"{frame:<16}{one['compared']:>9}{one['ours right']:>12}{one['theirs right']:>16}"
            f"{one['ours dangerous']:>16}{one['theirs dangerous']:>10}"
        )


def main(action: str) -> None:
    """Print the question, or the table that its answer gives."""
    knowledge = shipped_knowledge()
    if action == "compare":
        print_table(compare(knowledge, json.load(sys.stdin)["answers"]))
        return
    finder = PhraseFinder(knowledge.narrative)
    texts = [item["text"] for item in labelled_sentences()]
    targets = {phrase for text in texts for phrases in words_of(knowledge, finder, text).values() for phrase in phrases}
    json.dump({"targets": sorted(targets), "texts": texts}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
