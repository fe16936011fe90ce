"""Find the content's phrases in a sentence: the longest that begins at each word."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, Final, NamedTuple, TypeAlias

from cds_service.model.sides import combine_sides
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.sites import SiteComposer
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Row, build_bare_item, build_item
from cds_service.narrative.lexicon import Lexicon, LexiconEntry
from cds_service.narrative.tokenizer import Sentence
from cds_service.narrative.traits import SIDE

_SHORT = 2  # letters
_END: Final = ""  # the key of the item of a phrase that ends at a node
_Node: TypeAlias = dict[str, Any]  # by the next word the node behind it, or the item where no phrase goes on


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
        self._sides = _build_tree(sides | guards)
        self._phrases = _build_tree({phrase: entry for phrase, entry in entries.items() if phrase not in sides})
        # The words that begin no longer phrase, and count in any spelling.
        self._alone = {
            word: item for word, item in self._phrases.items() if isinstance(item, Item) and item.entry.written is None
        }

    def extended(self, entries: Mapping[str, LexiconEntry]) -> "PhraseFinder":
        """Return a finder that knows these single words too. It shares all else with this one."""
        finder = copy(self)
        finder._phrases = {**self._phrases, **_build_tree(entries)}
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
                found = (
                    _longest(self._phrases, words, place, sentence.spellings, places) if word in self._phrases else None
                )
                length, item = found or (1, build_bare_item(word))
            if before and length > 1:
                item = _with_sides(
                    item, [one for at in range(place + 1, place + length) for _, one in before.get(at, ())]
                )
            items.append(item)
            firsts.append(places[place])
            place += length
        _add_sides(items, firsts, before.get(place, ()))
        return self._composer.compose(Row(sentence, items, firsts))

    def _without_sides(self, sentence: Sentence) -> _Sides:
        words = sentence.words
        every = range(len(words))
        if self._sides.keys().isdisjoint(words):
            return _Sides(words, every, {})
        kept: list[int] = []
        before: dict[int, list[tuple[int, Item]]] = {}
        place, end = 0, len(words)
        while place < end:
            if words[place] not in self._sides:
                kept.append(place)
                place += 1
                continue
            found = _longest(self._sides, words, place, sentence.spellings, every)
            length, item = found or (1, UNKNOWN_ITEM)
            if item.entry.side:
                before.setdefault(len(kept), []).append((place, item))
            else:
                kept += range(place, place + length)
            place += length
        return _Sides([words[at] for at in kept], kept, before) if before else _Sides(words, every, {})


def _add_sides(items: list[Item], firsts: list[int], sides: Iterable[tuple[int, Item]]) -> None:
    for first, item in sides:
        items.append(item)
        firsts.append(first)


def _with_sides(item: Item, sides: Sequence[Item]) -> Item:
    if not sides:
        return item
    side = combine_sides(one.entry.side for one in sides if one.entry.side)
    return item._replace(side=side, traits=item.traits | SIDE)


def _build_tree(entries: Mapping[str, LexiconEntry]) -> _Node:
    tree: _Node = {}
    models: dict[int, Item] = {}  # phrases share their entries
    for phrase, entry in sorted(entries.items()):
        model = models.get(id(entry)) or models.setdefault(id(entry), build_item(phrase, entry))
        *path, last = phrase.split(" ")
        node = tree
        for word in path:
            behind = node.setdefault(word, {})
            if isinstance(behind, Item):
                behind = node[word] = {_END: behind}
            node = behind
        node[last] = model._replace(text=phrase)
    return tree


def _longest(
    tree: _Node, words: Sequence[str], place: int, spellings: Sequence[str], places: Sequence[int]
) -> tuple[int, Item] | None:
    """Return the longest phrase that begins at a word that begins some: its number of words, and its item."""
    node = tree[words[place]]
    found: tuple[int, Item] | None = None
    end = place + 1
    while node is not None:
        item = node if isinstance(node, Item) else node.get(_END)
        if item is not None and (item.entry.written is None or _is_as_written(item, spellings, places[place:end])):
            found = end - place, item
        if node is item or end == len(words):
            break
        node = node.get(words[end])
        end += 1
    return found


def _is_as_written(item: Item, spellings: Sequence[str], places: Sequence[int]) -> bool:
    """Return whether the capitals match. They mean nothing in a text that is all capitals, but for "R/O" and "?"."""
    if tuple(spellings[at] for at in places) != item.entry.written:
        return False
    others = [word for at, word in enumerate(spellings) if at not in places]
    is_alone = all(len(word) <= _SHORT or not word.isalpha() for word in others)
    return is_alone or any(word != word.upper() for word in spellings)
