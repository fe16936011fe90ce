"""A first look at the words of a text or a name sets aside only what the readers, which look at all of it, pass by."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.chart.chart_reader import ChartReader
from cds_service.chart.silent_records import SilentRecords
from cds_service.fhir.datatypes import CodeableConcept, Coding
from cds_service.narrative.layout import shorthand
from cds_service.narrative.naming_words import NamingWords, naming_phrases
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.statements import EMPTY_READING
from cds_service.narrative.words.plain_words import split_plain
from tests.oracle.labelled import FOLDER, load
from tests.shipped import shipped_knowledge

KNOWLEDGE = shipped_knowledge()
NARRATIVE = KNOWLEDGE.narrative
NAMING = NamingWords(NARRATIVE)
MANY = settings(max_examples=400, derandomize=True, database=None, deadline=None)
CORPORA = ("corpus", "denials", "danger", "forms", "frames/development", "frames/context", "frames/kinds")
# What the readers of forms make something of, and write where it does not stand.
OF_FORMS = ["left", "R", "L", "r2", "l0", "2", "10", "yes", "no", "y", "n", "any", "negative", "same side", "that side"]
OF_FORMS += [
    "LT",
    "same",
    "today it is",
    "was",
    "I found none",
    "none",
    "never since",
    "resolved",
    "went away",
    "denies",
    "nil",
    "and",
    "or",
    "both",
    "the other",
    "(x)",
]
MARKS = [" ", " ", ", ", ": ", "-", "/", "; ", ". ", "\n", "\n- ", "'", "' ", " (", ") ", "! ", '"', "\n\n", "=", " - "]


class _AllWords(NamingWords):
    def any_of(self, _words: Iterable[str]) -> bool:
        return True


@pytest.fixture(scope="module")
def whole_reader() -> NarrativeReader:
    """Return a reader that reads every text to its end."""
    reader = NarrativeReader(NARRATIVE, KNOWLEDGE.content.findings)
    reader.naming_words = _AllWords(NARRATIVE)
    return reader


def _names_nothing(text: str) -> bool:
    words = split_plain(text)
    return words is not None and not NAMING.any_of(words)


def _corpora() -> list[str]:
    return [item["text"] for name in CORPORA for item in load(FOLDER / f"{name}.jsonl")]


PHRASES = sorted(NARRATIVE.entries)
PASSED_BY = [phrase for phrase in PHRASES if _names_nothing(phrase)]
silent_texts = (
    st.lists(st.tuples(st.sampled_from(PASSED_BY) | st.sampled_from(OF_FORMS), st.sampled_from(MARKS)), max_size=14)
    .map(lambda parts: "".join(part for both in parts for part in both))
    .filter(_names_nothing)
)


def test_a_phrase_that_names_something_is_never_passed_by() -> None:
    assert not [phrase for phrase in naming_phrases(NARRATIVE) if _names_nothing(phrase)]
    assert not [
        misspelt
        for misspelt, meant in NARRATIVE.misspellings.items()
        if NAMING.any_of([meant]) and _names_nothing(misspelt)
    ]


def test_a_word_that_shorthand_is_spelled_out_beside_names_something() -> None:
    """What it writes, such as "knee jerk" or "light touch", stands in no text that is passed by."""
    assert [word for word in shorthand._JERKS | shorthand._FELT if _names_nothing(word)] == []


@MANY
@given(silent_texts, st.sampled_from(TextKind))
def test_what_is_passed_by_says_nothing(whole_reader: NarrativeReader, text: str, kind: TextKind) -> None:
    assert whole_reader.read(text, kind) == EMPTY_READING


def test_what_is_left_of_a_sentence_without_its_names_says_nothing(whole_reader: NarrativeReader) -> None:
    rest = [_without_names(text) for text in _corpora()]
    silent = [text for text in rest if text.strip() and _names_nothing(text)]
    assert len(silent) > len(rest) / 2
    assert [text for text in silent if whole_reader.read(text) != EMPTY_READING] == []


def _without_names(text: str) -> str:
    return re.sub(r"[^\W_]+(?:'[^\W_]+)*", lambda word: "" if not _names_nothing(word[0]) else word[0], text)


@pytest.fixture(scope="module")
def silent_records() -> SilentRecords:
    """Return what tells the silent records of a chart."""
    reader = ChartReader(KNOWLEDGE.terminology, KNOWLEDGE.content, NARRATIVE, KNOWLEDGE.screen)
    return reader._silent_records


def _named(name: str) -> CodeableConcept:
    return CodeableConcept([Coding("urn:local", "x1", name)], "Synthetic")


def test_a_name_that_is_passed_by_is_silent(silent_records: SilentRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [part for text in _corpora() for part in (text, _without_names(text), *re.split(r"[.;,]\s", text))]
    screened = [
        word.strip("-")
        for table in KNOWLEDGE.screen.tables
        for one in table.words
        for part in one.parts
        for word in part
    ]
    imaging = [word for word, _ in KNOWLEDGE.terminology.imaging_words.modality]
    names += [f"{one} {mark}{one}" for one in imaging for mark in ("l'", "/")]
    names += [f"{word} {other}" for word in ("Synthetic", "after") for other in (*screened, *imaging)]
    passed_by = [name for name in dict.fromkeys(names) if silent_records._plain_concepts.has(_named(name))]
    monkeypatch.setattr(silent_records._plain_concepts, "has", lambda _concept: False)
    assert len(passed_by) > 500
    assert [name for name in passed_by if silent_records._judge_name(_named(name)).silence is None] == []
