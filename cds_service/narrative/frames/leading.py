"""Small words that only lead from what was examined to its result: "FADIR still positive", "SLR - right: negative"."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

DASH: Final = "-"
_RESULT, _GRADE, _JUST = "result", "grade", "just"
_STATING: Final = frozenset({"still", "being"})  # "the Achilles reflexes being equal"
_FOUND_TO_BE: Final = "to be"
_MEASURES: Final = (_RESULT, _GRADE, "numb", "reflex-grade", "degrees", "score")
_NOW_ITSELF: Final = "now"
_IT_IS: Final = frozenset({"it", "it is", "its"})
_EXAMINERS: Final = frozenset({"i", "we"})
_OPENING, _CLOSING = "(", ")"
_NEAR: Final = 4  # items behind a dash
_EXAMINED: Final = (
    *("result", "grade", "score", "reflex-grade", "degrees", "test", "reflex", "reflex-place", "muscle", "motion"),
    *("topic", "region", "root", "limb", "numb", "walk", "joint", "structure-seen", "disease"),
)
_HEADS: Final = ("test", "motion", "reflex", "muscle", "topic")
_BEFORE_DASH: Final = frozenset({"on", "the", "side", "lower"})
_TIMES, _COLON = "x", ":"
_LONGEST_TITLE: Final = 4  # items
_PARTS: Final = ("region", "root", "muscle")
_NONE: Final = frozenset[int]()
_SIGNS: Final = frozenset({"+", "-"})
_HAS: Final = frozenset({"being", "has", "have", "shows", "show", "demonstrates", "demonstrate"})


def asides(row: Row) -> frozenset[int]:
    """Return the places of what a bracket tells beside an examination: "AJ absent L (post discectomy), R normal"."""
    if _OPENING not in row.sentence.words:
        return _NONE
    found: set[int] = set()
    start = -1
    for at, item in enumerate(row):
        if item.text == _OPENING:
            start = at
        elif item.text == _CLOSING and start >= 0:
            inside = range(start + 1, at)
            if not any(_tells(row[one]) for one in inside) or _counts_other_side(row, start, at):
                found.update(inside)
            start = -1
    return frozenset(found)


def _counts_other_side(row: Row, start: int, end: int) -> bool:
    """Return whether a bracket only counts what the other side does: "heel raise x 3 on R (x 20 on L)"."""
    inside = row[start + 1 : end]
    if not start or inside[0].text != _TIMES or not row[start - 1].is_side:
        return False
    sides = {item.entry.side for item in inside if item.is_side} - {row[start - 1].entry.side}
    return len(sides) == 1 and not any(item.concept(kind) for item in inside for kind in _EXAMINED)


def titles(row: Row) -> frozenset[int]:
    """Return the places of a title that only names the legs, whose parts are told behind it: "LL neuro: LT reduced"."""
    if _COLON not in row.sentence.words:
        return _NONE
    colon = next((at for at, item in enumerate(row[:_LONGEST_TITLE]) if item.text == _COLON), 0)
    is_title = colon > 0 and all(item.concept("whole") or item.concept("filler") for item in row[:colon])
    is_told = any(item.concept(kind) for item in row[colon:] for kind in _PARTS)
    return frozenset(range(colon)) if is_title and is_told and not any(item.is_side for item in row[:colon]) else _NONE


def _tells(item: Item) -> bool:
    """Return whether an item may tell what was examined, its side or result, or whether it is so."""
    is_examined = any(item.concept(kind) for kind in _EXAMINED)
    return is_examined or item.is_side or bool(item.entry.cues) or (item.number >= 0 and not item.year)


def leads_on(row: Row, at: int) -> bool:
    """Return whether an item only leads to a result: a dash, "still", or "it is" behind "now"."""
    text = row[at].text
    if text == DASH:
        return _is_dash(row, at)
    if text in _IT_IS:
        return at > 0 and (row[at - 1].is_marked(Mark.NOW) or (row[at - 1].is_side and _leads_to_result(row, at)))
    if text == _NOW_ITSELF:
        # "left foot now numb", "sensation now full"
        return at > 0 and _takes_now(row[at - 1]) and _leads_to_result(row, at)
    if text.endswith(_FOUND_TO_BE) and not row[at].entry.cues:
        return _leads_to_result(row, at)  # "was found to be positive"
    if text == _JUST and at + 1 < len(row) and row[at + 1].number >= 0:
        return True  # "was just 5 degrees"
    return text in _STATING and _leads_to_result(row, at)


def is_examiner(row: Row, at: int) -> bool:
    """Return whether an item is who tells of a result: "the ankle jerks I could obtain"."""
    return row[at].text in _EXAMINERS and at + 1 < len(row) and row[at + 1].concept(_RESULT) is not None


def has_what_follows(row: Row, at: int) -> bool:
    """Return whether a part of the body has the result behind it: "the leg has full power", "the legs being spared"."""
    if row[at].text not in _HAS or not at or at + 1 >= len(row):
        return False
    behind = row[at + 1]
    is_told = behind.concept(_RESULT) is not None or behind.concept(_GRADE) is not None
    return is_told and _is_part(row[at - 1])


def _takes_now(item: Item) -> bool:
    """Return whether the result of now may stand right behind an item: "left foot now numb", "SLR left now 80"."""
    return _is_part(item) or _is_topic(item) or item.is_side or any(item.concept(kind) for kind in _HEADS)


def _is_part(item: Item) -> bool:
    return any(item.concept(kind) for kind in ("region", "limb")) and item.concept(_RESULT) is None


def _is_topic(item: Item) -> bool:
    return item.concept("topic") is not None and item.concept(_RESULT) is None


def _leads_to_result(row: Row, at: int) -> bool:
    """Return whether a result follows, as in "FADIR still positive"; not another head."""
    behind = next((item for item in row[at + 1 :] if not item.is_side), None)
    return behind is not None and (
        behind.text in _SIGNS or behind.number >= 0 or any(behind.concept(kind) for kind in _MEASURES)
    )


def is_headed_by_side(row: Row, at: int) -> bool:
    """Return whether a dash only parts a side from what is examined on it: "Left - AJ absent", "R leg - SLR 80"."""
    if at + 1 >= len(row) or not any(row[at + 1].concept(kind) for kind in _HEADS):
        return False
    start = max((place + 1 for place in range(at) if row[place].is_marked(Mark.LIST, Mark.STOP)), default=0)
    named = row[start:at]
    return any(item.is_side or item.side is not Side.UNSTATED for item in named) and all(
        item.is_side or item.text in _BEFORE_DASH or item.concept("whole") or item.concept("joint") == "hip"
        for item in named
    )


def _is_dash(row: Row, at: int) -> bool:
    """Return whether a dash only leads to a result or a side: "SLR - right: negative", "R leg - intact"; no minus."""
    behind = row[at + 1] if at + 1 < len(row) else None
    if is_headed_by_side(row, at):
        return True
    is_minus = behind is None or any(item.text in _SIGNS for item in row if item is not row[at])
    is_measure = behind is not None and behind.number >= 0 and at > 0 and row[at - 1].is_side
    is_told = behind is not None and any(behind.concept(kind) for kind in (_RESULT, "degrees", "grade", "reflex-grade"))
    is_told = is_told or _leads_to_numbness(row[at + 1 : at + 1 + _NEAR])
    return not is_minus and behind is not None and (behind.is_side or is_told or is_measure)


def _leads_to_numbness(items: Sequence[Item]) -> bool:
    """Return whether numbness is named, and nothing but small words before it: "R thigh - a patch of numbness"."""
    named = next((item for item in items if not (item.is_marked(Mark.LINK) or item.concept("filler"))), None)
    return named is not None and named.concept("numb") is not None
