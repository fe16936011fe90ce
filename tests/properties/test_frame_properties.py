"""Properties of the frames: order, letters and spelling never change a reading, and a negation never adds to one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import EXAMINED, FELT, INJECTED, KNOWLEDGE, NAMED, PHRASES, Said, present, read, said, words_of

from cds_service.narrative.frames.place_table import UNSAID

ALWAYS_THE_SAME = settings(max_examples=400, derandomize=True, database=None, deadline=None)
EVERY = (*NAMED, *INJECTED, *EXAMINED, *FELT)
NEGATIONS = ("No ", "no evidence of ", "Denies ", "Negative for ", "Without ", "There is no ", "Never had ", "nil ")
NOT_STATED = (
    *("Her mother has {}.", "Family history: {}", "FH: father {}", "His brother had {} last year."),
    *("Return if {}.", "Come back if you develop {}.", "Safety-netted re {}.", "Warned about {}."),
    *("?{}", "Rule out {}.", "r/o {}", "Could this be {}?", "Query {}.", "Suspected {}."),
)
DENIED = (
    *("Denies {} or fever.", "No fever, {} or rash.", "Neither {} nor fever.", "No new {}.", "There was never any {}."),
    *("{}: denied.", "{}: no", "{} - none.", "{} ruled out.", "{} was excluded."),
)
# British and American, each way round. "disc" is left out of "discomfort" and "discussed".
SPELLINGS = (
    *(
        ("aesthe", "esthe"),
        ("haem", "hem"),
        ("oedem", "edem"),
        ("tumour", "tumor"),
        ("disc ", "disk "),
        ("fibre", "fiber"),
    ),
    *(("centre", "center"), ("ischaem", "ischem"), ("orthopaed", "orthoped"), ("labour", "labor")),
)
# What is lost or cannot be done is a finding: "no ankle jerk", "unable to pass urine".
OF_WHAT_IS_LOST = {"cannot-lie-flat"} | {
    finding
    for frame in ("reflex", "strength", "motion", "sensation", "function")
    for meanings in KNOWLEDGE.narrative.frames[frame].values()
    for meaning in meanings.values()
    for finding in (*meaning.records, *meaning.denies)
}
TOLD_OF = ("physio of", "slip of")  # words of a plan, or of a fall, as often: they count if more is told
FLAWS = (
    "No pee accidents",
    "Right hip intra articular steroid injection: no",
)


@ALWAYS_THE_SAME
@given(said(*EVERY))
def test_the_order_of_words_never_changes_a_reading(one: Said) -> None:
    assert len({read(sentence) for sentence in one.sentences()}) == 1, one.sentences()


@ALWAYS_THE_SAME
@given(said(*NAMED))
def test_what_a_frame_records_at_a_place_is_read(one: Said) -> None:
    assert read(one.sentences()[0]) or one.pattern.name.startswith(TOLD_OF)


@ALWAYS_THE_SAME
@given(said(*EVERY), st.sampled_from([str.upper, str.title, str.capitalize]))
def test_letters_never_change_a_reading(one: Said, change: object) -> None:
    for sentence in one.sentences():
        assert read(change(sentence)) == read(sentence)  # type: ignore[operator]


def test_no_word_is_lost_for_its_capitals() -> None:
    """Every word of the patterns, once: the examples above are a sample, another one after each change of content."""
    ones = [
        Said(pattern, what, other, "left")
        for pattern in EVERY
        for other in words_of(pattern.other)[:1]
        for what in words_of(pattern.what)
    ]
    sentences = [one.sentences()[0] for one in ones if not one.is_ambiguous]
    assert len(sentences) > 1000
    assert [text for text in sentences if read(text.title()) != read(text)] == []


@ALWAYS_THE_SAME
@given(said(*EVERY), st.sampled_from(SPELLINGS))
def test_spelling_never_changes_a_reading(one: Said, pair: tuple[str, str]) -> None:
    for sentence, (was, becomes) in ((text, way) for text in one.sentences() for way in (pair, pair[::-1])):
        if was in sentence and becomes not in sentence:
            assert read(sentence.replace(was, becomes)) == read(sentence)


@pytest.mark.parametrize("pair", SPELLINGS, ids=" ".join)
def test_spelling_never_changes_the_reading_of_a_phrase(pair: tuple[str, str]) -> None:
    british, american = pair
    written = [phrase for phrase in PHRASES if british in phrase]
    changed = [phrase for phrase in written if read(phrase.replace(british, american)) != read(phrase)]
    assert not changed


@ALWAYS_THE_SAME
@given(said(*NAMED, *INJECTED), st.sampled_from(NEGATIONS))
def test_a_negation_before_a_sentence_never_leaves_or_makes_a_finding_present(one: Said, negation: str) -> None:
    sentence = f"{one.side} {one.other} {one.what}"
    assert not present(negation + sentence)


@ALWAYS_THE_SAME
@given(said(*EVERY), st.sampled_from(NOT_STATED), st.integers(0, 3))
def test_what_is_anothers_advised_or_asked_is_never_present(one: Said, frame: str, order: int) -> None:
    sentences = one.sentences()
    assert not present(frame.format(sentences[order % len(sentences)]))


@ALWAYS_THE_SAME
@given(said(*NAMED), st.sampled_from(DENIED), st.integers(0, 5))
def test_what_is_denied_in_a_list_or_behind_is_never_present(one: Said, frame: str, order: int) -> None:
    assert not present(frame.format(one.sentences()[order]))


@ALWAYS_THE_SAME
@given(st.sampled_from(PHRASES), st.sampled_from(NEGATIONS))
def test_a_negation_before_any_phrase_makes_nothing_present_but_what_is_lost(phrase: str, negation: str) -> None:
    assert present(negation + phrase) - present(phrase) <= OF_WHAT_IS_LOST


def test_the_patterns_are_of_many_findings() -> None:
    assert len(NAMED) > 60
    assert UNSAID not in {concept for pattern in NAMED for concept in pattern.other.concepts}
    assert OF_WHAT_IS_LOST


@pytest.mark.xfail(strict=True, reason="known flaws of the reader")
@pytest.mark.parametrize("text", FLAWS)
def test_known_flaws(text: str) -> None:
    is_denied = text.startswith("No ") or text.endswith(": no")
    assert not present(text) if is_denied else present(text)
