"""A sentence as a sequence of items: the content's phrases, longest first, the sides, and unknown words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

import ahocorasick

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.lexicon import Lexicon, LexiconEntry, Mark
from cds_service.narrative.tokenizer import Sentence


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


_BY_MARK = (
    (frozenset({Mark.PAIN}), Role.PAIN_WORD),
    (frozenset({Mark.ELSEWHERE}), Role.ELSEWHERE),
    (frozenset({Mark.RUN, Mark.RUN_BY_ITSELF}), Role.RUN),
    (frozenset({Mark.LIST, Mark.JOINED}), Role.LIST),
    (frozenset({Mark.LINK}), Role.BRIDGE),
)
_NUMBER = LexiconEntry(marks=frozenset({Mark.LINK}))  # "at 40", "3/5": a number never breaks a connection
_UNKNOWN = LexiconEntry()
_SHORT = 2  # letters
_YEAR = re.compile(r"(19|20)[0-9]{2}s?")  # "in the 1990s" too


class Item(NamedTuple):
    """A phrase with everything it may mean, and the side inside it. `text` is in lower case."""

    text: str
    entry: LexiconEntry
    role: Role
    side: Side = Side.UNSTATED
    is_unknown: bool = False  # it means nothing by itself
    year: int = 0

    def is_marked(self, *marks: Mark) -> bool:
        """Return whether it is one of these kinds of function word."""
        return not self.entry.marks.isdisjoint(marks)

    @property
    def is_side(self) -> bool:
        """Return whether it is only a side."""
        return self.entry.side is not None


def _role(entry: LexiconEntry) -> Role:
    saying = entry.saying
    if saying and saying.is_pain and not saying.is_denial:
        return Role.PLACE if saying.is_site else Role.PAIN
    if entry.side:
        return Role.BRIDGE
    return next((role for marks, role in _BY_MARK if marks & entry.marks), Role.BREAK)


def _item(text: str, entry: LexiconEntry) -> Item:
    return Item(text, entry, _role(entry), is_unknown=replace(entry, surroundings=_UNKNOWN.surroundings) == _UNKNOWN)


NUMBER: Final = "number"
_NUMBER_ITEM, _UNKNOWN_ITEM = _item(NUMBER, _NUMBER), _item("word", _UNKNOWN)
_SIDES = {side: _item(side.value, LexiconEntry(side=side)) for side in Side}
_Found: TypeAlias = dict[int, tuple[int, Item]]  # by the place of the first word: the number of words, and the item


def _bare_item(word: str) -> Item:
    """Return the item of a word that is in no list: a year, another number, or an unknown word."""
    if not word[0].isdecimal():
        return _UNKNOWN_ITEM
    if _YEAR.fullmatch(word):
        return _NUMBER_ITEM._replace(year=int(word[:4]))
    return _NUMBER_ITEM if word.isdecimal() else _UNKNOWN_ITEM


class PhraseFinder:
    """Finds the content's phrases as whole words. Created once and never changed, so it is safe to share."""

    def __init__(self, narrative: Lexicon) -> None:
        entries = narrative.entries
        sides = {phrase: entry for phrase, entry in entries.items() if entry.side or entry == _UNKNOWN}
        one_word = {phrase for phrase, entry in sides.items() if entry.side and " " not in phrase}
        # The R in "R/O" is not a side.
        guards = {
            phrase: LexiconEntry() for phrase in entries if phrase not in sides and one_word & set(phrase.split())
        }
        self._sides = _automaton(sides | guards)
        self._firsts = frozenset(phrase.partition(" ")[0] for phrase in sides)
        self._phrases = _automaton({phrase: entry for phrase, entry in entries.items() if phrase not in sides})

    def items(self, sentence: Sentence) -> list[Item]:
        """Return the items. Sides are removed first: "back of the left thigh" is a left "back of the thigh"."""
        words, written, sides = self._without_sides(sentence)
        longest = _longest(self._phrases, words, written)
        row: list[Item] = []
        place = 0
        while place < len(words):
            if place in sides:
                row += sides[place]
            found = longest.get(place)
            if found is None:
                row.append(_bare_item(words[place]))
                place += 1
                continue
            length, item = found
            inside = [one.entry.side for at in range(place + 1, place + length) if at in sides for one in sides[at]]
            row.append(item._replace(side=combine_sides(one for one in inside if one)) if inside else item)
            place += length
        return row + sides.get(place, [])

    def _without_sides(self, sentence: Sentence) -> tuple[Sequence[str], Sequence[str], dict[int, list[Item]]]:
        found = {} if self._firsts.isdisjoint(sentence.words) else _longest(self._sides, *sentence[:2])
        if not found:
            return sentence.words, sentence.spellings, {}
        words: list[str] = []
        written: list[str] = []
        sides: dict[int, list[Item]] = {}
        place = 0
        while place < len(sentence.words):
            length, item = found.get(place) or (1, _UNKNOWN_ITEM)
            if item.entry.side:
                sides.setdefault(len(words), []).append(_SIDES[item.entry.side])
            else:
                words += sentence.words[place : place + length]
                written += sentence.spellings[place : place + length]
            place += length
        return words, written, sides


def _automaton(entries: Mapping[str, LexiconEntry]) -> ahocorasick.Automaton:
    made = ahocorasick.Automaton()
    models: dict[int, Item] = {}  # phrases share their entries
    for phrase, entry in entries.items():
        model = models.get(id(entry)) or models.setdefault(id(entry), _item(phrase, entry))
        made.add_word(f" {phrase} ", (phrase.count(" ") + 1, model._replace(text=phrase)))
    made.make_automaton()
    return made


def _longest(automaton: ahocorasick.Automaton, words: Sequence[str], written: Sequence[str]) -> _Found:
    """Return the longest phrase that begins at each word."""
    text = f" {' '.join(words)} "
    longest: _Found = {}
    for end, found in automaton.iter(text):
        start = text.count(" ", 0, end) - found[0]
        if start in longest and longest[start][0] >= found[0]:
            continue
        wanted = found[1].entry.written
        if wanted is None or _is_as_written(wanted, written, start):
            longest[start] = found
    return longest


def _is_as_written(wanted: tuple[str, ...], written: Sequence[str], start: int) -> bool:
    """Return whether the capitals match. They mean nothing in a text that is all capitals, but for "R/O" and "?"."""
    if tuple(written[start : start + len(wanted)]) != wanted:
        return False
    others = (*written[:start], *written[start + len(wanted) :])
    is_alone = all(len(word) <= _SHORT or not word.isalpha() for word in others)
    return is_alone or any(word != word.upper() for word in written)
