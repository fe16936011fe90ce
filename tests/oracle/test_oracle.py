"""Tests of the corpus: the findings expected from each phrase, and how often medSpaCy's ConText agrees."""

import json
import tomllib
from functools import cache
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.words.lexicon import Lexicon

from .states import states
from .targets import FOLDER, corpus, targets

LEAST_PHRASES, LEAST_AGREEMENT = 300, 0.95
STATES = {"present", "negated", "historical", "hypothetical", "family"}
TEXTS = corpus()


@cache
def answers() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
    return report


def listed_differences() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads((FOLDER / "differences.toml").read_text(encoding="utf-8"))["differs"]
    return rows


def compare_states(narrative: Lexicon) -> list[tuple[str, str, str, str]]:
    """Return every mention that both find: text, phrase, medSpaCy's state, ours."""
    finder = PhraseFinder(narrative)
    pairs = []
    for text, medspacy_states in answers()["answers"].items():
        unpaired = list(states(narrative, finder, text))
        for phrase, theirs in medspacy_states:
            ours = next((mention for mention in unpaired if mention[0] == phrase), None)
            if ours:
                unpaired.remove(ours)
                pairs.append((text, phrase, theirs, ours[1]))
    return pairs


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("phrase", TEXTS, ids=lambda phrase: phrase["text"])
def test_a_phrase_says_what_a_clinician_would_read(phrase: dict[str, Any], narrative_reader: NarrativeReader) -> None:
    statements = narrative_reader.read(phrase["text"]).statements
    found = [[statement.finding, statement.value.value, statement.side.value] for statement in statements]
    assert found == phrase["expect"]


def test_the_corpus_is_large_and_has_no_phrase_twice() -> None:
    texts = [phrase["text"] for phrase in TEXTS]
    assert len(texts) >= LEAST_PHRASES
    assert len(set(texts)) == len(texts)


def test_medspacy_was_asked_all_of_it() -> None:
    report = answers()
    assert report["medspacy"]
    assert list(report["answers"]) == [phrase["text"] for phrase in TEXTS]
    assert {state for mentions in report["answers"].values() for _, state in mentions} <= STATES


def test_medspacy_was_given_our_phrases(knowledge: Knowledge, narrative_reader: NarrativeReader) -> None:
    given = {phrase for mentions in answers()["answers"].values() for phrase, _ in mentions}
    read_by_frames = given - set(targets(knowledge.narrative))

    def is_read(phrase: str) -> bool:  # medSpaCy's are in lower case, and some of ours count in capitals alone
        return any(narrative_reader.read(one, TextKind.NAME).statements for one in (phrase, phrase.upper()))

    assert not [phrase for phrase in read_by_frames if not is_read(phrase)]


def test_medspacy_agrees_on_nearly_all_mentions(knowledge: Knowledge) -> None:
    pairs = compare_states(knowledge.narrative)
    agreed = sum(theirs == ours for *_, theirs, ours in pairs)
    assert len(pairs) >= LEAST_PHRASES
    assert agreed / len(pairs) >= LEAST_AGREEMENT


def test_every_difference_is_listed_with_its_reason_and_no_listed_one_is_gone(knowledge: Knowledge) -> None:
    found = {pair for pair in compare_states(knowledge.narrative) if pair[2] != pair[3]}
    listed = {(row["text"], row["finding"], row["medspacy"], row["ours"]) for row in listed_differences()}
    assert found == listed
    assert all(len(row["why"]) > 20 for row in listed_differences())
