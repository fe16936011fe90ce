"""How text is split: hyphens, abbreviations, question marks, lines, and endless sentences."""

import pytest

from cds_service.narrative.words.tokenizer import (
    CLAUSE,
    LINE,
    PARAGRAPH,
    STOP,
    TRAILING_QUESTION,
    TRUNCATED,
    normalize_phrase,
    split_sentences,
)

SHORT = frozenset({"post", "l", "int"})


def words(text: str) -> list[str]:
    return [" ".join(sentence.words) for sentence in split_sentences(text, SHORT)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Start-up pain", ["start up pain"]),
        ("patient's  Hip", ["patients hip"]),
        ("R/O hip OA", ["r / o hip oa"]),
        ("a --> b => c \u2192 d", ["a -> b -> c -> d"]),
        ("SLR -ve", ["slr - ve"]),
        ("L4-5, 3.5 cm", ["l4 5 , 3 5 cm"]),
        ("post. thigh", ["post thigh"]),
        ("pain on L. Groin fine", ["pain on l", "groin fine"]),
        ("Limited Int. Rotation", ["limited int rotation"]),
        ("LIMITED INT. ROT.", ["limited int rot"]),
        ("hip i.a. steroid p.o. Gait normal", ["hip i a steroid p o", "gait normal"]),
        ("via.b. next", ["via b", "next"]),
        ("pain on int. Gait normal", ["pain on int", "gait normal"]),
        ("one. two; three\nFour\n\nfive", ["one", "two", "three", "four", "five"]),
        ("no groin\npain", ["no groin pain"]),
        ("? tear", ["? tear"]),
        ("tear? pain", [f"tear {TRAILING_QUESTION}", "pain"]),
        (" . ; \n", []),
    ],
)
def test_sentences_and_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_how_each_sentence_ends() -> None:
    ends = [sentence.ending for sentence in split_sentences("a. b; c\nD\n\ne", SHORT)]
    assert ends == [STOP, CLAUSE, LINE, PARAGRAPH, PARAGRAPH]


def test_an_empty_line_ends_a_paragraph_also_behind_a_line_of_a_full_stop_alone() -> None:
    assert [one.ending for one in split_sentences("advised for\n.\n\nLeft groin pain", SHORT)] == [PARAGRAPH, PARAGRAPH]


def test_a_sentence_that_is_too_long_continues_in_the_next() -> None:
    sentences = split_sentences("word " * 450, SHORT)
    assert [len(sentence.words) for sentence in sentences] == [200, 200, 50]
    assert [sentence.ending for sentence in sentences] == [TRUNCATED, TRUNCATED, PARAGRAPH]


def test_a_phrase_is_split_like_a_text() -> None:
    assert normalize_phrase("Patrick's test (R/O)") == "patricks test ( r / o )"
    assert normalize_phrase(TRAILING_QUESTION) == TRAILING_QUESTION


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "numb [N]": ["numb", "[-]"],
        "numb [ no ]": ["numb", "[-]"],
        "numb [Y]": ["numb", "[x]"],
        "numb \u2717": ["numb", "[-]"],
        "( ) numb (x) weak": ["[]", "numb", "[x]", "weak"],
        "numb ____": ["numb", "[_]"],
        "numb *** weak ***": ["numb", "[_]", "weak", "[_]"],
        "numb: ...": ["numb", ":", "[_]"],
        "***numb***": ["numb"],
    }.items(),
)
def test_marks_of_forms_are_words(text: str, words: list[str]) -> None:
    assert list(split_sentences(text, frozenset())[0].words) == words
