"""Find the content's phrases in a sentence: the longest that begins at each word."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import combine_sides
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.sites import SiteComposer
from cds_service.narrative.words.items import Item, Role, Row, build_bare_item, build_item
from cds_service.narrative.words.lexicon import Lexicon, LexiconEntry
from cds_service.narrative.words.phrase_tree import PhraseTree
from cds_service.narrative.words.side_words import is_no_side
from cds_service.narrative.words.tokenizer import Sentence
from cds_service.narrative.words.traits import SIDE

_NOTHING: Final = LexiconEntry()
_THE = "the"
_COLON, _BACK = ":", "back"
_ANSWER = 2  # words: the colon and the answer
_UNPARTED = frozenset({_COLON, "+", "-"})  # a side inside what they begin parts it: "right - nil", "AJ + R ++"


class _Sides(NamedTuple):
    """A sentence without its sides: the words that are left, where each stands, and the sides before each of them."""

    words: Sequence[str]
    places: Sequence[int]
    before: Mapping[int, list[tuple[int, Item]]]


class PhraseFinder:
    """Finds the content's phrases as whole words. Created once and never changed, so it is safe to share."""

    def __init__(self, narrative: Lexicon) -> None:
        entries = narrative.entries
        sides = {phrase: entry for phrase, entry in entries.items() if entry.side or entry == _NOTHING}
        one_word = {phrase for phrase, entry in sides.items() if entry.side and " " not in phrase}
        # The R in "R/O" is not a side.
        guards = {
            phrase: _NOTHING for phrase in entries if phrase not in sides and not one_word.isdisjoint(phrase.split(" "))
        }
        self._composer = SiteComposer(narrative.frames.get(sites.NAME, {}))
        guarded = sides | guards
        self._sides = PhraseTree(guarded, guarded)
        self._phrases = PhraseTree(entries, (phrase for phrase in entries if phrase not in sides))
        self._added: dict[str, Item] = {}
        self._answers = narrative.answers
        self._misspellings = narrative.misspellings

    def extended(self, entries: Mapping[str, LexiconEntry]) -> "PhraseFinder":
        """Return a finder that knows these single words too. It shares all else with this one."""
        finder = copy(self)
        finder._added = {word: build_item(word, entry) for word, entry in entries.items()}
        return finder

    def items(self, sentence: Sentence) -> Row:
        """Return the items. Sides are removed first: "back of the left thigh" is a left "back of the thigh"."""
        if not self._misspellings.keys().isdisjoint(sentence.words):
            sentence = sentence.respelt(self._misspellings)
        words, places, before = self._without_sides(sentence)
        items: list[Item] = []
        firsts: list[int] = []
        place, end = 0, len(words)
        alone, starts, added = self._phrases.alone, self._phrases.starts, self._added
        while place < end:
            if place in before:
                _add_sides(items, firsts, before[place])
            word = words[place]
            length, item = 1, alone.get(word)
            if item is None and word in starts:
                length, item = self._longest(sentence, words, places, place)
            elif item is None:
                item = added.get(word) or build_bare_item(word)
            if (
                before
                and length > 1
                and word in _UNPARTED
                and any(at in before for at in range(place + 1, place + length))
            ):
                length, item = 1, self._longest(sentence, [word], places, 0)[1]
            if before and length > 1:
                inside = [at for at in range(place + 1, place + length) if at in before]
                if len(inside) > 1:  # "no foot drop left, right foot drop" is no phrase for both
                    length, item = self._longest(sentence, words[: inside[1]], places, place)
                item = _with_sides(
                    item, [one for at in range(place + 1, place + length) for _, one in before.get(at, ())]
                )
            items.append(item)
            firsts.append(places[place])
            place += length
        _add_sides(items, firsts, before.get(place, ()))
        return self._composer.compose(Row(sentence, items, firsts))

    def _longest(self, sentence: Sentence, words: Sequence[str], places: Sequence[int], place: int) -> tuple[int, Item]:
        found = self._phrases.longest(words, place, sentence.spellings, places)
        if found and found[0] > 1 and _is_answered(words, place + found[0], self._answers):
            # "problems:" asserts what it leads to
            found = self._phrases.longest(words[:-_ANSWER], place, sentence.spellings, places)
        if found and found[0] > 1 and words[place + found[0] - 1] == _BACK and found[1].entry.saying is None:
            found = self._without_back(found, sentence, words, places, place)
        return found or (1, self._added.get(words[place]) or build_bare_item(words[place]))

    def _without_back(
        self, found: tuple[int, Item], sentence: Sentence, words: Sequence[str], places: Sequence[int], place: int
    ) -> tuple[int, Item] | None:
        """Return a phrase without its last word where that is of a pain: "now back pain", but not "now back"."""
        last = place + found[0] - 1
        is_last = last + 1 == len(words)
        behind = None if is_last else self._phrases.longest(words, last + 1, sentence.spellings, places)
        if behind is None or behind[1].role is not Role.PAIN_WORD:
            return found
        return self._phrases.longest(words[:last], place, sentence.spellings, places)

    def _without_sides(self, sentence: Sentence) -> _Sides:
        words = sentence.words
        every = range(len(words))
        if not self._sides.has_any(words):
            return _Sides(words, every, {})
        kept: list[int] = []
        before: dict[int, list[tuple[int, Item]]] = {}
        place, end = 0, len(words)
        while place < end:
            begins = words[place] in self._sides.starts  # as few words do
            found = self._sides.longest(words, place, sentence.spellings, every) if begins else None
            if found is None:
                kept.append(place)
                place += 1
                continue
            length, item = found
            if length > 1 and not item.entry.side and place and words[place - 1] == _THE:
                alone = self._sides.longest(words[: place + 1], place, sentence.spellings, every)
                length, item = alone or (length, item)  # "on the left with", not "left with"
            if item.entry.side and is_no_side(words, place):
                pass  # dropped
            elif item.entry.side:
                before.setdefault(len(kept), []).append((place, item))
            else:
                kept += range(place, place + length)
            place += length
        return _Sides([words[at] for at in kept], kept, before) if len(kept) < len(words) else _Sides(words, every, {})


def _is_answered(words: Sequence[str], end: int, answers: Mapping[str, FindingValue]) -> bool:
    """Return whether nothing but an answer stands behind a phrase that ends in a colon: "bladder problems: no"."""
    return end + 1 == len(words) and words[end - 1] == _COLON and words[end] in answers


def _add_sides(items: list[Item], firsts: list[int], sides: Iterable[tuple[int, Item]]) -> None:
    for first, item in sides:
        items.append(item)
        firsts.append(first)


def _with_sides(item: Item, sides: Sequence[Item]) -> Item:
    if not sides:
        return item
    side = combine_sides(one.entry.side for one in sides if one.entry.side)
    return item._replace(side=side, traits=item.traits | SIDE)
