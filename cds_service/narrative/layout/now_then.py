"""Leave out what was found before: "SLR negative (was positive)", "Before: AJ absent. Now: AJ 2+", "Today +ve"."""

from collections.abc import Iterable, Iterator
from typing import Final

from cds_service.narrative.layout.clauses import Clause, Find
from cds_service.narrative.layout.then_now import HEADS, RESULTS, tells_when
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.traits import marked

_NOW: Final = marked(Mark.NOW)
_OPENING, _CLOSING = "(", ")"
_BEFORE_THEN: Final = frozenset({_OPENING, ","})
_SMALL: Final = frozenset(
    {
        "it",
        "and",
        "it is",
        "its",
        "it was",
        "at",
        "in",
        "on",
        ":",
        "(",
        ")",
        "may",
        "review",
        "clinic",
        "visit",
        "last review",
    }
)
_ARROW: Final = "->"
_SIGNS: Final = frozenset({"+", "-", "0"})
_LONGEST: Final = 8  # items


def settle_then(clauses: Iterable[Clause], find: Find) -> Iterator[Clause]:
    """Yield the clauses without what was found before, where what is found now stands beside it."""
    waiting: Clause | None = None
    for clause in clauses:
        if waiting is not None and not _is_replaced(waiting.row, clause.row):
            yield waiting
        waiting = _without_then(clause, find)
    if waiting is not None:
        yield waiting


def _is_replaced(before: Row, row: Row) -> bool:
    """Return whether all that was found before is told anew of now: "Before: SLR positive. Now: SLR negative"."""
    if not row.traits & _NOW:
        return False  # as in most sentences
    is_then = before[0].is_marked(Mark.EARLIER, Mark.THEN, Mark.BEFORE_OPERATION) or tells_when(before[0])
    if not (is_then and row[0].is_marked(Mark.NOW)) or not any(kind in before.kinds for kind in HEADS):
        return False
    return _examined(before) <= _examined(row) and _sides(before) == _sides(row)


def _examined(row: Row) -> set[str | None]:
    return {row[at].concept(kind) for kind in HEADS for at in row.kinds.get(kind, ())}


def _sides(row: Row) -> set[object]:
    return {item.entry.side for item in row if item.is_side}


def _without_then(clause: Clause, find: Find) -> Clause:
    """Return a clause without a result of then that stands last: "negative today, positive at last review"."""
    part, row = clause
    if not any(kind in row.kinds for kind in HEADS):
        return clause
    for at in range(2, len(row)):
        if row[at].text in _BEFORE_THEN and _is_of_then(row, at) and _has_result(row, at):
            kept = part.part(0, row.firsts[at])
            return Clause(kept, find(kept))
        if row[at].text == _ARROW and (first := _begin_of_changed(row, at)) is not None:
            kept = part.part(0, row.firsts[first]).followed_by(part.part(row.firsts[at + 1]))
            return Clause(kept, find(kept))
    return clause


def _begin_of_changed(row: Row, at: int) -> int | None:
    """Return where the result begins that an arrow turns into another of its kind: "KJ 1+ -> 2+"."""
    first = at
    while first and (_is_result(row[first - 1]) or row[first - 1].concept("filler")):
        first -= 1
    behind = row[at + 1 :]
    is_of_reflex = "reflex" in row.kinds
    is_alike = first < at and bool(behind) and (is_of_reflex or _kind_of(row[first]) == _kind_of(behind[0]))
    return (
        first
        if is_alike and all(_is_result(item) or item.is_marked(Mark.LIST) or item.concept("filler") for item in behind)
        else None
    )


def _kind_of(item: Item) -> str:
    return next((kind for kind in RESULTS if item.concept(kind)), "number" if item.number >= 0 else item.text)


def _is_of_then(row: Row, at: int) -> bool:
    """Return whether only a result and the word that it was before stand from a place on to the end."""
    behind = row[at + 1 :]
    if not 1 < len(behind) <= _LONGEST or any(item.is_marked(Mark.NOW) for item in behind):
        return False
    if (row[at].text == _OPENING) != (behind[-1].text == _CLOSING):
        return False
    is_then = any(_tells_then(item) for item in behind) or behind[0].text.startswith("was ")
    return is_then and any(_is_result(item) for item in behind) and all(_is_small(item) for item in behind)


def _tells_then(item: Item) -> bool:
    return tells_when(item) or item.is_marked(Mark.EARLIER, Mark.WAS)


def _has_result(row: Row, end: int) -> bool:
    """Return whether what was examined has a result before a place."""
    first = min(at for kind in HEADS for at in row.kinds.get(kind, ()))
    return any(_is_result(item) for item in row[first + 1 : end])


def _is_small(item: Item) -> bool:
    return _is_result(item) or _tells_then(item) or item.is_marked(Mark.LINK) or item.text in _SMALL


def _is_result(item: Item) -> bool:
    return (item.number >= 0 or item.text in _SIGNS or any(item.concept(kind) for kind in RESULTS)) and not any(
        item.concept(kind) for kind in HEADS
    )
