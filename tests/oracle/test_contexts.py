"""Tests of the comparison with medSpaCy's context, on answers as it gives them."""

import json
from collections import Counter

import pytest

from cds_service.knowledge import Knowledge

from . import contexts

SENTENCES = [
    {"frame": "pain", "text": "No hip pain.", "present": {}, "absent": {"hip-pain": "any"}},
    {"frame": "pain", "text": "Mother had hip pain.", "present": {}, "absent": {}, "never": ["hip-pain"]},
    {"frame": "pain", "text": "Rule out hip pain.", "present": {}, "absent": {}, "asked": ["hip-pain"]},
    {"frame": "test", "text": "SLR negative.", "present": {}, "absent": {"slr-positive": "any"}},
    {"frame": "pain", "text": "Left hip pain.", "present": {"hip-pain": "left"}, "absent": {}},
]


@pytest.fixture(autouse=True)
def _few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "labelled_sentences", lambda: SENTENCES)


def test_both_are_judged_by_the_labels(knowledge: Knowledge) -> None:
    states = ("negated", "present", "hypothetical", "", "present")
    answers = {
        str(item["text"]): [("hip pain", state)] if state else [] for item, state in zip(SENTENCES, states, strict=True)
    }
    frames = contexts.compare(knowledge, answers)
    assert frames == {"pain": Counter({"compared": 4, "ours right": 4, "theirs right": 3, "theirs dangerous": 1})}


def test_what_medspacy_does_not_find_is_not_compared(knowledge: Knowledge) -> None:
    assert contexts.compare(knowledge, {}) == {}


def test_the_table_shows_totals_and_no_sentence(knowledge: Knowledge, capsys: pytest.CaptureFixture[str]) -> None:
    contexts.print_table(contexts.compare(knowledge, {"Left hip pain.": [("hip pain", "negated")]}))
    printed = capsys.readouterr().out
    assert [line.split() for line in printed.splitlines()[1:]] == [
        [name, "1", "1", "0", "0", "0"] for name in ("pain", "all")
    ]
    assert "Left" not in printed


def test_the_question_holds_the_words_of_mentions(capsys: pytest.CaptureFixture[str]) -> None:
    contexts.main("ask")
    question = json.loads(capsys.readouterr().out)
    assert question["targets"] == ["hip pain"]
    assert question["texts"] == [item["text"] for item in SENTENCES]


def test_there_are_a_thousand_labelled_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert len(contexts.labelled_sentences()) >= 1_000
