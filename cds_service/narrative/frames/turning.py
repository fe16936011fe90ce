"""Tell whether a word only turns to the other side: "AJ absent right but normal left", "KJ 2+ R (cf 0 L)"."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokens import Part, Token

_TURNS: Final = frozenset(
    {"but", "while", "whilst", "whereas", "however", "although", "though", "yet", "cf", "c / f", "c . f ."}
    | {"vs", "versus", "compared to", "compared with", "against", "and yet"}
)
_SMALL: Final = frozenset(
    {"the", "on", "in", "at", "side", "leg", "limb", "hip", "it", "it is", "its", "being", "is", "was", "(", ":"}
)
_MEASURES: Final = ("grade", "reflex-grade", "score", "degrees", "result")
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_LONGEST: Final = 9  # items


def is_turn(row: Row, at: int) -> bool:
    """Return whether a word may turn to the other side."""
    return row.word(at) in _TURNS or row[at].text in _TURNS


def turns_to_other_side(row: Row, at: int, tokens: Sequence[Token]) -> bool:
    """Return whether a head has a result on one side, and a word turns to a result on the other and to nothing else."""
    if not is_turn(row, at):
        return False
    start = max((place for place, one in enumerate(tokens) if one.is_head), default=-1)
    if start < 0:
        return False
    told = [one for one in tokens[_begin(tokens, start) :] if one.part is not Part.SEPARATOR]
    sides = {one.side for one in told if one.side is not Side.UNSTATED}
    has_result = any(one.part is Part.RESULT and one.value is not None for one in told)
    return len(sides) == 1 and has_result and _tells_only_of(row, at + 1, _OTHER.get(sides.pop()))


def _begin(tokens: Sequence[Token], head: int) -> int:
    """Return where what is told of a head begins: with the side, result or companion before it."""
    while head and (tokens[head - 1].part in {Part.SIDE, Part.RESULT} or tokens[head - 1].is_head):
        head -= 1
    return head


def _tells_only_of(row: Row, start: int, side: Side | None) -> bool:
    """Return whether only a result and a side stand from a place on, up to the end of what is listed."""
    ends = (at for at in range(start, len(row)) if _ends(row[at]))
    behind = row[start : next(ends, len(row))]
    sides = {item.entry.side for item in behind if item.is_side}
    if side is None or sides != {side} or len(behind) > _LONGEST:
        return False
    results = [item for item in behind if _is_result(item)]
    return bool(results) and all(item.is_side or _is_result(item) or _is_small(item) for item in behind)


def _ends(item: Item) -> bool:
    return (item.is_marked(Mark.LIST, Mark.STOP) and not _is_result(item)) or item.text == ")"


def _is_result(item: Item) -> bool:
    return item.number >= 0 or item.text in {"0", "+", "-"} or any(item.concept(kind) for kind in _MEASURES)


def _is_small(item: Item) -> bool:
    return item.text in _SMALL or item.concept("filler") is not None or item.is_marked(Mark.LINK)
