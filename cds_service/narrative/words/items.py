"""A sentence as a row of items: the content's phrases, longest first, the sides, numbers and unknown words."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple

from cds_service.model.sides import Side
from cds_service.narrative.words.lexicon import LexiconEntry, Mark, PhraseMeaning
from cds_service.narrative.words.tokenizer import Sentence
from cds_service.narrative.words.tokens import Token
from cds_service.narrative.words.traits import PAIN, SAYING, SIDE, traits_of


class Role(Enum):
    """The role of an item for the pain that is being followed."""

    PLACE = "place"
    PAIN = "whole pain"
    PAIN_WORD = "word of pain"
    ELSEWHERE = "elsewhere"
    RUN = "run"
    LIST = "list"
    BRIDGE = "bridge"
    BREAK = "break"  # ends the pain
    __hash__ = object.__hash__


class Item(NamedTuple):
    """A phrase with everything it may mean, and the side inside it. `text` is in lower case.

    `number`: its value, or -1. `year`: a year that it may be, or 0. `is_unknown`: outside frames it means nothing.
    `is_side`: it says a side and nothing that hurts. `traits`: what it has, as bits.
    """

    text: str
    entry: LexiconEntry
    role: Role
    side: Side = Side.UNSTATED
    is_unknown: bool = False
    year: int = 0
    number: int = -1
    is_side: bool = False
    traits: int = 0

    def is_marked(self, *marks: Mark) -> bool:
        """Return whether it is one of these kinds of function word."""
        return not self.entry.marks.isdisjoint(marks)

    def concept(self, kind: str) -> str | None:
        """Return which concept of a kind it names: of the kind "joint" perhaps "hip"."""
        return self.entry.concepts.get(kind)


class Row(list[Item]):
    """The items of a sentence. `kinds`: the places of the items that name a concept of each kind, in order.

    `traits`: what any of them has. A step that looks for what they all lack need not look.
    """

    def __init__(self, sentence: Sentence, items: Sequence[Item], firsts: Sequence[int]) -> None:
        """Build the row of a sentence. `firsts`: the first word of each item."""
        super().__init__(items)
        self.sentence = sentence
        self.firsts = firsts
        self.parts: list[Token | None] | None = None  # what its words are to the frames of the examination
        self.kinds: dict[str, list[int]] = {}
        self.has_number = self.has_year = False
        kinds, traits = self.kinds, 0
        for place, item in enumerate(items):
            if item is UNKNOWN_ITEM:  # as every second one is
                continue
            traits |= item.traits
            concepts = item.entry.concepts
            if item.number >= 0:
                self.has_number = True
                self.has_year = self.has_year or bool(item.year)
            if concepts:
                for kind in concepts:
                    if kind in kinds:
                        kinds[kind].append(place)
                    else:
                        kinds[kind] = [place]
        self.traits = traits

    def name(self, places: Iterable[int], saying: PhraseMeaning) -> None:
        """Let items that a frame reads together name its finding to what is around them, as a phrase does."""
        for place in places:
            item = self[place]
            if item.entry.saying is None:
                entry, traits = item.entry._replace(saying=saying), item.traits | SAYING
                self[place] = item._replace(entry=entry, is_unknown=False, traits=traits)
                self.traits |= SAYING

    def has(self, traits: int, first: int, end: int) -> bool:
        """Return whether an item from `first` up to `end` has one of these traits."""
        return bool(self.traits & traits) and any(item.traits & traits for item in self[first:end])

    def word(self, place: int) -> str:
        """Return the first word of the item at a place, or an empty text behind the end."""
        return self.sentence.words[self.firsts[place]] if place < len(self) else ""

    def words(self, first: int, last: int) -> tuple[int, int]:
        """Return the first word of the items from `first` to `last`, and the word behind them."""
        end = self.firsts[last + 1] if last + 1 < len(self) else len(self.sentence.words)
        return self.firsts[first], max(end, self.firsts[first] + 1)

    def places(self, first_word: int, end_word: int) -> range:
        """Return the places of the items that begin with one of these words of the sentence."""
        return range(bisect_left(self.firsts, first_word), bisect_left(self.firsts, end_word))

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where the items from `first` to `last` begin and end in the text, in characters."""
        return self.sentence.span(*self.words(first, last))


_BY_MARK = (
    (frozenset({Mark.PAIN}), Role.PAIN_WORD),
    (frozenset({Mark.ELSEWHERE}), Role.ELSEWHERE),
    (frozenset({Mark.RUN, Mark.RUN_BY_ITSELF}), Role.RUN),
    (frozenset({Mark.LIST, Mark.JOINED}), Role.LIST),
    (frozenset({Mark.LINK}), Role.BRIDGE),
)
_PAINS = frozenset({Role.PLACE, Role.PAIN, Role.PAIN_WORD, Role.ELSEWHERE, Role.RUN})
_NUMBER = LexiconEntry(marks=frozenset({Mark.LINK}))  # "at 40", "3/5": a number never breaks a connection
_YEAR = re.compile(r"(19|20)[0-9]{2}s?")  # "in the 1990s" too
_LONGEST_NUMBER = 9  # digits


def build_item(text: str, entry: LexiconEntry) -> Item:
    """Build the item of a phrase. What names concepts alone is an unknown word to all but the frames."""
    item = build_site(text, entry, _role(entry))
    return item._replace(is_unknown=entry.is_silent, is_side=entry.side is not None)


def build_site(text: str, entry: LexiconEntry, role: Role, side: Side = Side.UNSTATED) -> Item:
    """Build the item of a place of pain, or of a pain, with the side inside it."""
    traits = traits_of(entry) | (PAIN if role in _PAINS else 0)
    return Item(text, entry, role, side, traits=traits if side is Side.UNSTATED else traits | SIDE)


def _role(entry: LexiconEntry) -> Role:
    saying = entry.saying
    if entry.side:
        return Role.BRIDGE
    if saying and saying.is_pain and not saying.is_denial:
        return Role.PLACE if saying.is_site else Role.PAIN
    return next((role for marks, role in _BY_MARK if marks & entry.marks), Role.BREAK)


UNKNOWN_ITEM: Final = build_item("word", LexiconEntry())
_NUMBER_ITEM: Final = build_item("number", _NUMBER)
_SMALL_NUMBERS: Final[Mapping[str, Item]] = {
    str(number): _NUMBER_ITEM._replace(text=str(number), number=number) for number in range(400)
}


# "In the 90s".
_DECADES: Final[Mapping[str, Item]] = {
    f"{decade}0s": _NUMBER_ITEM._replace(text=f"{decade}0s", year=1900 + decade * 10, number=1900 + decade * 10)
    for decade in range(4, 10)
}


def build_bare_item(word: str) -> Item:
    """Build the item of a word that is in no list: a year, another number, or an unknown word."""
    if not word[0].isdecimal():
        return UNKNOWN_ITEM
    known = _SMALL_NUMBERS.get(word) or _DECADES.get(word)
    if known:
        return known
    if _YEAR.fullmatch(word):
        return _NUMBER_ITEM._replace(text=word, year=int(word[:4]), number=int(word[:4]))
    if word.isdecimal() and len(word) <= _LONGEST_NUMBER:
        return _NUMBER_ITEM._replace(text=word, number=int(word))
    return _NUMBER_ITEM if word.isdecimal() else UNKNOWN_ITEM
