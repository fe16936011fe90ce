"""Results that another replaces: "was absent in 2021 but has returned", "EHL 3/5 in May, now 5/5"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokens import Part, Token

NOW: Final = ("now", "today", "currently")
IT_IS: Final = frozenset({"it", "it is", "its"})
_LEADING = frozenset({"but", "and", "which", "that", "then", "however", "though"})
_RESULTS = ("result", "grade", "reflex-grade", "score", "degrees")
_REACH = 4  # items between "now" and the new result
_REACH_BEHIND: Final = 6  # items between a result and the "today" behind it: "positive at 30 on the left today"
_IN: Final = "in"
_WAS: Final = frozenset({"was", "were", "had been"})
BEFORE_IT: Final = frozenset({"pre op", "preop", "preoperatively", "pre operatively", "pre operation"})
AFTER_IT: Final = frozenset({"post op", "postop", *NOW, "now has"})
_MAY: Final = "may"  # the month; the other months are unknown words


def is_told_anew(row: Row, at: int, tokens: Sequence[Token]) -> bool:
    """Return whether a word at a place leads from a head's result to the one that holds now."""
    text = row[at].text
    is_now = text.endswith(NOW)
    if not (is_now or text in _LEADING) or not _has_result(tokens):
        return False
    return _leads_to_result(row, at + 1, is_now=is_now)


def is_told_now(row: Row, at: int, tokens: Sequence[Token]) -> bool:
    """Return whether the result at a place is of today, and the one before is not: "4/5 in May, 5/5 today"."""
    told = [token for token in tokens[_start_of_last(tokens) :] if token.part is Part.RESULT]
    if not told:
        return False
    between = row[max(told[-1].words or (told[-1].at,)) + 1 : at]
    is_of_then = any(_is_then(between, place) for place in range(len(between)))
    return is_of_then and any(item.text.endswith(NOW) for item in _up_to_break(row[at + 1 : at + 1 + _REACH_BEHIND]))


def _is_then(items: Sequence[Item], at: int) -> bool:
    is_month = items[at].text == _IN and any(
        item.is_unknown or item.year or item.text == _MAY for item in items[at + 1 : at + 2]
    )
    is_before_it = items[at].is_marked(Mark.EARLIER) or items[at].text in BEFORE_IT
    return items[at].is_marked(Mark.THEN) or is_month or is_before_it


def _up_to_break(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items up to a comma or the like."""
    for item in items:
        if item.is_marked(Mark.LIST):
            return
        yield item


def told_of_before(tokens: Sequence[Token], at: int) -> list[Token] | None:
    """Return tokens whose last results say nothing, as they are of before an operation; None if there are none."""
    start = _start_of_last(tokens)
    if not any(token.part is Part.RESULT for token in tokens[start:]):
        return None
    blank = [_without_value(token, at) if token.part is Part.RESULT else token for token in tokens[start:]]
    return [*tokens[:start], *blank]


def _without_value(token: Token, at: int) -> Token:
    return token._replace(value=None, grade="", words=(*token.words, at))


def without_results(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens without the results of the last head, and without what parts them from what follows."""
    start = _start_of_last(tokens)
    return [
        *tokens[:start],
        *(one for one in tokens[start:] if one.part not in {Part.RESULT, Part.SEPARATOR, Part.BREAK}),
    ]


def _start_of_last(tokens: Sequence[Token]) -> int:
    return max((place for place, token in enumerate(tokens) if token.is_head), default=len(tokens))


def _has_result(tokens: Sequence[Token]) -> bool:
    return any(token.part is Part.RESULT for token in tokens[_start_of_last(tokens) :])


def _leads_to_result(row: Row, at: int, *, is_now: bool) -> bool:
    for item in row[at : at + _REACH]:
        if item.text in _WAS:
            return False  # "negative today (was + in May)"
        if is_now and (item.number >= 0 or item.text == "+" or any(item.concept(kind) for kind in _RESULTS)):
            return True
        if item.concept("result") == "returned":
            return True
        is_now = is_now or item.text.endswith(NOW)
        if item.is_marked(Mark.STOP, Mark.LIST) or not (
            item.is_side or item.is_marked(Mark.LINK) or item.entry.cues or item.concept("filler") or item.text in IT_IS
        ):
            return False
    return False
