"""Assign results and sides to what was examined: heads and results in any order, lists of either, sides beside them.

"FADIR and FABER negative" shares a result, "4/5 right and 5/5 left" has two, "absent ankle jerks" begins with it. A
side stands before what it belongs to or behind it; where it may be another's it is nobody's.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.words.tokens import Part, Token


class Claim(NamedTuple):
    """A head with a result and the side of both."""

    head: Token
    result: Token
    side: Side


_RESULT, _SIDE, _SEPARATOR, _UNSTATED = Part.RESULT, Part.SIDE, Part.SEPARATOR, Side.UNSTATED
_Result: TypeAlias = tuple[Token, Side]


_BETWEEN = frozenset({_SIDE, _SEPARATOR})


def read_claims(run: Sequence[Token], heading: Side) -> Iterator[Claim]:
    """Yield the claims of a run of tokens. `heading`: the side that a heading gives to all that has none of its own."""
    before: list[Token] = []
    place, is_headed = 0, False
    while place < len(run):
        if not run[place].is_head:
            if run[place].part is not _SEPARATOR:
                before = [*before, run[place]]
            elif is_headed or not _has_result(before) or _has_result(run[place:]):
                before = []  # but "numbness, left foot"
            place += 1
            continue
        is_headed = True
        heads, place = _take_heads(run, place, is_led=_has_result(before))
        end = place
        while end < len(run) and not run[end].is_head:
            end += 1
        is_last = end == len(run) or _is_list_of_sides(run[place:end], run[end + 1 : end + 3])
        tail, behind = _divide(run[place:end], before, is_last=is_last)
        yield from _claims(before, heads, tail, heading)
        before, place = behind, end


def _take_heads(run: Sequence[Token], place: int, *, is_led: bool) -> tuple[list[Token], int]:
    """Return the list of heads that begins at a place, each with its own side if it has one, and where it ends.

    `is_led`: their result stands before them. Then a comma behind their side ends the list: "positive FADIR and FABER
    on the right, SLR negative".
    """
    heads = [run[place]]
    place += 1
    while True:
        at = place
        while at < len(run) and run[at].part in _BETWEEN:
            at += 1
        if at == len(run) or not run[at].is_head or _is_of_others(heads[-1], run[at]):
            return heads, place
        between = run[place:at]
        if is_led and heads[-1].part is Part.HEAD and _has_own_result(run, at):
            return heads, place  # "numb left foot, SLR negative"
        if is_led and len(between) > 1 and between[0].part is _SIDE and not between[-1].is_and:
            return heads, place
        is_of = bool(between) and not _separators(between)  # "the toes of the left foot"
        if is_of and at + 1 < len(run) and run[at + 1].part is Part.RESULT:
            return heads, place
        chunks = list(_chunks(between))
        heads[-1] = _with_side(heads[-1], chunks[0] if is_of or len(chunks) > 1 else ())
        heads.append(_with_side(run[at], chunks[-1]))
        place = at + 1


def _has_own_result(run: Sequence[Token], at: int) -> bool:
    """Return whether what another frame reads stands at a place, with its result right behind it."""
    return run[at].part is Part.OTHER and bool(run[at].concept) and at + 1 < len(run) and run[at + 1].part is _RESULT


def _is_of_others(head: Token, ahead: Token) -> bool:
    """Return whether a topic of another frame stands beside what is no topic: "EHL, reflexes normal", "foot pulses"."""
    if head.part is Part.OTHER and not head.concept:
        return ahead.part is Part.HEAD
    return head.part is Part.HEAD and ahead.part is Part.OTHER and not ahead.concept


def _with_side(head: Token, sides: Sequence[Token]) -> Token:
    return head._replace(side=_combined(sides)) if sides and head.side is Side.UNSTATED else head


def _separators(tokens: Iterable[Token]) -> bool:
    return any(token.part is Part.SEPARATOR for token in tokens)


def _chunks(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    chunk: list[Token] = []
    for token in tokens:
        if token.part is _SEPARATOR:
            yield chunk
            chunk = []
        else:
            chunk.append(token)
    yield chunk


def _divide(behind: Sequence[Token], before: Sequence[Token], *, is_last: bool) -> tuple[Sequence[Token], list[Token]]:
    """Return what of the tokens behind heads belongs to them, and what to the next heads."""
    if is_last:
        return behind, []
    last = max((at for at, token in enumerate(behind) if token.part is _SEPARATOR), default=-1)
    if last >= 0:
        return behind[:last], list(behind[last + 1 :])
    results = [at for at, token in enumerate(behind) if token.part is Part.RESULT]
    if not results or _has_result(before):
        return (), list(behind)
    if all(token.part is _RESULT and token.side is not _UNSTATED for token in behind):
        return behind, []  # "KJ ++/++ AJ -/+ (R/L)"
    if len(results) > 1 and {behind[0].part, behind[-1].part} == {Part.SIDE, Part.RESULT}:
        return behind, []  # "KJ R ++ L ++ AJ R ++ L 0"
    if len(results) > 1:
        return behind[: results[1]], list(behind[results[1] :])
    return behind[: results[0] + 1], []  # a side between two heads may belong to either


def _is_list_of_sides(behind: Sequence[Token], ahead: Sequence[Token]) -> bool:
    """Return whether each side has its result, up to a head that has its own: "SLR R +ve, L -ve AJ R 0"."""
    parts = [token.part for token in behind]
    if parts != [_SIDE, _RESULT, _SEPARATOR, _SIDE, _RESULT] or behind[0].side is behind[3].side:
        return False
    return [token.part for token in ahead] == [_SIDE, _RESULT]


def _has_result(tokens: Iterable[Token]) -> bool:
    return _RESULT in [token.part for token in tokens]


def _claims(before: Sequence[Token], heads: list[Token], tail: Sequence[Token], heading: Side) -> Iterator[Claim]:
    chunks = list(_chunks(tail))
    is_list = len(heads) > 1
    first = _without_both(before, is_list=is_list)
    opening = _without_both(chunks[0], is_list=is_list)
    if is_list and any(head.side is not _UNSTATED for head in heads[1:]):  # "left hand and right foot"
        heads = [_with_side(heads[0], first), *heads[1:]]
        first = [token for token in first if token.part is not _SIDE]
    if _has_result(first) and opening and opening[0].part is _RESULT:
        # "Absent ankle jerks, knee jerks present": the ends of a list have their own; of one head both must agree.
        if is_list:
            yield from _each(heads[:1], list(_pairs(first)), heading)
            yield from _each(heads[-1:], _results([opening, *chunks[1:]]), heading)
            return
        if not _agree([*first, *opening]):
            return
        first = [token for token in first if token.part is not Part.RESULT]
    yield from _each(heads, _results([[*first, *opening], *chunks[1:]]), heading)


def _without_both(tokens: Sequence[Token], *, is_list: bool) -> list[Token]:
    """Return the tokens without the "both" that is said of two heads: "SLR and FADIR were both negative"."""
    return [token for token in tokens if not token.is_both_word] if is_list else list(tokens)


def _agree(tokens: Iterable[Token]) -> bool:
    return len({token.value for token in tokens if token.part is Part.RESULT}) == 1


def _results(chunks: Sequence[Sequence[Token]]) -> list[_Result]:
    """Return the results of all chunks with their sides. A side that stands alone belongs to the result before it."""
    results: list[_Result] = []
    waiting = _UNSTATED
    is_led = len(chunks) > 1 and [token.part for token in chunks[0]] == [_SIDE, _RESULT]
    for chunk in chunks:
        found = list(_pairs(chunk, is_led=is_led))
        if found:
            token, side = found[0]
            results += [(token, combine_sides((waiting, side))), *found[1:]]
            waiting = _UNSTATED
        elif chunk and results:
            token, side = results[-1]
            results[-1] = token, combine_sides((side, _combined(chunk)))
        else:
            waiting = combine_sides((waiting, _combined(chunk)))
    return results


def _pairs(tokens: Sequence[Token], *, is_led: bool = False) -> Iterator[_Result]:
    """Yield each result with its side: the one before it if the tokens begin with a side, else the one behind it.

    `is_led`: those before them did: "IR R painful and limited L full".
    """
    places = [at for at, token in enumerate(tokens) if token.part is _RESULT]
    if len(places) == 1:
        told = tokens[places[0]]
        yield told, _only_side(tokens) if told.side is _UNSTATED else told.side
        return
    is_side_first = is_led or any(token.part is Part.SIDE for token in tokens[: places[0] if places else 0])
    for number, at in enumerate(places):
        start = places[number - 1] + 1 if number else 0
        end = places[number + 1] if number + 1 < len(places) else len(tokens)
        side = _combined(tokens[start:at] if is_side_first else tokens[at + 1 : end])
        yield tokens[at], side if tokens[at].side is _UNSTATED else tokens[at].side


def _only_side(tokens: Sequence[Token]) -> Side:
    """Return the side of a chunk with one result; of two that differ before and behind it, none."""
    sides = [token.side for token in tokens if token.part is _SIDE]
    is_apart = len(set(sides)) > 1 and tokens[0].part is _SIDE and tokens[-1].part is _SIDE
    return Side.UNSTATED if is_apart else combine_sides(sides)


def _each(heads: Sequence[Token], results: Sequence[_Result], default: Side) -> Iterator[Claim]:
    """Yield a claim of each head with each result that it has: its own side decides among several."""
    if not results:
        return
    is_several = len(results) > 1 and len({side for _, side in results}) > 1
    told = _with_unread(results) if is_several else [min(results, key=_rank)]
    for head in heads:
        for number, (token, said) in enumerate(told):
            side = said
            if side is _UNSTATED and not number:
                side = head.side if head.side is not _UNSTATED else default
            if side is _UNSTATED and number:
                if told[number - 1][0].value is not None:
                    continue  # a second result without a side contradicts the first
                side = told[number - 1][1]  # "SLR 40 on the left, reproduces leg pain"
            if head.side is _UNSTATED or side.covers(head.side):
                yield Claim(head, token, side if head.side is _UNSTATED else head.side)


def _with_unread(results: Sequence[_Result]) -> list[_Result]:
    """Return the results, which share the words of those that say nothing: "equivocal on the right, negative left"."""
    if any(side is _UNSTATED for _, side in results):
        return list(results)
    unread = tuple(place for token, _ in results if token.value is None for place in token.words)
    return [(one._replace(words=(*one.words, *unread)) if one.value else one, side) for one, side in results]


def _rank(result: _Result) -> int:
    """Return how little a result says: of two that differ the deficit counts, and of two grades the lower."""
    token = result[0]
    return 2 - (token.value is FindingValue.PRESENT) - (token.grade.startswith("3"))


def _combined(tokens: Iterable[Token]) -> Side:
    return combine_sides([token.side for token in tokens if token.part is _SIDE])
