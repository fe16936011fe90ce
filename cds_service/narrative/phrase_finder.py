"""Find the content's phrases in a sentence, in one pass."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import ahocorasick

from cds_service.model.sides import combine_sides
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Row, build_bare_item, build_item
from cds_service.narrative.lexicon import Lexicon, LexiconEntry
from cds_service.narrative.tokenizer import Sentence

_SHORT = 2  # letters
_Found: TypeAlias = dict[int, tuple[int, Item]]  # by the place of the first word: the number of words, and the item


class PhraseFinder:
    """Finds the content's phrases as whole words. Created once and never changed, so it is safe to share."""

    def __init__(self, narrative: Lexicon) -> None:
        entries = narrative.entries
        sides = {phrase: entry for phrase, entry in entries.items() if entry.side or entry == LexiconEntry()}
        one_word = {phrase for phrase, entry in sides.items() if entry.side and " " not in phrase}
        # The R in "R/O" is not a side.
        guards = {
            phrase: LexiconEntry() for phrase in entries if phrase not in sides and one_word & set(phrase.split())
        }
        self._sides = _automaton(sides | guards)
        self._firsts = frozenset(phrase.partition(" ")[0] for phrase in sides)
        self._phrases = _automaton({phrase: entry for phrase, entry in entries.items() if phrase not in sides})

    def items(self, sentence: Sentence) -> Row:
        """Return the items. Sides are removed first: "back of the left thigh" is a left "back of the thigh"."""
        words, kept, sides = self._without_sides(sentence)
        longest = _longest(self._phrases, words, [sentence.spellings[at] for at in kept])
        row = Row(sentence)
        place = 0
        while place < len(words):
            if place in sides:
                _add_sides(row, sides[place])
            found = longest.get(place)
            if found is None:
                row.add(build_bare_item(words[place]), kept[place])
                place += 1
                continue
            length, item = found
            inside = [side for at in range(place + 1, place + length) for _, side in sides.get(at, ())]
            side = combine_sides(one.entry.side for one in inside if one.entry.side)
            row.add(item._replace(side=side) if inside else item, kept[place])
            place += length
        _add_sides(row, sides.get(place, ()))
        return row

    def _without_sides(
        self, sentence: Sentence
    ) -> tuple[Sequence[str], Sequence[int], dict[int, list[tuple[int, Item]]]]:
        """Return the words that are no sides, where each stands, and the sides by the kept word behind them."""
        found = {} if self._firsts.isdisjoint(sentence.words) else _longest(self._sides, *sentence[:2])
        if not found:
            return sentence.words, range(len(sentence.words)), {}
        kept: list[int] = []
        sides: dict[int, list[tuple[int, Item]]] = {}
        place = 0
        while place < len(sentence.words):
            length, item = found.get(place) or (1, UNKNOWN_ITEM)
            if item.entry.side:
                sides.setdefault(len(kept), []).append((place, item))
            else:
                kept += range(place, place + length)
            place += length
        return [sentence.words[at] for at in kept], kept, sides


def _add_sides(row: Row, sides: Sequence[tuple[int, Item]]) -> None:
    for first, item in sides:
        row.add(item, first)


def _automaton(entries: Mapping[str, LexiconEntry]) -> ahocorasick.Automaton:
    made = ahocorasick.Automaton()
    models: dict[int, Item] = {}  # phrases share their entries
    for phrase, entry in entries.items():
        model = models.get(id(entry)) or models.setdefault(id(entry), build_item(phrase, entry))
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
