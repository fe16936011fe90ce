"""What small words are to every frame of the examination: sides, lists, links, and breaks between statements."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.partings import PARTING, PARTINGS
from cds_service.narrative.frames.tokens import ASKED, BOTH_WORD, BREAK, SEPARATOR, SIDES, Token
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Row
from cds_service.narrative.lexicon import LexiconEntry, Mark

NOT: Final = frozenset({"not", "is not", "are not", "was not", "were not", "never"})
NONE: Final = frozenset({"no", "has no", "without", "with no", "there is no", "had no", "shows no"})
COMPARING: Final = frozenset({"than", "compared to", "compared with", "versus", "vs"})
_SIGNS: Final = NONE | NOT | {"+", "-", "0"}  # a frame may read them, though they name nothing
_LISTS: Final = (Mark.LIST, Mark.JOINED)
_LINKS: Final = frozenset({Mark.LINK, Mark.MOTION})
_BOTH, _EITHER = "both", "either"


def parts_of(row: Row) -> Sequence[Token | None]:
    """Return what the items of a sentence are to all frames of the examination, or ASKED of each."""
    if row.parts is None:
        row.parts = [_part(item) for item in row]
    return row.parts


def _part(item: Item) -> Token | None:
    if item is UNKNOWN_ITEM:
        return BREAK
    if item.text in PARTINGS:
        return PARTING
    entry = item.entry
    if item.number < 0 and _is_plain_link(entry):
        return None
    if item.number >= 0 or entry.concepts or entry.cues or entry.saying or item.text in _SIGNS:
        return ASKED
    return SEPARATOR if item.is_marked(*_LISTS) and not item.is_side else small_part(item)


def small_part(item: Item) -> Token | None:
    """Return what a small word does, or ASKED."""
    if item.text == _EITHER:
        return SIDES[Side.BOTH]
    if item.text in COMPARING:
        return BREAK
    if item.is_side:
        return BOTH_WORD if item.text == _BOTH else SIDES[item.entry.side or Side.UNSTATED]
    return ASKED


def _is_plain_link(entry: LexiconEntry) -> bool:
    """Return whether a word is no more than a link, as most small words are. It is told at once."""
    if not entry.marks or entry.concepts or entry.cues or entry.saying or entry.side:
        return False
    return entry.marks <= _LINKS
