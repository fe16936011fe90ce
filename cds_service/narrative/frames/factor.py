"""The frame of factors: what makes pain worse or better, and what brings it on, in either order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.change_behind import change_behind
from cds_service.narrative.frames.changes import (
    ACTION,
    ALTER,
    BETTER,
    CHANGE,
    LED,
    LISTS,
    LONG_RUN,
    LOW_BACK,
    MAX_UNKNOWN,
    OCCASION,
    PAIN,
    PERSON,
    SAME,
    WALKING,
    Changes,
    Governing,
    breaks,
    change_of,
    is_amount,
)
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.runs import is_fraction
from cds_service.narrative.frames.setting_out import (
    FURNITURE,
    STARTING,
    is_denied_trouble,
    is_easy,
    is_of_another,
    is_rising,
    joins_places,
    lasts,
    leaves_a_seat,
)
from cds_service.narrative.frames.sites import REGION
from cds_service.narrative.frames.subject import COMPLAINT, Subject, is_denial, pain_at, subject_before
from cds_service.narrative.frames.unhindered import is_none, unhindered, well_before
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import FrameTable

_DISTANCE, _ASIDE = "distance", "aside"
_LEAVING, _RISING = "leaving", "rising"
_WALKS = frozenset({"walk", "walks", "can walk"})
_FROM = frozenset({"from", "by"})
_NOR = frozenset({"nor", "neither", "or"})
_ROADS: Final = frozenset(
    {
        "drive",
        "drives",
        "drove",
        "driving",
        "car",
        "cycle",
        "cycles",
        "cycling",
        "bike",
        "biking",
        "ride",
        "riding",
        "rides",
        "walk",
        "walks",
        "walking",
        "walked",
        "hike",
        "hiking",
        "hikes",
    }
)
_COMMA, _COLON, _DASH = ",", ":", "-"
_RUNNING = "running"
_LEAST_LONG: Final = MappingProxyType({"distance": 10, "mile": 6})  # kilometres, or miles
_CANNOT, _WITHOUT = ("cant", "cannot", "unable"), frozenset({"without", "w/o"})  # "cannot walk far without pain"
_UNTIL, _COMPARED = frozenset({"before", "until", "till"}), frozenset({"than", "rather than"})
_BEFORE, _BEHIND = 12, 8  # items between an action and its change


class FactorFrame(Frame):
    """Reads "worse with walking, better leaning on a cart", "sitting eases it", "pain on rising from a chair"."""

    name = "factor"
    kinds = frozenset({CHANGE, ACTION, OCCASION, PERSON, _DISTANCE, _ASIDE, FURNITURE, COMPLAINT})
    heads = frozenset({ACTION, _DISTANCE})

    def __init__(self, table: FrameTable) -> None:
        """Build the frame with what it records of each change and action."""
        super().__init__(table)
        self._changes = Changes(table)

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what each action changes."""
        denied = False
        for place in row.kinds.get(ACTION, ()):
            action = _action(row, place)
            if self._is_of_another_part(row, place) or (place and row[place - 1].text in _COMPARED):
                continue
            before, behind = self._before(row, place, action), change_behind(self._changes, row, place, action)
            is_nearer = before and before.is_listed and behind and behind.at - place <= MAX_UNKNOWN
            found = behind if is_nearer or not before else before
            found = found or unhindered(row, place, action) or well_before(row, place, action)
            found = found or self._until(row, place, action) or self._by_itself(row, place, action)
            found = found and _undenied(row, place, found)
            if found and (mention := self._mention(row, place, action, found)):
                denied = mention.value is FindingValue.ABSENT
                yield mention
            elif denied and not found and _nor_before(row, place):
                yield from self._neither(place, action)
        if all(row[at].concept(ACTION) == _RUNNING for at in row.kinds.get(ACTION, ())):
            yield from self._after_distance(row)

    def _neither(self, place: int, action: str) -> Iterator[Mention]:
        """Yield what a "nor" denies of a further action: "sitting does not ease it, nor does leaning forward"."""
        read = self._changes.meaning_of(ALTER, action)
        if read:
            yield Mention(place, read[0], place, place, is_sided=True, about=Subject.UNSAID)

    def _after_distance(self, row: Row) -> Iterator[Mention]:
        """Yield a long run told by its distance alone: "hurts the day after anything over 15 miles"."""
        if not _ROADS.isdisjoint(row.sentence.words):
            return
        for place in row.kinds.get(_DISTANCE, ()):
            found = self._before(row, place, LONG_RUN) if place and _is_far(row[place - 1], row[place]) else None
            if found and found.change == PAIN and (mention := self._mention(row, place, LONG_RUN, found)):
                yield mention

    def _is_of_another_part(self, row: Row, place: int) -> bool:
        """Return whether a movement is one of a limb: "better with knee flexion"."""
        before = row[place - 1] if place and not row[place].concept(OCCASION) else None
        return before is not None and before.role is Role.PLACE and before.concept(REGION) != LOW_BACK

    def _mention(self, row: Row, place: int, action: str, found: Governing) -> Mention | None:
        read = self._changes.meaning(row[found.at], found.change, action)
        if read and found.change == ALTER and not found.is_denied:
            read = (read[0], False) if _nor_before(row, place) else None
        first, last = min(place, found.at), max(place, found.at)
        own = row[found.at].role in {Role.PAIN, Role.PAIN_WORD}
        subject = pain_at(row, found.at) if own else subject_before(row, first)
        if subject is Subject.UNSAID and subject_before(row, last) is Subject.OTHER:
            subject = Subject.OTHER
        if row[place].text in _WALKS and found.at == place + 1 and row[found.at].text == BETTER:
            return None  # "walks better with a frame"
        if read is None or subject is Subject.OTHER or (action in STARTING and is_of_another(row, found.change)):
            return None
        meaning, is_absent = read
        value = FindingValue.ABSENT if is_absent or found.is_denied else FindingValue.PRESENT
        if is_absent and found.is_denied and found.change != ALTER:
            return None
        if row[found.at].role is Role.PAIN:
            meaning = replace(meaning, denies=())  # without groin pain on walking something else may hurt
        return Mention(place, meaning, first, last, value=value, is_sided=True, about=subject)

    def _before(self, row: Row, place: int, action: str) -> Governing | None:
        """Return the change before an action: "worse with standing and walking"."""
        nearest, is_led, is_headed, is_listed, needs_action, unknown = place, False, False, False, False, 0
        is_led = row[place].concept(OCCASION) is not None or lasts(row, place, action)  # "on walking"
        for at in range(place - 1, max(-1, place - _BEFORE), -1):
            item = row[at]
            if nearest == at + 1 and is_easy(row, at) and is_rising(row, nearest):
                return Governing(at, PAIN, is_denied=True)
            change = change_of(item) or (PAIN if is_denied_trouble(row, at) else None)
            if item.concept(ACTION) and not change:
                nearest, is_led, is_listed, needs_action = at, False, True, False
            elif item.concept(_ASIDE):
                needs_action, is_headed = False, True  # "worse end of the day/walking"
            elif needs_action and is_amount(item):
                continue  # "standing > 10 mins, walking"
            elif is_led and is_none(row, at, place):
                return Governing(at, PAIN, is_denied=True)
            elif needs_action and not (item.role is Role.BRIDGE or item.is_marked(*LISTS)):
                return None
            elif change and self._changes.meaning(item, change, action):
                is_next = nearest == at + 1 and (change != PAIN or is_rising(row, nearest))
                is_led = is_led or change in LED or (is_headed and change != PAIN) or _is_from(row, at, nearest, change)
                return Governing(at, change, is_listed) if is_led or is_next or item.concept(OCCASION) else None
            elif item.is_marked(*LISTS) and not is_fraction(row, at):
                needs_action = not joins_places(row, at)
            elif item.text == _COLON or (item.text == _DASH and at and change_of(row[at - 1])):
                is_headed = True  # "Agg: walking, stairs"
            elif item.concept(OCCASION):
                is_led = is_led or change != BETTER
            elif breaks(item) or _begins_clause(row, at):
                return None
            else:
                unknown += item.is_unknown and not item.entry.concepts
                if unknown > MAX_UNKNOWN:
                    return None
        return None

    def _until(self, row: Row, place: int, action: str) -> Governing | None:
        """Return the pain that ends an action: "can walk 200 m before the legs ache"."""
        ending = {*_UNTIL, *_WITHOUT} if _is_not_done(row, place) else _UNTIL
        ends = (at for at in range(place + 1, min(len(row), place + _BEHIND)) if _said(row, at) in ending)
        end = next(ends, None)
        if action != WALKING or end is None:
            return None
        for at in range(end + 1, min(len(row), end + _BEHIND)):
            if change_of(row[at]) == PAIN:
                return Governing(at, PAIN)
            if is_denial(row[at]) or row[at].is_marked(*LISTS):
                return None
        return None

    def _by_itself(self, row: Row, place: int, action: str) -> Governing | None:
        """Return what says enough with an action alone: "leans on a cart", "after long runs"."""
        at = place - 1
        while at >= 0 and row[at].role is Role.BRIDGE and not row[at].concept(OCCASION):
            at -= 1
        if at < 0:
            return None
        key = row[at].concept(ACTION) or row[at].concept(OCCASION) or ""
        return Governing(at, key) if self.table.get(key, {}).get(action) else None


def _is_not_done(row: Row, place: int) -> bool:
    """Return whether somebody does not do it, or cannot: "cannot walk"."""
    return row[place].text.startswith(_CANNOT) or (place > 0 and is_denial(row[place - 1]))


def _undenied(row: Row, place: int, found: Governing) -> Governing:
    """Return a pain that is denied twice as one that is there: "cannot walk 100 m without pain"."""
    is_without = any(_said(row, at) in _WITHOUT for at in range(place + 1, found.at))
    is_twice = found.change == PAIN and found.is_denied and is_without and _is_not_done(row, place)
    return found._replace(is_denied=False) if is_twice else found


def _said(row: Row, at: int) -> str:
    return row.sentence.words[row.firsts[at]]


def _action(row: Row, place: int) -> str:
    """Return what an action is: running becomes a long run beside its distance, "15 km running", "ran 20 miles"."""
    action = row[place].concept(ACTION) or ""
    if action == _LEAVING:
        return _RISING if leaves_a_seat(row, place) else ""
    if action != _RUNNING:
        return action
    near = [row[at] for at in range(max(0, place - 2), min(len(row), place + 4))]
    return LONG_RUN if any(_is_far(one, other) for one, other in pairwise(near)) else action


def _is_far(number: Item, unit: Item) -> bool:
    """Return whether a number and its unit make a run a long one."""
    least = _LEAST_LONG.get(unit.concept(_DISTANCE) or "")
    return least is not None and number.number >= least


def _nor_before(row: Row, place: int) -> bool:
    """Return whether "nor" stands right before an action: "nor does leaning forward"."""
    at = place - 1
    while at >= 0 and (row[at].role is Role.BRIDGE or row[at].concept(ACTION)):
        at -= 1
    return at >= 0 and (row[at].text in _NOR or is_denial(row[at]))


def _is_from(row: Row, at: int, action: int, change: str) -> bool:
    """Return whether "from" leads from a relief to what gives it: "no relief from sitting"."""
    return change in {BETTER, SAME} and any(item.text in _FROM for item in row[at + 1 : action])


def _begins_clause(row: Row, at: int) -> bool:
    """Return whether an unknown verb joins another clause: "increases with walking and decreases with sitting"."""
    is_joined = at > 0 and row[at - 1].is_marked(*LISTS) and at + 1 < len(row)
    return is_joined and row[at].is_unknown and row[at + 1].concept(OCCASION) is not None
