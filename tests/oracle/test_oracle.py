"""The corpus: what we expect of each phrase, and how far medSpaCy's ConText agrees on what each mention is."""

import json
import tomllib
from functools import cache
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.items import PhraseFinder
from cds_service.narrative.lexicon import Lexicon
from cds_service.narrative.reader import NarrativeReader

from .states import states
from .targets import FOLDER, corpus, targets

LEAST_PHRASES, LEAST_AGREEMENT = 300, 0.95
STATES = {"present", "negated", "historical", "hypothetical", "family"}
TEXTS = corpus()


@cache
def answers() -> dict[str, Any]:
    given: dict[str, Any] = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
    return given


def listed() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads((FOLDER / "differences.toml").read_text(encoding="utf-8"))["differs"]
    return rows


def compared(narrative: Lexicon) -> list[tuple[str, str, str, str]]:
    """Every mention that both find: text, phrase, medSpaCy's state, ours."""
    finder = PhraseFinder(narrative)
    pairs = []
    for text, said in answers()["answers"].items():
        left = list(states(narrative, finder, text))
        for phrase, theirs in said:
            ours = next((one for one in left if one[0] == phrase), None)
            if ours:
                left.remove(ours)
                pairs.append((text, phrase, theirs, ours[1]))
    return pairs


@pytest.fixture(scope="module")
def made(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("phrase", TEXTS, ids=lambda one: one["text"])
def test_a_phrase_says_what_a_clinician_would_read(phrase: dict[str, Any], made: NarrativeReader) -> None:
    said = made.read(phrase["text"]).statements
    assert [[one.finding, one.value.value, one.side.value] for one in said] == phrase["expect"]


def test_the_corpus_is_large_and_has_no_phrase_twice() -> None:
    texts = [one["text"] for one in TEXTS]
    assert len(texts) >= LEAST_PHRASES
    assert len(set(texts)) == len(texts)


def test_medspacy_was_asked_all_of_it() -> None:
    given = answers()
    assert given["medspacy"]
    assert list(given["answers"]) == [one["text"] for one in TEXTS]
    assert {state for said in given["answers"].values() for _, state in said} <= STATES


def test_medspacy_was_given_our_phrases(knowledge: Knowledge) -> None:
    known = set(targets(knowledge.narrative))
    assert {phrase for said in answers()["answers"].values() for phrase, _ in said} <= known


def test_medspacy_agrees_on_nearly_all_mentions(knowledge: Knowledge) -> None:
    pairs = compared(knowledge.narrative)
    agreed = sum(theirs == ours for *_, theirs, ours in pairs)
    assert len(pairs) >= LEAST_PHRASES
    assert agreed / len(pairs) >= LEAST_AGREEMENT


def test_every_difference_is_listed_with_its_reason_and_none_in_vain(knowledge: Knowledge) -> None:
    found = {pair for pair in compared(knowledge.narrative) if pair[2] != pair[3]}
    told = {(row["text"], row["finding"], row["medspacy"], row["ours"]) for row in listed()}
    assert found == told
    assert all(len(row["why"]) > 20 for row in listed())
