"""What small words are to every frame of the examination: sides, lists, links, and breaks between statements."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.partings import PARTING, PARTINGS
from cds_service.narrative.words.items import UNKNOWN_ITEM, Item, Row
from cds_service.narrative.words.lexicon import LexiconEntry, Mark
from cds_service.narrative.words.tokens import AND_WORD, ASKED, BOTH_WORD, BREAK, SEPARATOR, SIDES, SLASH, Token

NOT: Final = frozenset(
    {"not", "is not", "are not", "was not", "were not", "never", "isnt", "arent", "wasnt", "werent", "doesnt", "didnt"}
)
NONE: Final = frozenset({"no", "has no", "without", "with no", "there is no", "had no", "shows no"})
COMPARING: Final = frozenset({"than", "compared to", "compared with", "versus", "vs"})
_SIGNS: Final = NONE | NOT | {"+", "-", "0"}  # a frame may read them, though they name nothing
_LISTS: Final = (Mark.LIST, Mark.JOINED)
_LINKS: Final = frozenset({Mark.LINK, Mark.MOTION})
_BOTH = "both"
_EACH: Final = frozenset({"either", "each"})
_BOTH_IN_SHORT = "b"  # "5/5 B", behind a result alone
_OF_BOTH: Final = frozenset({_BOTH, _BOTH_IN_SHORT})
_RESULTS: Final = ("result", "grade", "reflex-grade", "score")
_EXAMINED: Final = ("test", "reflex", "reflex-place")
_PLACES: Final = ("site", "region", "limb")
_GRADED: Final = frozenset({"reflex", "reflex-place", "motion"})
_PLUS_MINUS: Final = frozenset({"+", "-"})
_LEAST: Final = 2  # items before the letter
_SEPARATORS: Final = {"and": AND_WORD, "&": AND_WORD, "/": SLASH}
_TWO: Final = frozenset({"feet", "calves"})
_AND, _ALIKE = " and ", "="


def parts_of(row: Row) -> Sequence[Token | None]:
    """Return what the items of a sentence are to all frames of the examination, or ASKED of each."""
    if row.parts is None:
        row.parts = [_part(item) for item in row]
        if any(item.text in _OF_BOTH for item in row):
            _settle_both(row, row.parts)
    return row.parts


def _settle_both(row: Row, parts: list[Token | None]) -> None:
    """Let "both" be a side before what stands on both sides, and its first letter one behind a result."""
    for at, token in enumerate(parts):
        if token is BOTH_WORD and at + 1 < len(row) and _are_two(row[at + 1]):
            parts[at] = SIDES[Side.BOTH]
        elif row[at].text == _BOTH_IN_SHORT:
            is_side = at > 0 and any(row[at - 1].concept(kind) for kind in _RESULTS)
            is_side = is_side or _ends_signed_test(row, at) or _ends_place(row, at)
            parts[at] = SIDES[Side.BOTH] if is_side else BREAK


def _ends_signed_test(row: Row, at: int) -> bool:
    """Return whether a letter ends a test whose sign stands before it: "(-) SLR B"."""
    is_last = at + 1 >= len(row) or row[at + 1].is_marked(*_LISTS)
    return at > 1 and is_last and row[at - 1].concept("test") is not None and row[at - 2].concept("result") is not None


def _ends_place(row: Row, at: int) -> bool:
    """Return whether a letter ends what is said of a place, or the sign of a test: "numb to mid shin B", "SLR - B"."""
    is_last = at + 1 >= len(row) or row[at + 1].is_marked(*_LISTS)
    if not is_last or at < _LEAST:
        return False
    if row[at - 1].text in _PLUS_MINUS:
        return any(row[at - 2].concept(kind) for kind in _EXAMINED)
    is_grade = (row[at - 1].text == "0" or row[at - 1].number >= 0) and not _GRADED.isdisjoint(row.kinds)
    return is_grade or any(row[at - 1].concept(kind) for kind in _PLACES)


def _are_two(item: Item) -> bool:
    """Return whether a word names what stands on both sides, as "ankles" does: "both" is said of no list then."""
    text = item.text
    is_plural = text[-1] == "s" and not text.endswith("ss") and item.concept("result") is None  # "both pos"
    return (is_plural or text in _TWO) and _AND not in text


def _part(item: Item) -> Token | None:
    if item is UNKNOWN_ITEM:
        return BREAK
    if item.text in PARTINGS:
        return PARTING
    entry = item.entry
    if item.number < 0 and _is_plain_link(entry):
        return None
    if _ALIKE in item.text and item.is_side:
        return ASKED  # "R=L"
    if item.number >= 0 or entry.concepts or entry.cues or entry.saying or item.text in _SIGNS:
        return ASKED
    if item.is_marked(*_LISTS) and not item.is_side:
        return _SEPARATORS.get(item.text, SEPARATOR)
    return small_part(item)


def small_part(item: Item) -> Token | None:
    """Return what a small word does, or ASKED."""
    if item.text in _EACH and not item.is_side:
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
