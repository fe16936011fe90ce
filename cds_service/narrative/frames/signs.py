"""Tell what a plus or a minus is beside tests: a result, "SLR L+ R-", an "and", or a dash."""

from typing import Final

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_MEASURES: Final = ("result", "grade", "reflex-grade", "degrees")
_TEST, _RESULT = "test", "result"
_PLUS, _MINUS, _SLASH = "+", "-", "/"
_BOTH: Final = "b"  # "SLR - B"
_LEAST: Final = 2  # items before a plus that joins sides


def joins_sides(row: Row, at: int) -> bool:
    """Return whether a plus is an "and" of two sides behind a result: "Trendelenburg neg L+R"."""
    if at < _LEAST or at + 1 >= len(row) or not (row[at - 1].is_side and row[at + 1].is_side):
        return False
    behind = row[at + 2 : at + 3]
    is_said = bool(behind) and (behind[0].text in {_PLUS, _MINUS} or bool(behind[0].concept(_RESULT)))
    told = row[at - 3] if at > _LEAST and row[at - 2].concept("filler") else row[at - 2]  # "80 degrees left + right"
    return (told.number >= 0 or any(told.concept(kind) for kind in _MEASURES)) and not is_said


def led_by_signs(row: Row) -> list[int]:
    """Return the places of signs before tests, "- SLR, + FABER": one alone may begin an entry of a list."""
    return [
        at - 1
        for at in row.kinds[_TEST]
        if at and row[at - 1].text in {_PLUS, _MINUS} and (at == 1 or row[at - 2].is_marked(Mark.LIST))
    ]


def is_minus(row: Row, at: int) -> bool:
    """Return whether a minus ends what is said of a test or a side: "SLR L+ R-", "FABER -,". Elsewhere it is a dash."""
    if not at or not (row[at - 1].is_side or row[at - 1].concept(_TEST)):
        return False
    behind = next((one for one in row[at + 1 :] if not (one.is_side or one.text == _BOTH)), None)
    return behind is None or behind.is_marked(Mark.LIST) or (behind.text == _SLASH and _is_signed_side(row, at))


def _is_signed_side(row: Row, at: int) -> bool:
    """Return whether the other side follows a slash behind a sign, with a sign of its own: "R - / L +"."""
    side = row[at + 2] if at + _LEAST < len(row) and row[at + 1].text == _SLASH else None
    return side is not None and side.is_side and any(one.text in {_PLUS, _MINUS} for one in row[at + 3 : at + 4])


def is_of_pair(row: Row, at: int) -> bool:
    """Return whether a minus is one of two signs with a slash between, or leads a side behind a plus: "+ R, - L"."""
    for other, slash in ((at - 2, at - 1), (at + 2, at + 1)):
        if 0 <= other < len(row) and row[slash].text == _SLASH and row[other].text in {_PLUS, _MINUS}:
            return True
    is_led = at > 1 and row[at - 1].text == "," and row[at - 2].is_side and any(item.text == _PLUS for item in row[:at])
    return is_led and len(row) == at + 2 and row[at + 1].is_side
