"""The words of which a text has to hold one to name anything that may be a finding."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.frames import sites
from cds_service.narrative.frames.all_frames import FRAMES
from cds_service.narrative.words.lexicon import Lexicon, LexiconEntry

# Of these a sentence is read, or a place of pain composed.
_KINDS: Final = frozenset(kind for frame in FRAMES for kind in frame.heads) | {sites.REGION, sites.ASPECT}
_NO_ENTRY: Final = LexiconEntry()
# The readers of forms write them where a text does not have them.
_WRITTEN: Final = frozenset({"left", "right", "l", "r", "yes", "no", "y", "n", "any"})
# Common in the names of a chart: any other word of a phrase tells more.
_COMMON: Final = frozenset(
    {
        "acute", "blood", "chronic", "disease", "disorder", "examination", "first", "history", "injection", "oral",
        "primary", "procedure", "risk", "therapy", "treatment", "type", "viral",
    }
)  # fmt: skip


class NamingWords:
    """Tells which texts name nothing. Created once and never changed, so it is safe to share."""

    def __init__(self, narrative: Lexicon) -> None:
        phrases = list(naming_phrases(narrative))
        words = {phrase for phrase in phrases if " " not in phrase}
        others = [parts for phrase in phrases if words.isdisjoint(parts := phrase.split(" "))]
        for parts in sorted(others, key=len):
            if words.isdisjoint(parts):
                words.add(max(parts, key=lambda word: _tells(word, narrative)))
        words |= {misspelt for misspelt, meant in narrative.misspellings.items() if meant in words}
        self._words = frozenset(words)

    def any_of(self, words: Sequence[str]) -> bool:
        """Return whether the words of a plain text may name anything."""
        return not self._words.isdisjoint(words)


def naming_phrases(narrative: Lexicon) -> Iterator[str]:
    """Yield the phrases that name something, or that a frame or a place of pain is read by."""
    naming: dict[int, bool] = {}  # phrases share their entries
    for phrase, entry in narrative.entries.items():
        is_naming = naming.get(id(entry))
        if is_naming is None:
            is_naming = naming[id(entry)] = _names(entry)
        if is_naming:
            yield phrase


def _names(entry: LexiconEntry) -> bool:
    return entry.saying is not None or not _KINDS.isdisjoint(entry.concepts)


def _tells(word: str, narrative: Lexicon) -> tuple[bool, bool, int, str]:
    """Return how much a word tells of a phrase: a mark least, then what forms write, then numbers and common words."""
    entry = narrative.entries.get(word, _NO_ENTRY)
    is_small = word.isdecimal() or word in _COMMON or bool(entry.marks or entry.cues)
    return word.isalnum() and word not in _WRITTEN, not is_small, len(word), word
