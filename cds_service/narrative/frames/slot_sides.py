"""Find the side of what a frame reads: beside its places, else within or around all its words."""

import re
from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.clause import Slot
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

MODIFIER: Final = "modifier"  # the kind of words that may stand between a side and its place: "right displaced"
_LISTS = (Mark.LIST, Mark.JOINED)
_OPENING, _CLOSING = frozenset({",", "("}), ")"
_LEADING_ON = frozenset(
    {"on", "at", "since", "after", "per", "as", "for", "from", "due to", "secondary to", "2 / 2", "because of"}
)  # "fracture right on CT"
_LEADING_TO = frozenset({"on", "of"})  # "a tear on the left with cam morphology"
_WITH = frozenset({"with", "w /"})
_VERBS = frozenset({"is", "are", "was", "were"})
_IN_PLACE = ("in", "situ")
_ROOTS = frozenset({"l1", "l2", "l3", "l4", "l5", "s1"})  # "protrusion L5/S1 R with S1 contact"
_BRACKETS = frozenset({"(", ")"})
_UNSTATED = Side.UNSTATED
_TIMES: Final = re.compile(r"x[0-9]+")
_MONTHS: Final = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"}
    | {"december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"}
)
_THE = "the"
_TO = "to"  # "extrusion to the left"
_OPENED_BY_SIDE = 1  # the place of the comma in "Left, hip arthroscopy"
_PASSED: Final = frozenset({"joint", "structure", "disease", "act", "agent", "scale", MODIFIER})


def side_of(row: Row, head: int, places: Sequence[Slot], first: int, last: int) -> Side:
    """Return the side of a head at its places: "left hip and right knee arthritis" has one for each."""
    if not any(item.is_side or item.side is not _UNSTATED for item in row):
        return _UNSTATED  # as in most sentences
    is_next = head > 0 and row[head - 1].is_side and all(slot.is_listed for slot in places)
    if is_next and places and (own := _before(row, head)) is not _UNSTATED:
        return own  # "left THR 2015, right hip stiff"
    beside = combine_sides(_beside(row, slot.at) for slot in places)
    is_parted = head + 1 < len(row) and row[head + 1].text in _OPENING  # "bilateral OA, left severe"
    if beside is Side.BOTH and not is_parted and (own := _behind(row, head)) is not _UNSTATED:
        return own  # "cam morphology of both hips with a labral tear on the left"
    if beside is not _UNSTATED:
        return beside
    inside = combine_sides(item.entry.side for item in row[first : last + 1] if item.entry.side)
    return next((side for side in (_beside(row, head), inside, _behind(row, last)) if side is not _UNSTATED), _UNSTATED)


def _beside(row: Row, at: int) -> Side:
    sides = (row[at].side, _before(row, at), _behind(row, at))
    return next((side for side in sides if side is not _UNSTATED), _UNSTATED)


def _before(row: Row, place: int) -> Side:
    at = place - 1
    if at >= 0 and row[at].text in _WITH and _is_led_side(row, at - 1):
        return _UNSTATED
    while at >= 0 and _is_between(row[at]) and row[at].text != _CLOSING:
        at -= 1
    if at == _OPENED_BY_SIDE and row[at].text in _OPENING:
        at -= 1
    return _run(row, at, -1)[0]


def _behind(row: Row, place: int) -> Side:
    """Return the side behind a place, unless it belongs to what follows."""
    at, is_opened = place + 1, False
    is_inside = any(item.text == "(" for item in row[:place])
    if is_inside and (closed := _behind_bracket(row, place)):
        return closed
    while at < len(row) and (_is_between(row[at]) or (row[at].text in _OPENING and not is_opened) or _counts(row, at)):
        if row[at].text == _CLOSING and is_inside and not is_opened:
            return _UNSTATED  # "absent L (old, post discectomy 2015), R normal"
        if is_opened and _names_another(row, place, at):
            return _UNSTATED  # "no hip OA, knee OA L"
        is_opened = is_opened or row[at].text in _OPENING
        at += 1
    is_led = at < len(row) and _is_led_side(row, at)
    side, at = _run(row, at, 1)
    if at < len(row) and (row[at].text in _LEADING_ON or (is_led and row[at].text in _WITH) or _tells_of(row, at)):
        return side
    while at < len(row) and row[at].is_marked(Mark.LINK) and row[at].text not in _BRACKETS:
        at += 1
    if at < len(row) and row[at].text in _BRACKETS:
        return side
    is_told = at < len(row) and not (_counts(row, at) or _is_month(row, at))
    return Side.UNSTATED if is_told and _begins_another(row[at]) else side


def _names_another(row: Row, place: int, at: int) -> bool:
    """Return whether behind a comma another disease or act is named than before it, with a place of its own."""
    if row[at].concept("disease") is None and row[at].concept("act") is None:
        return False
    return any(item.text == "," for item in row[place:at]) and row[at - 1].concept("joint") is not None


def _behind_bracket(row: Row, place: int) -> Side | None:
    """Return the side that ends what is told behind the bracket around a place: "injection (steroid), R"."""
    closing = next((at for at in range(place, len(row)) if row[at].text == _CLOSING), len(row))
    if any(item.is_side for item in row[place:closing]) or any(item.is_side for item in row[:place]):
        return None
    at = closing + 1
    while at < len(row) and (row[at].text == "," or row[at].concept("filler") or _is_between(row[at])):
        at += 1
    side, end = _run(row, at, 1)
    is_last = end >= len(row) or row[end].is_marked(*_LISTS)
    return side if is_last and side is not _UNSTATED else None


def _tells_of(row: Row, at: int) -> bool:
    """Return whether what follows a side tells of what stands before it: "plantar fasciitis R is her main problem"."""
    if row.word(at) in _VERBS or (row.word(at), row.word(at + 1)) == _IN_PLACE:
        return True
    if row[at].concept(MODIFIER):
        return at + 1 == len(row) or row[at + 1].is_marked(*_LISTS)  # "HNP L4-5 R paracentral"
    return row[at].text in _WITH and at + 1 < len(row) and row.word(at + 1)[:2] in _ROOTS


def _is_led_side(row: Row, at: int) -> bool:
    """Return whether a side at a place belongs to what stands before it: "on the left"."""
    lead = at - 2 if at > 1 and row[at - 1].text == _THE else at - 1
    return lead > 0 and row[at].is_side and row[lead].text in _LEADING_TO


def _run(row: Row, at: int, step: int) -> tuple[Side, int]:
    """Return the sides from a place on, "left and right", and where they end."""
    found: list[Side | None] = []
    while 0 <= at < len(row) and row[at].is_side:
        found.append(row[at].entry.side)
        at += step
        if step > 0 and at + 2 < len(row) and row[at].year and row[at + 1].text == "," and _is_dated_side(row, at + 2):
            at += 1  # "THR right 2015, left 2018"
        if 0 <= at + step < len(row) and 0 <= at < len(row) and row[at].is_marked(*_LISTS) and row[at + step].is_side:
            if row[at].text == "," and _is_of_another(row, at + 2 * step):
                break
            at += step
    return combine_sides(side for side in found if side), at


def _is_of_another(row: Row, at: int) -> bool:
    """Return whether what stands beyond a comma and a side has that side: "# NOF L, R THR 2010"."""
    if not 0 <= at < len(row):
        return False
    return row[at].entry.saying is not None or not _PASSED.isdisjoint(row[at].entry.concepts)


def _is_dated_side(row: Row, at: int) -> bool:
    """Return whether a side has a year too, or nothing more is told of it: not "THR L 2019, R awaiting"."""
    behind = row[at + 1] if at + 1 < len(row) else None
    return row[at].is_side and (behind is None or behind.year > 0 or behind.is_marked(*_LISTS))


def _is_between(item: Item) -> bool:
    if item.is_side or item.is_marked(Mark.ELSEWHERE, *_LISTS) or item.entry.cues:
        return False  # "stick in the right hand for hip arthritis"
    is_word = bool(item.concept("result") or item.entry.qualifiers) or not _PASSED.isdisjoint(item.entry.concepts)
    return item.is_marked(Mark.LINK) or is_word or item.text == _TO


def _counts(row: Row, at: int) -> bool:
    """Return whether a word tells only how often: "injection L x2"."""
    return _TIMES.fullmatch(row.sentence.words[row.firsts[at]]) is not None


def _is_month(row: Row, at: int) -> bool:
    """Return whether a date begins at a place: "injection R Mar 2025"."""
    is_year = at + 1 < len(row) and row[at + 1].year > 0
    return is_year and row[at].is_unknown and row.sentence.words[row.firsts[at]] in _MONTHS


def _begins_another(item: Item) -> bool:
    is_place = bool(item.concept("joint") or item.concept("structure"))
    return item.entry.saying is not None or item.is_marked(Mark.PAIN, Mark.ELSEWHERE) or item.is_unknown or is_place
