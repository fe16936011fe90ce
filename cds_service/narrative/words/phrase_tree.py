"""The content's phrases as trees of words, each built when a text first holds the word that it begins with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from cds_service.narrative.words.items import Item, build_item
from cds_service.narrative.words.lexicon import LexiconEntry

_SHORT = 2  # letters
_VOWELS: Final = frozenset("AEIOUY")
_END: Final = ""  # the key of the item of a phrase that ends at a node
_Node: TypeAlias = dict[str, Any]  # by the next word the node behind it, or the item where no phrase goes on


class PhraseTree:
    """Finds phrases. Most words of the content are in no text that a process reads, and cost it nothing.

    Threads may share it: two that meet build the same branch. `starts`: the words that begin a phrase. `alone`: those
    met so far that begin no longer one, and count in any spelling.
    """

    def __init__(self, entries: Mapping[str, LexiconEntry], phrases: Iterable[str]) -> None:
        """Prepare these phrases of the entries."""
        self._entries = entries
        self._phrases = sorted(phrases)  # a space comes before all letters, so those of one first word are together
        places = range(len(self._phrases))
        self.starts = {self._phrases[at].partition(" ")[0]: at for at in reversed(places)}  # the first of each word
        self._built: dict[str, _Node | Item] = {}
        self._models: dict[int, Item] = {}  # phrases share their entries
        self.alone: dict[str, Item] = {}

    def has_any(self, words: Sequence[str]) -> bool:
        """Return whether a phrase may begin in a sentence."""
        return not self.starts.keys().isdisjoint(words)

    def longest(
        self, words: Sequence[str], place: int, spellings: Sequence[str], places: Sequence[int]
    ) -> tuple[int, Item] | None:
        """Return the longest phrase that begins at a word: its number of words, and its item."""
        first = words[place]
        node: Any = self._built.get(first)
        if node is None:
            if first not in self.starts:
                return None
            node = self._build(first)
        found: tuple[int, Item] | None = None
        end, count = place + 1, len(words)
        while node is not None:
            item = node.get(_END) if type(node) is dict else node
            if item is not None and (item.entry.written is None or _is_as_written(item, spellings, places[place:end])):
                found = end - place, item
            if node is item or end == count:
                break
            node = node.get(words[end])
            end += 1
        return found

    def every(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield the first word of each phrase of a sentence, in any spelling, and the word behind it."""
        for place, word in enumerate(words):
            node = self._branch(word) if word in self.starts else None
            end = place + 1
            while node is not None:
                if isinstance(node, Item) or _END in node:
                    yield place, end
                node = node.get(words[end]) if isinstance(node, dict) and end < len(words) else None
                end += 1

    def _branch(self, first: str) -> Any:
        node: Any = self._built.get(first)
        return self._build(first) if node is None else node

    def _build(self, first: str) -> _Node | Item:
        """Build the branch of a first word."""
        tree: _Node = {}
        for at in range(self.starts[first], len(self._phrases)):
            phrase = self._phrases[at]
            if phrase != first and not phrase.startswith(f"{first} "):
                break
            *path, last = phrase.split(" ")
            node = tree
            for word in path:
                behind = node.setdefault(word, {})
                if isinstance(behind, Item):
                    behind = node[word] = {_END: behind}
                node = behind
            node[last] = self._item(phrase)
        built: _Node | Item = tree[first]
        if isinstance(built, Item) and built.entry.written is None:
            self.alone[first] = built
        self._built[first] = built
        return built

    def _item(self, phrase: str) -> Item:
        entry = self._entries[phrase]
        model = self._models.get(id(entry)) or self._models.setdefault(id(entry), build_item(phrase, entry))
        return model._replace(text=phrase)


def _is_as_written(item: Item, spellings: Sequence[str], places: Sequence[int]) -> bool:
    """Return whether the capitals match: "New ED" is a "new ED".

    They mean nothing in a text that is all capitals, unless all its words may be short for others: "PMH: AAA".
    """
    written = item.entry.written or ()
    if any(
        spellings[at] != word and not _begins(at, spellings[at], word) for at, word in zip(places, written, strict=True)
    ):
        return False
    others = [word for at, word in enumerate(spellings) if at not in places]
    return all(map(_may_be_short, others)) or any(word != word.upper() for word in spellings)


def _begins(place: int, spelling: str, written: str) -> bool:
    """Return whether a word has its capital because it begins a sentence."""
    return place == 0 and spelling[1:] == written[1:] and spelling.lower() == written


def _may_be_short(word: str) -> bool:
    """Return whether a word in capitals may be short for another: it has two letters, or no vowel."""
    return len(word) <= _SHORT or not word.isalpha() or _VOWELS.isdisjoint(word)
