"""What an action changes: a word such as "worse" or "eases", a pain, and what the content records of both."""

from typing import Final, NamedTuple

from cds_service.narrative.frames.sites import PRONOUN, REGION
from cds_service.narrative.frames.subject import COMPLAINT
from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import FrameTable, Mark, PhraseMeaning

CHANGE: Final = "effect"
ACTION: Final = "action"
OCCASION: Final = "occasion"
PERSON: Final = "person"
WORSE: Final = "worse"
BETTER: Final = "better"
SAME: Final = "same"
ALTER: Final = "alter"
PAIN: Final = "pain"
WALKING: Final = "walking"
LONG_RUN: Final = "long-run"
LED: Final = frozenset({"stiff", "hobble", "hard", "loosen"})  # "stiff as a board getting out of a chair"
LISTS: Final = (Mark.LIST, Mark.JOINED)
LOW_BACK: Final = "low-back"
MAX_UNKNOWN: Final = 2
_OPPOSITES = {
    "not-worse": (WORSE,),
    WORSE: (BETTER,),
    BETTER: (WORSE,),
    SAME: (BETTER, WORSE),
    ALTER: (BETTER, WORSE),
}
_FILLER: Final = "filler"  # "only when walking"
_PASSED = frozenset({Role.PLACE, Role.RUN})
_AMOUNTS: Final = ("pace", "distance", "span", "dominance", "count")


class Governing(NamedTuple):
    """What an action changes. `is_listed`: other actions stand between. `is_denied`: it does not."""

    at: int
    change: str
    is_listed: bool = False
    is_denied: bool = False


class Changes:
    """What is recorded of a change and the action that it goes with."""

    def __init__(self, table: FrameTable) -> None:
        self._table = table

    def meaning(self, item: Item, change: str, action: str) -> tuple[PhraseMeaning, bool] | None:
        """Return what is recorded, and whether as absent: what sitting makes worse it does not ease."""
        own = self._table.get(item.concept(REGION) or "", {}).get(action) if change == PAIN else None
        return (own, False) if own else self.meaning_of(change, action)

    def meaning_of(self, change: str, action: str) -> tuple[PhraseMeaning, bool] | None:
        """Return the same of a change wherever it is."""
        meaning = self._table.get(change, {}).get(action)
        if meaning:
            return meaning, False
        opposite = (self._table.get(one, {}).get(action) for one in _OPPOSITES.get(change, ()))
        return next(((one, True) for one in opposite if one), None)


def change_of(item: Item) -> str | None:
    """Return the change that an item names, a pain among them."""
    if item.role is Role.PAIN or (item.role is Role.PAIN_WORD and not item.concept(CHANGE)):
        return PAIN
    return BETTER if item.entry.qualifiers.get("response") == "relief" else item.concept(CHANGE)


def is_amount(item: Item) -> bool:
    """Return whether a word tells how long or how far: "> 10 mins"."""
    return item.number >= 0 or any(item.concept(kind) for kind in _AMOUNTS)


def breaks(item: Item) -> bool:
    """Return whether a word parts an action from its change."""
    if item.concept(PRONOUN) or item.concept(PERSON) or item.concept(_FILLER) or item.role in _PASSED:
        return False
    if item.is_marked(Mark.STOP) or item.role is Role.ELSEWHERE or item.concept(COMPLAINT) or item.entry.saying:
        return True
    return bool(item.entry.cues) and not item.concept(CHANGE)
