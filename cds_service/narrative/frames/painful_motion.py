"""Find movements of the hip that hurt: "painful hip rotation", "hip flexion painful on the right"."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

MOTION: Final = "motion"
ROLLING: Final = "rolling"
_RESULT, _FILLER, _JOINT, _PAINFUL = "result", "filler", "joint", "painful"
_SORE: Final = frozenset({"sore", "hurts", "hurt", "painful", "achy", "uncomfortable"})
_TESTED: Final = frozenset({"internal", ROLLING})
_HIP: Final = "hip"
_NEAR: Final = 5  # items
_PLACES: Final = frozenset({Role.PLACE, Role.PAIN, Role.RUN})


def find_painful_motions(row: Row, meaning: PhraseMeaning, is_of_hip: Callable[[int], bool]) -> Iterator[Mention]:
    """Yield the movements that hurt, unless it is told where. Without pain on a movement the hip may hurt."""
    for at in row.kinds.get(MOTION, ()):
        word = _painful_beside(row, at) if is_of_hip(at) else None
        if word is not None and not _is_placed(row, max(at, word)):
            first, last = min(at, word), max(at, word)
            side = combine_sides(item.entry.side or item.side for item in row[first : last + 1])
            said = replace(meaning, denies=())
            yield Mention(at, said, first, last, side=side, is_sided=side is not Side.UNSTATED, parts=(at, word))


def _painful_beside(row: Row, at: int) -> int | None:
    before = _painful_before(row, at)
    return _painful_behind(row, at) if before is None else before


def _painful_behind(row: Row, at: int) -> int | None:
    """Return where a word behind a movement says that it hurts: "hip flexion painful on the right".

    Of internal rotation and of rolling that is the result of a test.
    """
    if row[at].concept(MOTION) in _TESTED:
        return None
    for place in range(at + 1, min(len(row), at + 1 + _NEAR)):
        if _is_painful(row[place]):
            return place
        if not _is_passed(row[place]):
            break
    return None


def _painful_before(row: Row, at: int) -> int | None:
    for place in range(at - 1, max(-1, at - 1 - _NEAR), -1):
        if _is_painful(row[place]):
            return place
        if not _is_passed(row[place]):
            break
    return None


def _is_painful(item: Item) -> bool:
    return item.concept(_RESULT) == _PAINFUL or (item.role is Role.PAIN_WORD and item.text in _SORE)


def _is_passed(item: Item) -> bool:
    is_small = item.is_side or item.is_marked(Mark.LINK) or item.concept(_JOINT) == _HIP or item.concept(_FILLER)
    return bool(is_small) and not item.entry.cues


def _is_placed(row: Row, last: int) -> bool:
    """Return whether it is told behind the words where the movement hurts: "IR painful in the groin"."""
    for item in row[last + 1 : last + 1 + _NEAR]:
        if item.role in _PLACES:
            return True
        if item.is_marked(Mark.LIST, Mark.STOP):
            return False
    return False
