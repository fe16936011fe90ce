"""Collect the entries of the lexicon."""

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from cds_service.knowledge.content_folder import ContentFolder
from cds_service.narrative.words.lexicon import LexiconEntry
from cds_service.narrative.words.tokenizer import normalize_phrase

_EMPTY_ENTRY = LexiconEntry()
_SIGN: Final = re.compile("([/&])")  # a word of its own: "T&O"


class EntryCollector:
    """Collects the lexicon's entries. A phrase that is in several lists gets the meanings of all of them."""

    def __init__(self, folder: ContentFolder) -> None:
        self.folder = folder
        self.entries: dict[str, LexiconEntry] = {}

    def records(self, phrase: str, finding: str) -> bool:
        """Return whether a phrase stands for this finding already."""
        known = self.entries.get(normalize_phrase(phrase))
        return bool(known and known.saying and known.saying.records == (finding,))

    def add(self, file: str, key: str, phrases: Iterable[str], entry: LexiconEntry) -> None:
        """Add the meaning `entry` to phrases. A phrase that names a finding may not be in any other list."""
        for phrase in phrases:
            name = normalize_phrase(phrase)
            known = self.entries.get(name)
            if known is None and name and entry.written is None:
                self.entries[name] = entry  # as nearly all: one entry for all phrases of a list
                continue
            if known and any(known.concepts.get(kind, one) != one for kind, one in entry.concepts.items()):
                self.folder.add_problem(file, key, f"{phrase!r} is another word of the same kind too")
            if not name:
                self.folder.add_problem(file, key, f"{phrase!r} contains no word")
            elif known and (known.saying or entry.saying) and not entry.concepts:
                self.folder.add_problem(file, key, f"{phrase!r} names a finding, so it may not be listed elsewhere")
            else:
                written = tuple(_SIGN.sub(r" \1 ", phrase).split()) if entry.written is not None else None
                self.entries[name] = _merge_entries(known or _EMPTY_ENTRY, entry._replace(written=written))

    def add_cased(self, file: str, key: str, phrases: Iterable[str], entry: LexiconEntry) -> None:
        """Add phrases that count only as written. None may mean something else in lower case."""
        for phrase in phrases:
            known = self.entries.get(normalize_phrase(phrase))
            if known and not (known.is_silent and known.surroundings):
                self.folder.add_problem(file, key, f"{phrase!r} means something else in lower case")
            else:
                self.add(file, key, (phrase,), entry._replace(written=()))

    def surround(self, words: Iterable[str], name: str) -> None:
        """Add that words show what a finding near them is about, whatever else they mean."""
        for word in map(normalize_phrase, words):
            known = self.entries.get(word, _EMPTY_ENTRY)
            self.entries[word] = known._replace(surroundings=known.surroundings | {name})


def _merge_entries(known: LexiconEntry, added: LexiconEntry) -> LexiconEntry:
    return LexiconEntry(
        saying=known.saying
        or (None if known.side else added.saying),  # "RLE" says a side, and only then where it hurts
        cues=known.cues + added.cues,
        marks=known.marks | added.marks,
        side=known.side or added.side,
        qualifiers={**known.qualifiers, **added.qualifiers},
        written=added.written or known.written,
        surroundings=known.surroundings | added.surroundings,
        concepts=MappingProxyType({**known.concepts, **added.concepts}),
    )
