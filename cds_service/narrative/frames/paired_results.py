"""Results of the two sides with a slash between them: "SLR 80/80", "KJ ++/++", "AJ -/+ (R/L)"."""

from collections.abc import Mapping, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.tokens import Part, Token
from cds_service.narrative.items import Item, Row

_RESULT, _SIDE = Part.RESULT, Part.SIDE
_MEASURES: Final = ("grade", "reflex-grade", "score")
_SIGNS: Final = frozenset({"+", "-", "0", "+ +", "+ / -"})
_PLUS = "+"
_ORDERS: Final[Mapping[str, tuple[Side, Side]]] = {
    "r / l": (Side.RIGHT, Side.LEFT),
    "right / left": (Side.RIGHT, Side.LEFT),
    "l / r": (Side.LEFT, Side.RIGHT),
    "left / right": (Side.LEFT, Side.RIGHT),
}


def join_pairs(tokens: Sequence[Token], row: Row) -> list[Token]:
    """Return the tokens with the two results of each pair on their sides. Two that differ say nothing by themselves."""
    if not any(token.is_slash for token in tokens):
        return list(tokens)
    order = next((sides for item in row if (sides := _ORDERS.get(item.text))), None)
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        if _is_pair(tokens, at, row):
            joined += _pair(tokens[at], tokens[at + 2], row, order)
            at += 3
        else:
            joined.append(tokens[at])
            at += 1
    return [one for one in joined if not _is_order(one, row)] if order else joined


def _is_pair(tokens: Sequence[Token], at: int, row: Row) -> bool:
    if at + 2 >= len(tokens) or not tokens[at + 1].is_slash:
        return False
    return all(token.part is _RESULT and _is_measure(row[token.at]) for token in (tokens[at], tokens[at + 2]))


def _is_measure(item: Item) -> bool:
    return item.number >= 0 or item.text in _SIGNS or any(item.concept(kind) for kind in _MEASURES)


def _pair(one: Token, other: Token, row: Row, order: tuple[Side, Side] | None) -> list[Token]:
    if order:
        return [one._replace(side=order[0]), other._replace(side=order[1])]
    words = (*one.words, *other.words)
    texts = {row[one.at].text, row[other.at].text}
    is_normal = one.value is other.value is FindingValue.ABSENT and _PLUS not in texts  # of "+/++" nobody agrees
    is_alike = len(texts) == 1 or is_normal
    return [one._replace(side=Side.BOTH, words=words) if is_alike else one._replace(value=None, words=words)]


def _is_order(token: Token, row: Row) -> bool:
    return token.part is _SIDE and any(item.text in _ORDERS and item.entry.side is token.side for item in row)
