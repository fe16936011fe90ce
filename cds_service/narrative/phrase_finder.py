"""Find the content's phrases in a sentence: the longest that begins at each word."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from cds_service.model.sides import combine_sides
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.sites import SiteComposer
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Row, build_bare_item, build_item
from cds_service.narrative.lexicon import Lexicon, LexiconEntry
from cds_service.narrative.phrase_tree import PhraseTree
from cds_service.narrative.tokenizer import Sentence
from cds_service.narrative.traits import SIDE

_RIGHT = "right"
_BEHIND_ADVERB = frozenset(
    {
        "in", "over", "at", "through", "across", "along", "around", "into", "up", "round", "under", "where", "behind",
        "next", "beside", "above", "below", "from", "inside", "there", "here",
    }
)  # fmt: skip
_BEFORE_SIDE = frozenset({"", "the", "on", "(", ":", "-", "/", "and", "or", "left", "both"})


class _Sides(NamedTuple):
    """A sentence without its sides: the words that are left, where each stands, and the sides before each of them."""

    words: Sequence[str]
    places: Sequence[int]
    before: Mapping[int, list[tuple[int, Item]]]


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
        self._composer = SiteComposer(narrative.frames.get(sites.NAME, {}))
        guarded = sides | guards
        self._sides = PhraseTree(guarded, guarded)
        self._phrases = PhraseTree(entries, (phrase for phrase in entries if phrase not in sides))
        self._alone = self._phrases.alone
        self._added: dict[str, Item] = {}

    def extended(self, entries: Mapping[str, LexiconEntry]) -> "PhraseFinder":
        """Return a finder that knows these single words too. It shares all else with this one."""
        finder = copy(self)
        finder._added = {word: build_item(word, entry) for word, entry in entries.items()}
        return finder

    def items(self, sentence: Sentence) -> Row:
        """Return the items. Sides are removed first: "back of the left thigh" is a left "back of the thigh"."""
        words, places, before = self._without_sides(sentence)
        items: list[Item] = []
        firsts: list[int] = []
        place, end = 0, len(words)
        while place < end:
            if place in before:
                _add_sides(items, firsts, before[place])
            word = words[place]
            length, item = 1, self._alone.get(word)
            if item is None:
                length, item = self._longest(sentence, words, places, place)
            if before and length > 1:
                item = _with_sides(
                    item, [one for at in range(place + 1, place + length) for _, one in before.get(at, ())]
                )
            items.append(item)
            firsts.append(places[place])
            place += length
        _add_sides(items, firsts, before.get(place, ()))
        return self._composer.compose(Row(sentence, items, firsts))

    def _longest(self, sentence: Sentence, words: Sequence[str], places: Sequence[int], place: int) -> tuple[int, Item]:
        word = words[place]
        found = None
        if self._phrases.begins(word):
            found = self._phrases.longest(words, place, sentence.spellings, places)
        return found or (1, self._added.get(word) or build_bare_item(word))

    def _without_sides(self, sentence: Sentence) -> _Sides:
        words = sentence.words
        every = range(len(words))
        if not self._sides.has_any(words):
            return _Sides(words, every, {})
        kept: list[int] = []
        before: dict[int, list[tuple[int, Item]]] = {}
        place, end = 0, len(words)
        while place < end:
            if not self._sides.begins(words[place]):
                kept.append(place)
                place += 1
                continue
            found = self._sides.longest(words, place, sentence.spellings, every)
            length, item = found or (1, UNKNOWN_ITEM)
            if item.entry.side and _is_adverb(words, place):
                pass  # dropped
            elif item.entry.side:
                before.setdefault(len(kept), []).append((place, item))
            else:
                kept += range(place, place + length)
            place += length
        return _Sides([words[at] for at in kept], kept, before) if len(kept) < len(words) else _Sides(words, every, {})


def _is_adverb(words: Sequence[str], place: int) -> bool:
    """Return whether "right" is no side: "pain right in the groin", but "on the right in the groin"."""
    if words[place] != _RIGHT or place + 1 >= len(words) or words[place + 1] not in _BEHIND_ADVERB:
        return False
    before = words[place - 1] if place else ""
    is_number = place + 2 < len(words) and words[place + 2][0].isdecimal()
    return before not in _BEFORE_SIDE and not is_number


def _add_sides(items: list[Item], firsts: list[int], sides: Iterable[tuple[int, Item]]) -> None:
    for first, item in sides:
        items.append(item)
        firsts.append(first)


def _with_sides(item: Item, sides: Sequence[Item]) -> Item:
    if not sides:
        return item
    side = combine_sides(one.entry.side for one in sides if one.entry.side)
    return item._replace(side=side, traits=item.traits | SIDE)
