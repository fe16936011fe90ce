"""Part what was found before from what is found now: "EHL 3/5 at the last visit, 5/5 today"."""

from typing import Final

from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

_HEADS: Final = ("test", "motion", "reflex", "muscle", "topic")
_NAMES: Final = (*_HEADS, "region", "root", "reflex-place", "limb", "joint", "site")
_RESULTS: Final = ("result", "grade", "reflex-grade", "degrees")
_TURNS: Final = frozenset({",", "but", "then", "->", "and"})
_NOW: Final = frozenset(
    {"now", "today", "currently", "at present", "presently", "this visit", "now is", "is now", "now back to"}
)
# A month, or that it was the beginning.
_THEN: Final = frozenset(
    {
        "jan", "january", "feb", "february", "march", "april", "may", "june", "jun", "july", "jul", "aug", "august",
        "sep", "sept", "september", "oct", "october", "nov", "november", "dec", "december", "was", "were", "had been",
        "pre op", "preop", "pre", "preoperatively",
    }
)  # fmt: skip
_WITH_TIME: Final = ("last month", "last week", "last visit", "last time")  # "absent last month" is one phrase
_NOW_WORDS: Final = frozenset({"now", "today", "currently", "present", "presently", "visit"})
_IT_IS: Final = frozenset({"it is", "its"})
_SMALL: Final = _IT_IS | frozenset({"is", "are", "has", "at", "/", "+", "-", "and"})
_PRESENT: Final = "present"
_LONGEST: Final = 7  # items of what is told of now


def turns_to_now(row: Row) -> int | None:
    """Return the place of the comma, or "but", behind which only a result of now stands: ", now 5/5"."""
    if _NOW_WORDS.isdisjoint(row.sentence.words):
        return None  # as in most sentences
    heads = [at for kind in _HEADS for at in row.kinds.get(kind, ())]
    first = min(heads, default=len(row))
    for at in range(first + 1, len(row)):
        if _begins_now(row, at):
            return at if _is_of_then(row, first + 1, at) else None
    return None


def named_parts(row: Row, end: int, *, with_side: bool) -> list[int]:
    """Return the places of the items before `end` that name what was examined."""
    return [
        at
        for at, item in enumerate(row[:end])
        if (item.is_side and with_side) or (any(item.concept(kind) for kind in _NAMES) and not _is_result(item))
    ]


def _begins_now(row: Row, at: int) -> bool:
    if row[at].is_marked(Mark.RETURN):
        return at == len(row) - 1 and _PRESENT in row[at].text.split()  # ", present today" is one phrase
    return row[at].text in _TURNS and at + 1 < len(row) and _is_of_now(row[at + 1 :])


def _is_of_then(row: Row, first: int, end: int) -> bool:
    """Return whether items are a result of a time before: "3/5 at the last visit", "absent last month"."""
    items = row[first:end]
    is_told = any(item.number >= 0 or _is_result(item) for item in items)
    is_then = any(_tells_when(item) for item in items)
    is_then = is_then or not _THEN.isdisjoint(row.sentence.words[row.firsts[first] : row.firsts[end]])
    return (is_told and is_then) or any(item.text.endswith(_WITH_TIME) for item in items)


def _tells_when(item: Item) -> bool:
    is_past = any(cue.effect is CueEffect.HISTORICAL for cue in item.entry.cues)
    return is_past or item.year > 0 or item.is_marked(Mark.THEN, Mark.EARLIER)


def begin_of_now(row: Row, turn: int) -> int:
    """Return the first word of what is told behind the turn, without "now" and "it is" before it."""
    at = turn + 1
    while at + 1 < len(row) and (row[at].text in _NOW or row[at].text in _IT_IS):
        at += 1
    return row.firsts[at] if at > turn + 1 else row.firsts[turn] + 1


def _is_of_now(items: list[Item]) -> bool:
    """Return whether items are a result, the word that it is one of now, and no more."""
    if len(items) > _LONGEST or not any(item.text in _NOW for item in items):
        return False
    is_told = any(item.number >= 0 or _is_result(item) for item in items)
    return is_told and all(_is_told(item) for item in items)


def _is_told(item: Item) -> bool:
    is_small = item.text in _NOW or item.text in _SMALL or item.is_side or item.is_marked(Mark.LINK)
    return is_small or item.number >= 0 or _is_result(item)


def _is_result(item: Item) -> bool:
    return any(item.concept(kind) for kind in _RESULTS) and not any(item.concept(kind) for kind in _HEADS)
