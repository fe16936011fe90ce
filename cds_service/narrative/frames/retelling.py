"""Results that another replaces: "was absent in 2021 but has returned", "EHL 3/5 in May, now 5/5"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.frames.tokens import Part, Token
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import Mark

_NOW: Final = ("now", "today", "currently")
_LEADING = frozenset({"but", "and", "which", "that", "then", "however", "though"})
_RESULTS = ("result", "grade", "reflex-grade", "score", "degrees")
_REACH = 4  # items between "now" and the new result


def is_told_anew(row: Row, at: int, tokens: Sequence[Token]) -> bool:
    """Return whether a word at a place leads from a head's result to the one that holds now."""
    text = row[at].text
    is_now = text.endswith(_NOW)
    if not (is_now or text in _LEADING) or not _has_result(tokens):
        return False
    return _leads_to_result(row, at + 1, is_now=is_now)


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
        if is_now and (item.number >= 0 or any(item.concept(kind) for kind in _RESULTS)):
            return True
        if item.concept("result") == "returned":
            return True
        is_now = is_now or item.text.endswith(_NOW)
        if item.is_marked(Mark.STOP, Mark.LIST) or not (
            item.is_side or item.is_marked(Mark.LINK) or item.entry.cues or item.concept("filler")
        ):
            return False
    return False
