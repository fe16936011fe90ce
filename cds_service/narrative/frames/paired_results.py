"""Results of the two sides with a slash between them: "SLR 80/80", "KJ ++/++", "AJ -/+ (R/L)"."""

from collections.abc import Mapping, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.tokens import SLASH, Part, Token

_RESULT, _SIDE = Part.RESULT, Part.SIDE
MEASURES: Final = ("grade", "reflex-grade", "score")
_SIGNS: Final = frozenset({"+", "-", "0", "+ +", "+ / -"})
_ROTATIONS: Final = {("ir", "/", "er"): 0, ("er", "/", "ir"): 2}
_PLUS, _TWO_HEADS = "+", 3  # tokens, with the slash between them
_ONE: Final = frozenset({Side.LEFT, Side.RIGHT})
ORDERS: Final[Mapping[str, tuple[Side, Side]]] = {
    "r / l": (Side.RIGHT, Side.LEFT),
    "right / left": (Side.RIGHT, Side.LEFT),
    "l / r": (Side.LEFT, Side.RIGHT),
    "left / right": (Side.LEFT, Side.RIGHT),
    "rt / lt": (Side.RIGHT, Side.LEFT),
    "lt / rt": (Side.LEFT, Side.RIGHT),
    "( r l )": (Side.RIGHT, Side.LEFT),
    "( l r )": (Side.LEFT, Side.RIGHT),
    "( r , l )": (Side.RIGHT, Side.LEFT),
    "( l , r )": (Side.LEFT, Side.RIGHT),
}
OPPOSITE: Final = {
    FindingValue.PRESENT: FindingValue.ABSENT,
    FindingValue.ABSENT: FindingValue.PRESENT,
}
PAIR: Final = "+ / -"  # of one side and the other where their order is told, else a trace of one


def join_pairs(tokens: Sequence[Token], row: Row) -> list[Token]:
    """Return the tokens with the two results of each pair on their sides. Two that differ say nothing by themselves."""
    order = next((sides for item in row if (sides := ORDERS.get(item.text))), None)
    if order:
        tokens = [one for token in tokens for one in _parted(token, row)]
    if not any(token.is_slash for token in tokens):
        if order and (parted := _in_columns(tokens, row, order)):
            return parted
        is_column = order and any(token.part is _RESULT and is_measure(row[token.at]) for token in tokens)
        return [one for one in tokens if not _is_order(one, row)] if is_column else list(tokens)
    joined: list[Token] = []
    internal, at = _internal_of(row), 0
    while at < len(tokens):
        end = _end_of_more(tokens, at, row)
        if end > at:
            joined.append(_shared(tokens[at:end]))
            at = end
        elif _is_pair(tokens, at, row, is_ordered=order is not None):
            is_of_one = at > 0 and _is_one_side(tokens[at - 1])
            is_of_two = _is_of_two_heads(tokens, at)
            is_of_next = is_of_two or (at + 3 < len(tokens) and _is_one_side(tokens[at + 3]))
            is_of_one = is_of_one or (not is_of_two and _is_headed(tokens))
            if internal is not None:
                words = (*tokens[at].words, *tokens[at + 2].words)
                joined.append(tokens[at + internal]._replace(words=words))
            else:
                joined += _pair(tokens[at], tokens[at + 2], row, order, is_of_one=is_of_one, is_of_next=is_of_next)
            at += 3
            if at < len(tokens) and _says_again(joined[-1], tokens[at]):
                joined[-1] = joined[-1]._replace(words=(*joined[-1].words, *tokens[at].words))
                at += 1
        else:
            joined.append(tokens[at])
            at += 1
    return [one for one in joined if not _is_order(one, row)] if order else joined


def _is_pair(tokens: Sequence[Token], at: int, row: Row, *, is_ordered: bool = False) -> bool:
    """Return whether two results stand with a slash between them. Words are a pair where the order is told."""
    if at + 2 >= len(tokens) or not tokens[at + 1].is_slash:
        return False
    two = (tokens[at], tokens[at + 2])
    return all(token.part is _RESULT and (is_ordered or is_measure(row[token.at])) for token in two)


def _in_columns(tokens: Sequence[Token], row: Row, order: tuple[Side, Side]) -> list[Token] | None:
    """Return a head with its two results behind the order of their sides: "SLR (R, L): negative, positive"."""
    kept = [one for one in tokens if not _is_order(one, row)]
    if [one.part for one in kept[1:]] != [_RESULT, Part.SEPARATOR, _RESULT] or not kept[0].is_head:
        return None
    return [kept[0], kept[1]._replace(side=order[0]), kept[2], kept[3]._replace(side=order[1])]


def _internal_of(row: Row) -> int | None:
    """Return which of a pair is the internal rotation of a hip, "R 5/30 (IR/ER)", or None in other pairs."""
    if "motion" not in row.kinds:
        return None
    words = row.sentence.words
    return next((_ROTATIONS[three] for at in range(len(words)) if (three := words[at : at + 3]) in _ROTATIONS), None)


def is_measure(item: Item) -> bool:
    """Return whether an item is a grade, a number or a sign, as stands in a column."""
    return item.number >= 0 or item.text in _SIGNS or any(item.concept(kind) for kind in MEASURES)


def _parted(token: Token, row: Row) -> tuple[Token, ...]:
    """Return a plus of one side and a minus of the other, whose value it has, as two results with a slash between."""
    if token.part is not _RESULT or row[token.at].text != PAIR or token.value is None:
        return (token,)
    return token._replace(value=OPPOSITE[token.value]), SLASH, token


def _is_of_two_heads(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a pair may be of two heads, and not of two sides: "FADIR/FABER -/-"."""
    before = [token for token in tokens[:at] if token.part is not _SIDE][-_TWO_HEADS:]
    return len(before) == _TWO_HEADS and before[0].is_head and before[1].is_slash and before[2].is_head


def _end_of_more(tokens: Sequence[Token], at: int, row: Row) -> int:
    """Return where three or more results with slashes end that begin at a place: their sides are not told."""
    end = at
    while _is_pair(tokens, end, row):
        end += 2
    return end + 1 if end > at + 2 else at


def _shared(tokens: Sequence[Token]) -> Token:
    """Return the result of all that three or more results are of; if they differ, it says nothing."""
    results = [token for token in tokens if token.part is _RESULT]
    words = tuple(place for token in results for place in token.words)
    is_alike = len({token.value for token in results}) == 1
    return results[0]._replace(value=results[0].value if is_alike else None, words=words)


def _says_again(told: Token, behind: Token) -> bool:
    """Return whether a result behind a pair says the same in a word: "SLR 90/90 neg"."""
    return behind.part is _RESULT and told.value is not None and behind.value is told.value


def _is_headed(tokens: Sequence[Token]) -> bool:
    """Return whether the only side that is told stands before all that was examined: "R hip: FADIR -/-"."""
    sides = [place for place, token in enumerate(tokens) if _is_one_side(token)]
    head = next((place for place, token in enumerate(tokens) if token.is_head), 0)
    return len(sides) == 1 and sides[0] < head


def _is_one_side(token: Token) -> bool:
    return token.part is _SIDE and token.side in _ONE


def _pair(
    one: Token, other: Token, row: Row, order: tuple[Side, Side] | None, *, is_of_one: bool, is_of_next: bool
) -> list[Token]:
    """Return the results of a pair on their sides. Two of one side, as of two movements, say nothing."""
    if is_of_one:
        return [one._replace(value=None, words=(*one.words, *other.words))]
    if order:
        return [one._replace(side=order[0]), other._replace(side=order[1])]
    words = (*one.words, *other.words)
    texts = {row[one.at].text, row[other.at].text}
    is_normal = one.value is other.value is FindingValue.ABSENT and _PLUS not in texts  # of "+/++" nobody agrees
    is_alike = len(texts) == 1 or is_normal
    if is_alike and is_of_next:
        return [one._replace(words=words)]  # of two tests on the side behind them
    return [one._replace(side=Side.BOTH, words=words) if is_alike else one._replace(value=None, words=words)]


def _is_order(token: Token, row: Row) -> bool:
    return token.part is _SIDE and any(item.text in ORDERS and item.entry.side is token.side for item in row)
