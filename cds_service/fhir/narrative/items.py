"""A sentence as a row of items: the content's phrases, longest first, the sides, and words that mean nothing here."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import ahocorasick

from cds_service.logic.narrative import Entry, Mark, Narrative
from cds_service.logic.sides import Side, union
from cds_service.logic.spelling import Sentence

_NUMBER = Entry(marks=frozenset({Mark.LINK}))  # "at 40", "3/5": no word that could break what hangs together
_UNKNOWN = Entry()


class Item(NamedTuple):
    """A phrase with all it may mean, and the side that stands inside it; `said` in lower case."""

    said: str
    entry: Entry
    side: Side = Side.UNSTATED

    @property
    def is_unknown(self) -> bool:
        """Whether the word means nothing here."""
        return self.entry is _UNKNOWN

    def is_marked(self, *marks: Mark) -> bool:
        """Whether it is one of these kinds of small word."""
        return not self.entry.marks.isdisjoint(marks)

    @property
    def is_side(self) -> bool:
        """Whether it says a side and nothing else."""
        return self.entry.side is not None


class PhraseFinder:
    """Finds the content's phrases as whole words. Made once; safe to share, since it never changes again."""

    def __init__(self, narrative: Narrative) -> None:
        entries = narrative.entries
        sides = {phrase: entry for phrase, entry in entries.items() if entry.side or entry == _UNKNOWN}
        one_word = {phrase for phrase, entry in sides.items() if entry.side and " " not in phrase}
        # "R/O" begins with no side.
        guards = {phrase: _UNKNOWN for phrase in entries if phrase not in sides and one_word & set(phrase.split())}
        self._sides = _automaton(sides | guards)
        self._phrases = _automaton({phrase: entry for phrase, entry in entries.items() if phrase not in sides})

    def items(self, sentence: Sentence) -> list[Item]:
        """The row. Sides are taken out first: "back of the left thigh" is "back of the thigh", on the left."""
        words, written, sides = self._without_sides(sentence)
        longest = _longest(self._phrases, words, written)
        row: list[Item] = []
        place = 0
        while place < len(words):
            row += _side_items(sides.get(place, ()))
            length, entry = longest.get(place) or (1, _NUMBER if words[place].isdecimal() else _UNKNOWN)
            inside = [one for at in range(place + 1, place + length) for one in sides.get(at, ())]
            row.append(Item(" ".join(words[place : place + length]), entry, union(inside)))
            place += length
        return row + _side_items(sides.get(place, ()))

    def _without_sides(self, sentence: Sentence) -> tuple[list[str], list[str], dict[int, list[Side]]]:
        found = _longest(self._sides, sentence.words, sentence.written)
        words: list[str] = []
        written: list[str] = []
        sides: dict[int, list[Side]] = {}
        place = 0
        while place < len(sentence.words):
            length, entry = found.get(place) or (1, _UNKNOWN)
            if entry.side:
                sides.setdefault(len(words), []).append(entry.side)
            else:
                words += sentence.words[place : place + length]
                written += sentence.written[place : place + length]
            place += length
        return words, written, sides


def _side_items(sides: Iterable[Side]) -> list[Item]:
    return [Item(side.value, Entry(side=side)) for side in sides]


def _automaton(entries: Mapping[str, Entry]) -> ahocorasick.Automaton:
    made = ahocorasick.Automaton()
    for phrase, entry in entries.items():
        made.add_word(f" {phrase} ", (phrase.count(" ") + 1, entry))
    made.make_automaton()
    return made


def _longest(
    automaton: ahocorasick.Automaton, words: Iterable[str], written: Iterable[str]
) -> dict[int, tuple[int, Entry]]:
    """The longest phrase that begins at each word."""
    words, written = tuple(words), tuple(written)
    ends: dict[int, int] = {}
    place = 0
    for number, word in enumerate(words):
        place += len(word) + 1
        ends[place] = number
    longest: dict[int, tuple[int, Entry]] = {}
    for end, (length, entry) in automaton.iter(f" {' '.join(words)} "):
        start = ends[end] - length + 1
        if entry.written is not None and not _is_as_written(entry.written, written, start):
            continue
        if start not in longest or longest[start][0] < length:
            longest[start] = (length, entry)
    return longest


def _is_as_written(wanted: tuple[str, ...], written: tuple[str, ...], start: int) -> bool:
    """Capitals mean something only where not everything is in capitals."""
    is_same = written[start : start + len(wanted)] == wanted
    return is_same and (len(written) == len(wanted) or any(word != word.upper() for word in written))
