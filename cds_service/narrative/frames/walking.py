"""The frame of walking: how far somebody gets until it hurts, "can walk 200 yds before the legs get heavy"."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from cds_service.narrative.frames.calm import closes
from cds_service.narrative.frames.changes import is_amount
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.sites import REGION
from cds_service.narrative.frames.subject import COMPLAINT, Subject, is_denial, pain_at
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

_PACE, _HEAVY, _ACTION, _WALKING = "pace", "heavy", "action", "walking"
# What stands between a walk and the pain that ends it; only these need no distance.
_SURE = frozenset({"before", "until", "till", "limited by", "stopped by", "restricted by"})
_THEN = _SURE | {"then", "->", "due to", "d / t", "because of", "because", "as", "by", "when", "secondary to"}
_BY = frozenset({"after", "within", "at", "beyond"})
_STATES: Final = frozenset({"has", "has been", "is", "now", "is now", "was", "currently", "only", "just"})
# Units that stand for walking by themselves, and how many: "pain after 5 m" may be months.
_LEAST: Final = MappingProxyType({"far": 20, "street": 1})
_CHANGE, _HEAVINESS, _ACT = "effect", "pain", "act"
_WALKED: Final = frozenset({"of", "walking", ","})
_MOVING = frozenset(
    {
        "running", "run", "runs", "ran", "jog", "jogging", "cycle", "cycling", "bike", "ride", "swim", "swimming",
        "drive", "driving",
    }
)  # fmt: skip
_LEGS = frozenset({"leg", "calf", "thigh", "buttock", "lower-leg", "foot"})
_DOING, _HARD, _UNABLE = (
    "change",
    frozenset({"trouble", "cannot"}),
    ("cannot", "cant", "unable", "difficult", "struggl"),
)
_FRACTION: Final = "score"  # "1/2 block"
_REACH, _NEAR = 12, 7  # items from the action to its end, and from there to the pain
_PAINS = frozenset({Role.PAIN, Role.PAIN_WORD})


class WalkingFrame(Frame):
    """Reads "walks 50 yds then both legs heavy", "limited to 200 m by calf pain", "pain comes on after 300 m"."""

    name = "walking"
    kinds = frozenset({_PACE, _HEAVY, _ACTION})
    heads = frozenset({_PACE, _ACTION})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield that walking hurts, where its end is told by a pain."""
        meaning = self.table.get(_HEAVY, {}).get("")
        if meaning is None or not _MOVING.isdisjoint(row.sentence.words):
            return
        for place in row.kinds.get(_ACTION, ()):
            if row[place].concept(_ACTION) == _WALKING and (pain := self._end_of(row, place)) is not None:
                yield _mention(place, pain, meaning)
                return
        for place in row.kinds.get(_PACE, ()):
            is_led = place + 1 < len(row) and row[place + 1].text in _SURE
            pain = _pain_behind(row, place + 1) if is_led else self._pain_before(row, place)
            if pain is not None:
                yield _mention(pain, place, meaning)
                return

    def _end_of(self, row: Row, place: int) -> int | None:
        """Return the pain that ends a walk."""
        is_measured = _is_hindered(row, place)
        for at in range(place + 1, min(len(row), place + _REACH)):
            item = row[at]
            if item.text in (_THEN if is_measured else _SURE):
                return _pain_behind(row, at)
            if item.concept(_PACE) and (is_amount(row[at - 1]) or row[at - 1].concept(_FRACTION)):
                is_measured = True
            elif item.text in _STATES:
                continue
            elif item.is_marked(Mark.STOP) or item.role in _PAINS or item.concept(COMPLAINT) or item.text == ",":
                return None
        return None

    def _pain_before(self, row: Row, place: int) -> int | None:
        """Return the pain that comes on after a distance: "calf pain after 200 yards"."""
        least = _LEAST.get(row[place].concept(_PACE) or "")
        if least is None or place < 2 or _count(row[place - 1]) < least or _is_treated(row, place):
            return None
        led = False
        for at in range(place - 2, max(-1, place - _NEAR), -1):
            item = row[at]
            led = led or item.text in _BY
            if item.role in _PAINS or item.concept(_CHANGE) == _HEAVINESS:
                return at if led and pain_at(row, at) is Subject.OURS else None
            if item.is_marked(Mark.STOP, Mark.LIST, Mark.JOINED) or item.entry.cues:
                return None
        return None


def _count(item: Item) -> int:
    """Return the number that an item names: "a block" is one."""
    return max(item.number, int(item.concept("count") is not None))


def _is_hindered(row: Row, place: int) -> bool:
    """Return whether somebody is said not to walk well: "struggles to walk because of pain"."""
    is_led = place > 0 and row[place - 1].concept(_DOING) in _HARD
    return is_led or row[place].text.startswith(_UNABLE)


def _is_treated(row: Row, place: int) -> bool:
    """Return whether a block is one of nerves: "better after 1 block by Dr Jones", "pain after two L5 blocks"."""
    if row[place].concept(_ACT) is None:
        return False
    behind = row[place + 1].text if place + 1 < len(row) else ","
    is_eased = any(item.concept(_CHANGE) == "better" for item in row[:place])
    return behind not in _WALKED or is_eased or any(item.concept(_ACT) for item in row[:place])


def _pain_behind(row: Row, end: int) -> int | None:
    """Return the pain or the heavy legs behind the end of a walk."""
    is_leg = False
    for at in range(end + 1, min(len(row), end + _NEAR)):
        item = row[at]
        is_leg = is_leg or item.concept(REGION) in _LEGS
        if item.role in _PAINS:
            return at if pain_at(row, at) is Subject.OURS else None
        if (item.concept(_HEAVY) and is_leg) or (item.role is Role.PLACE and closes(row, at)):
            return at  # "limited by the left hip"
        if _breaks(item):
            return None
    return None


def _breaks(item: Item) -> bool:
    return is_denial(item) or bool(item.concept(COMPLAINT)) or item.role is Role.ELSEWHERE or item.text == ","


def _mention(one: int, other: int, meaning: PhraseMeaning) -> Mention:
    return Mention(one, meaning, min(one, other), max(one, other), is_sided=True, about=Subject.OURS)
