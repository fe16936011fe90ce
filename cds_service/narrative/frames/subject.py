"""What a sentence is about: a pain of ours, or something else that may be worse, better or wake someone too."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import CueEffect

COMPLAINT: Final = "complaint"
_STRAINING = frozenset({"coughing", "sneezing", "straining"})  # what makes pain worse
_REACH = 30  # items
_PAINS = frozenset({Role.PAIN, Role.PAIN_WORD, Role.PLACE})


class Subject(Enum):
    """What was spoken of."""

    OURS = "ours"
    OTHER = "other"
    UNSAID = "unsaid"


def subject_before(items: Sequence[Item], place: int) -> Subject:
    """Return what the nearest words before `place` are about."""
    for at in range(place - 1, max(-1, place - _REACH), -1):
        item = items[at]
        if item.role is Role.ELSEWHERE or (item.concept(COMPLAINT) and item.text not in _STRAINING):
            return Subject.OTHER
        if item.role in _PAINS:
            return pain_at(items, at)
        saying = item.entry.saying
        if saying is not None and not saying.takes and not saying.is_denial:
            return Subject.OURS  # a diagnosis
    return Subject.UNSAID


def pain_at(items: Sequence[Item], at: int) -> Subject:
    """Return whose a pain is: "neck pain" is not ours."""
    before = at - 1
    while before >= 0 and (items[before].role is Role.BRIDGE or items[before].is_side):
        before -= 1
    is_elsewhere = before >= 0 and items[before].role is Role.ELSEWHERE and items[at].role is Role.PAIN_WORD
    return Subject.OTHER if is_elsewhere else Subject.OURS


def is_denial(item: Item) -> bool:
    """Return whether an item denies what follows it."""
    return any(cue.effect is CueEffect.NEGATED and cue.is_before for cue in item.entry.cues)
