"""Phrases as trees of words that are built when a text first holds them."""

import pytest

from cds_service.narrative.words.lexicon import LexiconEntry
from cds_service.narrative.words.phrase_tree import PhraseTree

ENTRY = LexiconEntry(surroundings=frozenset({"any"}))
ENTRIES = {
    "hip": ENTRY,
    "hip pain": ENTRY,
    "hip pain at night": ENTRY,
    "hips": ENTRY,
    "back of the thigh": ENTRY,
    "ir": ENTRY._replace(written=("IR",)),
}


def found(text: str, at: int = 0) -> tuple[int, str] | None:
    """Return how many words the longest phrase at a word has, and the phrase."""
    words = text.lower().split()
    longest = PhraseTree(ENTRIES, ENTRIES).longest(words, at, text.split(), range(len(words)))
    return (longest[0], longest[1].text) if longest else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hip", (1, "hip")),
        ("hip pain at rest", (2, "hip pain")),
        ("hip pain at night", (4, "hip pain at night")),
        ("hips ache", (1, "hips")),
        ("back of the neck", None),
        ("IR limited", (1, "ir")),
        ("ir limited here", None),
    ],
)
def test_the_longest_phrase_counts_as_it_is_written(text: str, expected: tuple[int, str] | None) -> None:
    assert found(text) == expected


def test_a_word_is_built_once_and_known_to_stand_alone() -> None:
    tree = PhraseTree(ENTRIES, ENTRIES)
    assert not tree.alone
    first, again = (tree.longest(["hips"], 0, ["hips"], range(1)) for _ in range(2))
    assert first
    assert again
    assert first[1] is again[1] is tree.alone["hips"]
    tree.longest(["hip"], 0, ["hip"], range(1))
    tree.longest(["ir"], 0, ["IR"], range(1))
    assert tree.alone.keys() == {"hips"}


def test_phrases_that_are_left_out_are_not_found() -> None:
    tree = PhraseTree(ENTRIES, ["hip"])
    assert tree.longest(["hip", "pain"], 0, ["hip", "pain"], range(2)) == (1, tree.alone["hip"])
    assert tree.longest(["hips"], 0, ["hips"], [0]) is None


def test_every_phrase_is_found_where_phrases_overlap() -> None:
    words = ["no", "hip", "pain", "at", "night", "in", "hips"]
    assert list(PhraseTree(ENTRIES, ENTRIES).every(words)) == [(1, 2), (1, 3), (1, 5), (6, 7)]
