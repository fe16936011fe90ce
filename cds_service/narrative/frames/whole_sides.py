"""The side that a sentence gives to all that it examines: at its beginning, "left hip:", or its end, "all on the L"."""

from typing import Final

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.leading import DASH, is_headed_by_side
from cds_service.narrative.frames.paired_results import MEASURES, ORDERS
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

_UNSTATED, _BOTH = Side.UNSTATED, Side.BOTH
_HEADED: Final = frozenset({":", ","})
_FILLER, _WHOLE = "filler", "whole"
_ALL: Final = frozenset({"all", "all of these", "all these"})
_B, _BRACKETED, _LONGEST_BRACKET = "b", 3, 5
_LEAST_LISTED, _MANY, _FULL = 3, 4, 5  # grades, as many that a closing side is of all, and the highest
_SIGNS: Final = frozenset({"+", "-"})
_BRACKETS: Final = frozenset({"(", ")"})


def heading_of(row: Row) -> Side:
    """Return the side of a heading: "left hip:", "on the left,". A colon may stand behind other words too."""
    sides: list[Side] = []
    is_bare = True
    for at, item in enumerate(row):
        if item.text in ORDERS and (_has_measure(row) or _has_signs(row)):
            return _UNSTATED  # it heads the columns of a table
        if item.text == DASH and sides and is_headed_by_side(row, at):
            return combine_sides(sides)
        if item.text in _HEADED and (is_bare or item.text == ":") and combine_sides(sides) is not _UNSTATED:
            return combine_sides(sides)
        if item.entry.side:
            sides.append(item.entry.side)
        elif not (Mark.LINK in item.entry.marks or is_site(item)):
            is_bare = False
            if not (item.is_unknown or item.concept(_FILLER) is not None):
                break
    return _in_last_bracket(row) or _of_listed_grades(row) or closing_of(row, said_of_all=True)


def _in_last_bracket(row: Row) -> Side | None:
    """Return the side that stands by itself in a bracket at the end, if no other is told: "HF 5 KE 5 DF 4 (left)"."""
    if len(row) <= _BRACKETED or row[-1].text != ")":
        return None
    opening = next((at for at in range(max(0, len(row) - _LONGEST_BRACKET), len(row)) if row[at].text == "("), -1)
    if opening < 1 or not ("result" in row.kinds or _has_measure(row)):
        return None
    inside = row[opening + 1 : -1]
    sides = [item.entry.side for item in row if item.is_side]
    is_bare = all(item.is_side or is_site(item) or (item.is_marked(Mark.LINK) and item.number < 0) for item in inside)
    return sides[0] if len(sides) == 1 and is_bare and any(item.is_side for item in inside) else None


def _of_listed_grades(row: Row) -> Side | None:
    """Return the only side of a list of grades: "Strength: R HF 5, TA 3", "IP 5 TA 4 EHL 3 on R" without commas."""
    sides = [at for at, item in enumerate(row) if item.is_side]
    if len(sides) != 1 or len(row) < _BRACKETED:
        return None
    lead = row[-3] if row[-2].text == "the" else row[-2]
    is_closing = row[-1].is_side and lead.text == "on"
    is_opening = sides[0] > 0 and row[sides[0] - 1].text == ":"
    if not (is_closing or is_opening):
        return None
    measured = sum(map(_is_graded, row))
    if measured < _LEAST_LISTED:
        return None
    is_of_all = is_opening or measured >= _MANY or not any(item.text == "," for item in row)
    return row[sides[0]].entry.side if is_of_all else None


def closing_of(row: Row, *, said_of_all: bool = False) -> Side:
    """Return the side that ends a sentence. `said_of_all`: only behind "all"."""
    at = len(row) - 1
    while at >= 0 and not row[at].is_side and row[at].text != _B and (row[at].text in _BRACKETS or _is_passed(row[at])):
        at -= 1
    side = (row[at].entry.side or _UNSTATED) if at >= 0 else _UNSTATED
    if at >= 0 and row[at].text == _B:
        side = _BOTH
    if not said_of_all or side is _UNSTATED:
        return side
    at -= 1
    while at >= 0 and row[at].is_marked(Mark.LINK) and row[at].text not in _ALL and row[at].number < 0:
        at -= 1
    is_apart = at > 0 and (row[at - 1].is_marked(Mark.LIST) or row[at - 1].text in _BRACKETS)
    return side if is_apart and row[at].text in _ALL else _UNSTATED


def _has_signs(row: Row) -> bool:
    """Return whether signs are told of two sides: "SLR (R, L): +, -"."""
    return sum(item.text in _SIGNS for item in row) > 1


def _has_measure(row: Row) -> bool:
    return row.has_number or any(kind in row.kinds for kind in MEASURES)


def is_site(item: Item) -> bool:
    """Return whether an item names a place where it may hurt."""
    return item.entry.saying is not None and item.entry.saying.is_site


def _is_passed(item: Item) -> bool:
    return item.concept(_WHOLE) is not None and item.side is _UNSTATED and not item.entry.side


def _is_graded(item: Item) -> bool:
    return 0 <= item.number <= _FULL or any(item.concept(kind) for kind in MEASURES)
