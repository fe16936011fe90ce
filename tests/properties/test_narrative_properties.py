"""What must hold of every text: reading never fails, takes time in proportion, and adds nothing to what is said."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhir.narrative.reader import NarrativeReader
from cds_service.knowledge import load, shipped_cards
from cds_service.logic.facts import Value

KNOWLEDGE = load(shipped_cards())
READER = NarrativeReader(KNOWLEDGE.narrative, KNOWLEDGE.content.findings)
ALWAYS_THE_SAME = settings(max_examples=150, derandomize=True, database=None, deadline=None)
PHRASES = sorted(KNOWLEDGE.narrative.entries)
MARKS = [".", ";", ",", "\n", "\n\n", ":", "?", "->", "(", ")", "/", "+", "-", "zzz", "58"]
anything = st.text(max_size=400)
pieces = st.lists(st.sampled_from(PHRASES) | st.sampled_from(MARKS), max_size=25).map(" ".join)
PAINS = ["groin pain", "buttock pain", "calf pain", "sciatica", "saddle anesthesia", "fever", "foot drop"]
sentences = st.lists(st.sampled_from(PAINS).map("Left {}.".format), min_size=1, max_size=6)
HUGE = 100_000  # characters
CPU_S = 3.0  # of this process alone, twenty times what the slowest takes; the benchmark holds the real goal


@ALWAYS_THE_SAME
@given(anything | pieces)
def test_reading_never_fails_and_says_only_what_the_vocabulary_holds(text: str) -> None:
    for said in READER.read(text).said:
        assert said.finding in KNOWLEDGE.content.findings


@ALWAYS_THE_SAME
@given(anything | pieces)
def test_reading_twice_is_reading_once(text: str) -> None:
    other = NarrativeReader(KNOWLEDGE.narrative, KNOWLEDGE.content.findings)
    assert other.read(text) == READER.read(text)


@ALWAYS_THE_SAME
@given(sentences, st.randoms(use_true_random=False))
def test_the_order_of_whole_sentences_never_matters(parts: list[str], shuffler: object) -> None:
    shuffled = list(parts)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(READER.read(" ".join(shuffled)).said) == set(READER.read(" ".join(parts)).said)


@ALWAYS_THE_SAME
@given(pieces, st.sampled_from(PAINS))
def test_what_stands_in_a_paragraph_of_its_own_is_read_whatever_stands_before(text: str, pain: str) -> None:
    alone = READER.read(f"Left {pain}").said
    assert set(alone) <= set(READER.read(f"{text}\n\nLeft {pain}").said)


@ALWAYS_THE_SAME
@given(st.sampled_from(PAINS), st.text(alphabet="qxz ", max_size=60))
def test_words_that_mean_nothing_never_make_a_finding_absent(pain: str, noise: str) -> None:
    said = READER.read(f"{noise} {pain} {noise}").said
    assert [one.value for one in said] == [Value.PRESENT]


@pytest.mark.parametrize(
    "part",
    [
        "no hip pain or ",
        "SLR and ",
        "possible hip, ",
        "???",
        "'",
        "-",
        "\n",
        "a'",
        "no ",
        "pain to the ",
        "mother ",
        "->",
        "denies hip pain, ",
        "vs labral tear ",
        "hip pain denied and ",
        "left ",
        "L>R ",
        "İ",
        "(",
        "1.",
        "hx of ",
    ],
)
def test_no_text_takes_long(part: str) -> None:
    text = (part * (HUGE // len(part) + 1))[:HUGE]
    started = time.process_time()
    READER.read(text)
    assert time.process_time() - started < CPU_S
