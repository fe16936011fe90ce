"""Leave out what was found before: "SLR negative (was positive)", "Before: AJ absent. Now: AJ 2+", "Today +ve"."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cds_service.narrative.layout.then_now import HEADS, RESULTS, is_of_now, tells_when
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import CLAUSE, STOP, Sentence
from cds_service.narrative.words.traits import marked

_NOW: Final = marked(Mark.NOW)
_OPENING, _CLOSING, _COMMA = "(", ")", ","
_SMALL: Final = frozenset({"it", "it is", "its", "it was", "at", "in", "on", ":", "(", ")", "may", "review", "clinic", "visit", "last review"})
_SIGNS: Final = frozenset({"+", "-", "0"})
_LONGEST: Final = 8  # items
_Told = tuple[Sentence, Row]


def settle_then(told: Sequence[_Told], find: Callable[[Sentence], Row]) -> Iterator[_Told]:
    """Yield the sentences without what was found before, where what is found now stands beside it."""
    waiting: _Told | None = None
    for part, row in told:
        if row.traits & _NOW and waiting is not None and _is_followed(waiting[1], row):
            waiting = _joined(waiting[0], part, find)
            continue
        if waiting is not None and not (row.traits & _NOW and _is_replaced(waiting[1], row)):
            yield waiting
        waiting = _without_then(part, row, find)
    if waiting is not None:
        yield waiting


def _joined(before: Sentence, part: Sentence, find: Callable[[Sentence], Row]) -> _Told:
    """Return what was found before and what is found now as one sentence."""
    comma = Sentence((_COMMA,), (_COMMA,), part.ending, part.starts[:1])
    whole = before.followed_by(comma, part)
    return whole, find(whole)


def _is_followed(before: Row, row: Row) -> bool:
    """Return whether a sentence tells only the result of now of what was examined then: "Today it is full"."""
    if before.sentence.ending not in {STOP, CLAUSE} or not any(kind in before.kinds for kind in HEADS):
        return False
    is_then = any(tells_when(item) or item.is_marked(Mark.EARLIER) for item in before)
    return is_then and row[0].is_marked(Mark.NOW) and is_of_now(row[:])


def _is_replaced(before: Row, row: Row) -> bool:
    """Return whether all that was found before is told anew of now: "Before: SLR positive. Now: SLR negative"."""
    is_then = before[0].is_marked(Mark.EARLIER, Mark.THEN, Mark.BEFORE_OPERATION) or tells_when(before[0])
    if not (is_then and row[0].is_marked(Mark.NOW)) or not any(kind in before.kinds for kind in HEADS):
        return False
    return _examined(before) <= _examined(row) and _sides(before) == _sides(row)


def _examined(row: Row) -> set[str | None]:
    return {row[at].concept(kind) for kind in HEADS for at in row.kinds.get(kind, ())}


def _sides(row: Row) -> set[object]:
    return {item.entry.side for item in row if item.is_side}


def _without_then(part: Sentence, row: Row, find: Callable[[Sentence], Row]) -> _Told:
    """Return a sentence without a result of then that stands last: "negative today, positive at last review"."""
    if not any(kind in row.kinds for kind in HEADS):
        return part, row
    for at in range(2, len(row)):
        if row[at].text in {_OPENING, _COMMA} and _is_of_then(row, at) and _has_result(row, at):
            kept = part.part(0, row.firsts[at])
            return kept, find(kept)
    return part, row


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
    return (
        item.number >= 0 or item.text in _SIGNS or any(item.concept(kind) for kind in RESULTS)
    ) and not any(item.concept(kind) for kind in HEADS)
