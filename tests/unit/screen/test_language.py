"""Tests of the language check: telegraphic English passes, other languages are counted, mixed texts too."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge
from cds_service.screen.language import LanguageCheck

HERE = Path(__file__).parent
FOREIGN = [line.split("|", 1)[1] for line in (HERE / "foreign.txt").read_text("utf-8").splitlines()]
ENGLISH = [
    line for name in ("english.txt", "english-terse.txt") for line in (HERE / name).read_text("utf-8").splitlines()
]
CORPUS = HERE.parents[1] / "oracle" / "corpus.jsonl"


@pytest.fixture(scope="module")
def check(knowledge: Knowledge) -> LanguageCheck:
    return LanguageCheck(knowledge.screen.language, knowledge.narrative)


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_told(check: LanguageCheck, text: str) -> None:
    assert check.is_other(text)


@pytest.mark.parametrize("text", ENGLISH)
def test_the_content_s_language_passes(check: LanguageCheck, text: str) -> None:
    assert not check.is_other(text)


def test_the_oracle_s_texts_pass(check: LanguageCheck) -> None:
    texts = [json.loads(line)["text"] for line in CORPUS.read_text("utf-8").splitlines()]
    assert sum(check.is_other(text) for text in texts) < len(texts) / 100


SHORT = ["Lumbago", "metoprolol", "Hip OA", "", "12", "T-score -2.8", "\u03b2 blocker", "M\u00e9ni\u00e8re disease"]


@pytest.mark.parametrize("text", SHORT)
def test_a_word_or_two_pass(check: LanguageCheck, text: str) -> None:
    assert not check.is_other(text)


def test_what_is_clearly_in_this_language_is_so_in_full(check: LanguageCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [part for line in (*ENGLISH, *FOREIGN) for part in re.split(r", |(?<=\w) (?=\w+ \w+$)", line)]
    sentences = [*ENGLISH, *FOREIGN, *parts, *(f"{one} {other}" for one, other in pairwise(parts))]
    quick = [(check._is_sentence_other(one), check._is_foreign_name(one)) for one in sentences]
    monkeypatch.setattr(check, "_is_clearly_own", lambda _words: False)
    assert [(check._is_sentence_other(one), check._is_foreign_name(one)) for one in sentences] == quick
