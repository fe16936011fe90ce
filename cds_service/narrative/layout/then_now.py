"""Part what was found before from what is found now: "EHL 3/5 at the last visit, 5/5 today"."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from cds_service.narrative.layout.clauses import Clause, Find
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import DAY, CueEffect, Mark
from cds_service.narrative.words.tokenizer import STOP, Sentence
from cds_service.narrative.words.traits import marked

HEADS: Final = ("test", "motion", "reflex", "muscle", "topic")
_PARTS: Final = ("region", "root", "reflex-place", "limb", "joint", "site")
RESULTS: Final = ("result", "grade", "reflex-grade", "degrees")
_SIGNS: Final = frozenset({"+", "-", "0"})
_TURNS: Final = frozenset({",", "but", "then", "->", "and"})
_TURNED: Final = marked(Mark.NOW, Mark.RETURN, Mark.AFTER_OPERATION, Mark.OVER)
_THEN: Final = (Mark.THEN, Mark.EARLIER, Mark.WAS, Mark.BEFORE_OPERATION)
_WITH_TIME: Final = ("last month", "last week", "last visit", "last time")  # "absent last month" is one phrase
_IT_IS: Final = frozenset({"it", "it is", "its"})
_SMALL: Final = _IT_IS | frozenset({"is", "are", "has", "at", "/", "and"})
_RELATIVES: Final = frozenset({"which", "that", "is", "are", "has"})
_PRESENT, _COMMA, _WAS = "present", ",", ("was ", "were ")
_COMMA_NOW: Final = ", now"
_IN, _MAY = "in", "may"  # the month; by itself it is another word
_UNKNOWN: Final = "unknown"
_LONGEST: Final = 8  # items of what is told of now


class Turn(NamedTuple):
    """Where a sentence turns from then to now: what was so ends before `then`, and what is so begins at `now`."""

    then: int
    now: int


def join_now(parts: Sequence[Sentence], rows: Sequence[Row], find: Find) -> Iterator[Clause]:
    """Yield the clauses, each with one behind it that only tells its result of now: "SLR was +; today negative"."""
    clauses = [Clause(part, row) for part, row in zip(parts, rows, strict=True)]
    at = 0
    while at < len(clauses):
        one = clauses[at]
        at += 1
        if at < len(clauses) and _is_only_of_now(clauses[at].row):
            whole = one.sentence.followed_by(clauses[at].sentence)
            row = find(whole)
            if turns_to_now(row) is not None:
                one, at = Clause(whole, row), at + 1
        yield one


def turns_to_now(row: Row) -> Turn | None:
    """Return where the result of a time before ends, and only one of now follows: ", now 5/5", "is now negative"."""
    if not row.traits & _TURNED:
        return None  # as in most sentences
    first = min((at for kind in HEADS for at in row.kinds.get(kind, ())), default=len(row))
    for at in range(first + 1, len(row)):
        turn = _turn_at(row, at)
        if turn is not None:
            return turn if _is_of_then(row, first + 1, turn.then) else None
    return None


def told_now(told: Clause, turn: Turn, find: Find) -> Iterator[tuple[Sentence, Row]]:
    """Yield what is found now behind the names of what was examined. What was found before holds no more."""
    part, row = told
    has_side = any(item.is_side for item in row[turn.now :])
    places = _named_parts(row, turn.then, with_side=not has_side)
    names = [part.part(*row.words(at, at)) for at in places]
    begin = row.firsts[turn.now] + row[turn.now].text.startswith(_COMMA)  # ", present today" is one phrase
    whole = names[0].followed_by(*names[1:], part.part(begin))
    if places[0]:
        before = part.part(0, row.firsts[places[0]], STOP)
        yield before, find(before)
    yield whole, find(whole)


def _is_only_of_now(row: Row) -> bool:
    """Return whether a sentence opens with "now" and a result, and names nothing: "today it is negative"."""
    if not row.traits & _TURNED or not row[0].is_marked(Mark.NOW) or any(kind in row.kinds for kind in HEADS):
        return False
    return _is_of_now(row[: _end_of_now(row, 0)])


def _named_parts(row: Row, end: int, *, with_side: bool) -> list[int]:
    """Return the places of the items before `end` that name what was examined."""
    return [
        at
        for at, item in enumerate(row[:end])
        if (item.is_side and with_side) or (_is_named(item, (*HEADS, *_PARTS)) and not _is_result(item))
    ]


def _turn_at(row: Row, at: int) -> Turn | None:
    """Return the turn that an item begins: a comma, a word such as "but", or "now" itself."""
    item = row[at]
    if item.text in _TURNS and (after := _after_operation(row, at)):
        return Turn(at, after)
    if item.is_marked(Mark.OVER) and item.text.startswith(_COMMA_NOW):
        return Turn(at, at) if at == len(row) - 1 else None  # ", now pain free" is one phrase
    if item.is_marked(Mark.RETURN):
        is_last = at == len(row) - 1 and _PRESENT in item.text.split()  # ", present today" is one phrase
        return Turn(at, at) if is_last else None
    is_turn = item.text in _TURNS
    if not (is_turn or (item.is_marked(Mark.NOW) and at + 1 < len(row))):
        return None
    start = at + is_turn
    if not _is_of_now(row[start : _end_of_now(row, start)]):
        return None
    then = at
    while then and row[then - 1].text in _RELATIVES:
        then -= 1
    return Turn(then, _begin_of_now(row, start))


def _after_operation(row: Row, at: int) -> int:
    """Return where the result of after an operation begins, behind one of before it, or 0: ", post-op 5/5"."""
    behind = row[at + 1 :]
    is_turn = len(behind) > 1 and behind[0].is_marked(Mark.AFTER_OPERATION)
    if not is_turn or len(behind) > _LONGEST or not any(item.is_marked(Mark.BEFORE_OPERATION) for item in row[:at]):
        return 0
    is_told = any(item.number >= 0 or _is_result(item) for item in behind)
    return at + 2 if is_told and all(_is_told(item) for item in behind[1:]) else 0


def _begin_of_now(row: Row, at: int) -> int:
    """Return where the result of now begins, behind "now" and "it is"."""
    while at + 1 < len(row) and (row[at].is_marked(Mark.NOW) or row[at].text in _IT_IS):
        at += 1
    return at


def _end_of_now(row: Row, start: int) -> int:
    """Return where the result of now ends: at a comma behind it, or with the sentence."""
    return next((at for at in range(start + 1, len(row)) if row[at].text == _COMMA), len(row))


def _is_of_then(row: Row, first: int, end: int) -> bool:
    """Return whether items up to `end` are a result of a time before: "3/5 at the last visit", "absent last month"."""
    is_told = any(item.number >= 0 or _is_result(item) for item in row[first:end])
    if _is_led_by_now(row, end):
        return is_told  # "FADIR positive, today negative"
    is_then = any(tells_when(item) for item in row[:end]) or (_IN, _MAY) in pairwise(item.text for item in row[:end])
    return (is_told and is_then) or any(item.text.endswith(_WITH_TIME) for item in row[first:end])


def _is_led_by_now(row: Row, at: int) -> bool:
    """Return whether a comma and a word for now lead to what is found now, of which no side is told."""
    behind = row[at : at + 2]
    is_led = len(behind) > 1 and behind[0].text in _TURNS and behind[1].is_marked(Mark.NOW)
    return is_led and not any(item.is_side for item in row[at + 1 :])


def tells_when(item: Item) -> bool:
    """Return whether an item tells that something was so on a day before."""
    is_past = any(cue.effect is CueEffect.HISTORICAL for cue in item.entry.cues)
    is_dated = item.year > 0 or item.concept(DAY) is not None
    return is_past or is_dated or item.is_marked(*_THEN) or item.text.startswith(_WAS)


def _is_of_now(items: Sequence[Item]) -> bool:
    """Return whether items are a result, the word that it is one of now, and no more."""
    if len(items) > _LONGEST or not any(item.is_marked(Mark.NOW) for item in items):
        return False
    now = next(at for at, item in enumerate(items) if item.is_marked(Mark.NOW))
    places = [at for at, item in enumerate(items) if item.number >= 0 or _is_result(item)]
    is_told = bool(places) and not places[0] < now < places[-1]  # "painful and limited; today it is full"
    is_known = not any(item.concept("result") == _UNKNOWN for item in items)  # "today not tested"
    return is_told and is_known and all(_is_told(item) for item in items)


def _is_told(item: Item) -> bool:
    is_small = item.is_marked(Mark.NOW, Mark.LINK) or item.text in _SMALL or item.is_side
    return is_small or item.number >= 0 or _is_result(item) or _is_named(item, _PARTS)


def _is_result(item: Item) -> bool:
    return (_is_named(item, RESULTS) or item.text in _SIGNS) and not _is_named(item, HEADS)


def _is_named(item: Item, kinds: Sequence[str]) -> bool:
    return any(item.concept(kind) for kind in kinds)
