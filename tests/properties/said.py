"""Sentences made of the content's own words, so that a word which is added is tried too: in every order."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from hypothesis import strategies as st

from cds_service.knowledge import shipped_cards
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.files import load_content_files
from cds_service.narrative.reader import NarrativeReader
from cds_service.narrative.words.tokenizer import normalize_phrase
from tests.shipped import shipped_knowledge

KNOWLEDGE = shipped_knowledge()
READER = NarrativeReader(KNOWLEDGE.narrative, KNOWLEDGE.content.findings)
PHRASES = sorted(KNOWLEDGE.narrative.entries)
SIDES = ("left", "right")
# A pain by itself; a place that is one only next to what is there; and a word that is listed twice (see FLAWS).
NOT_A_PLACE = frozenset({"leg pain", "back", "the back", "her back", "his back", "my back", "back region", "spinal"})
INITIALS = re.compile(r"[a-z]\.[a-z]\.")
Reading = frozenset[tuple[str, str, str]]


class Words(NamedTuple):
    """Words of a frame: of which file and kind, and of which concepts; of all if none is named."""

    frame: str
    kind: str
    concepts: tuple[str, ...] = ()


class Pattern(NamedTuple):
    """What can be said with two words: in each of the orders it is the same."""

    name: str
    what: Words
    other: Words
    orders: tuple[str, ...]


class Said(NamedTuple):
    """The words of one sentence, with what they can be said as."""

    pattern: Pattern
    what: str
    other: str
    side: str

    def sentences(self) -> list[str]:
        """Return the sentence in each of its orders."""
        return [one.format(what=self.what, other=self.other, side=self.side) for one in self.pattern.orders]

    @property
    def is_ambiguous(self) -> bool:
        """Return whether the two words next to each other make another phrase: "hip" and "joint space narrowing"."""
        before, behind = normalize_phrase(self.other).split(), normalize_phrase(self.what).split()
        parts = product(range(len(before)), range(1, len(behind) + 1))
        return any(" ".join(before[start:] + behind[:end]) in KNOWLEDGE.narrative.entries for start, end in parts)


_NAMED = (
    *("{side} {other} {what}", "{what} of the {side} {other}", "{what}, {side} {other}"),
    *("{other} {what}, {side}", "{what} {side} {other}", "{what} ({side} {other})"),
)
_INJECTED = (
    *("{side} {other} {what} injection", "injection of {what} into the {side} {other}"),
    *("injection, {what}, {side} {other}", "{what} injection, {side} {other}", "{side} {other}: {what} injection"),
)
_EXAMINED = ("{what} {other} on the {side}", "{side} {what} {other}", "{what} {side} {other}", "{what} {other}, {side}")
_FELT = ("{what} over the {side} {other}", "{side} {other} {what}", "{what} of the {side} {other}")
_MOVED = ("{what} of the {side} hip {other}", "{what} {other}, {side} hip", "{other} {what} of the {side} hip")
_PLACES = (("anatomy", "joint"), ("disease", "structure"))


def _load_frames() -> Iterator[tuple[str, object]]:
    files = load_content_files(ContentFolder(shipped_cards()))
    assert files
    for file, frame in files.narrative.frames.items():
        yield file.rpartition("/")[2].removesuffix(".toml"), frame


_FILES = dict(_load_frames())
WORDS: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = {name: one.words for name, one in _FILES.items()}  # type: ignore[attr-defined]


def _named_at_a_place(frame: str) -> Iterator[Pattern]:
    """Yield a pattern for each head of a frame and each place at which it is a finding."""
    for head, places in _FILES[frame].reads.items():  # type: ignore[attr-defined]
        if isinstance(places, str) or head not in WORDS[frame][frame]:
            continue
        for place, (file, kind) in product(places, _PLACES):
            if place in WORDS[file][kind]:
                yield Pattern(f"{head} of {place}", Words(frame, frame, (head,)), Words(file, kind, (place,)), _NAMED)


_TOLD = frozenset({"test", "topic"})
_RESULTS = ("results", "result")
NAMED = (*_named_at_a_place("disease"), *_named_at_a_place("act"))
EXAMINED = (
    Pattern(
        "test", Words("test", "test", ("slr", "fadir", "faber")), Words(*_RESULTS, ("positive", "negative")), _EXAMINED
    ),
    Pattern("reflex", Words("reflex", "reflex"), Words(*_RESULTS, ("absent", "reduced", "normal")), _EXAMINED),
    Pattern("strength", Words("strength", "muscle", ("leg",)), Words("results", "grade"), _EXAMINED),
    Pattern("motion", Words("motion", "motion", ("internal",)), Words(*_RESULTS, ("limited",)), _MOVED),
)
FELT = (Pattern("sensation", Words("sensation", "numb"), Words("anatomy", "region", ("leg",)), _FELT),)
INJECTED = (
    Pattern(
        "injection", Words("act", "agent", ("steroid", "biologic")), Words("anatomy", "joint", ("hip",)), _INJECTED
    ),
)


def words_of(words: Words) -> list[str]:
    """Return the words themselves.

    Left out, since they are no matter of order: what a capital makes another word, and initials, which end a sentence
    before a capital.
    """
    concepts = WORDS[words.frame][words.kind]
    named = [word for concept in words.concepts or concepts for word in concepts[concept]]
    return [
        word
        for word in named
        if word == word.lower()
        and word not in NOT_A_PLACE
        and INITIALS.match(word) is None
        and not names_its_test(words, word)
    ]


def names_its_test(words: Words, word: str) -> bool:
    """Return whether a result also names a test or what was examined, of which alone it is one: "pelvis drops"."""
    entry = KNOWLEDGE.narrative.entries.get(normalize_phrase(word))
    return words.kind == "result" and entry is not None and not _TOLD.isdisjoint(entry.concepts)


def said(*patterns: Pattern) -> st.SearchStrategy[Said]:
    """Draw the words of a sentence of one of the patterns."""
    usable = [one for one in patterns if words_of(one.what) and words_of(one.other)]
    return st.sampled_from(usable).flatmap(_said).filter(lambda one: not one.is_ambiguous)


def _said(pattern: Pattern) -> st.SearchStrategy[Said]:
    whats, others = st.sampled_from(words_of(pattern.what)), st.sampled_from(words_of(pattern.other))
    return st.builds(Said, st.just(pattern), whats, others, st.sampled_from(SIDES))


def read(text: str) -> Reading:
    """Return what a text says: finding, value, side."""
    return frozenset((one.finding, one.value.value, one.side.value) for one in READER.read(text).statements)


def present(text: str) -> set[str]:
    """Return the findings that a text states to be present."""
    return {finding for finding, value, _ in read(text) if value == "present"}
