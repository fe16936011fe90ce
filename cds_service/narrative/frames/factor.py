"""The frame of factors: what makes pain worse or better, and what brings it on, in either order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.calm import PAINLESS, VAGUE
from cds_service.narrative.frames.frame import Frame
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
from cds_service.narrative.frames.sites import PRONOUN, QUALITY, REGION
from cds_service.narrative.frames.subject import COMPLAINT, Subject, is_denial, pain_at, subject_before
from cds_service.narrative.items import Item, Role, Row
from cds_service.narrative.lexicon import Mark, PhraseMeaning
from cds_service.narrative.mentions import Mention

_CHANGE, _ACTION, _OCCASION, _PERSON, _ASIDE = "effect", "action", "occasion", "person", "aside"
_WORSE, _BETTER, _SAME, _ALTER, _PAIN = "worse", "better", "same", "alter", "pain"
_LEAVING, _RISING, _CART = "leaving", "rising", "cart"
_LED: Final = frozenset({"stiff", "hobble", "hard", "loosen"})  # "stiff as a board getting out of a chair"
_TO, _AND, _NOR = "to", frozenset({"and", "then"}), frozenset({"nor", "neither", "or"})
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
_OPPOSITES = {
    "not-worse": (_WORSE,),
    _WORSE: (_BETTER,),
    _BETTER: (_WORSE,),
    _SAME: (_BETTER, _WORSE),
    _ALTER: (_BETTER, _WORSE),
}
_LOW_BACK, _FOR, _COMMA, _COLON, _DASH = "low-back", "for", ",", ":", "-"
_RUNNING, _LONG_RUN, _DISTANCE, _LEAST_LONG = "running", "long-run", "distance", 10  # kilometres or miles
_WALKING, _UNTIL, _COMPARED = "walking", frozenset({"before", "until", "till"}), frozenset({"than", "rather than"})
_BEFORE, _BEHIND = 12, 8  # items between an action and its change
_MAX_UNKNOWN = 2
_LISTS = (Mark.LIST, Mark.JOINED)
_RELATIVES, _PASSED = frozenset({"which", "that"}), frozenset({Role.PLACE, Role.RUN})


class _Governing(NamedTuple):
    """What an action changes. `is_listed`: other actions stand between. `is_denied`: it does not."""

    at: int
    change: str
    is_listed: bool = False
    is_denied: bool = False


class FactorFrame(Frame):
    """Reads "worse with walking, better leaning on a cart", "sitting eases it", "pain on rising from a chair"."""

    name = "factor"
    kinds = frozenset({_CHANGE, _ACTION, _OCCASION, _PERSON, _DISTANCE, _ASIDE, FURNITURE, COMPLAINT})
    heads = frozenset({_ACTION, _DISTANCE})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what each action changes."""
        denied = False
        for place in row.kinds.get(_ACTION, ()):
            action = _action(row, place)
            if self._is_of_another_part(row, place) or (place and row[place - 1].text in _COMPARED):
                continue
            before, behind = self._before(row, place, action), self._behind(row, place, action)
            is_nearer = before and before.is_listed and behind and behind.at - place <= _MAX_UNKNOWN
            found = behind if is_nearer or not before else before
            found = found or self._until(row, place, action) or self._by_itself(row, place, action)
            if found and (mention := self._mention(row, place, action, found)):
                denied = mention.value is FindingValue.ABSENT
                yield mention
            elif denied and not found and _nor_before(row, place):
                yield from self._neither(place, action)
        if not row.kinds.get(_ACTION):
            yield from self._after_distance(row)

    def _neither(self, place: int, action: str) -> Iterator[Mention]:
        """Yield what a "nor" denies of a further action: "sitting does not ease it, nor does leaning forward"."""
        read = self._meaning_of(_ALTER, action)
        if read:
            yield Mention(place, read[0], place, place, is_sided=True, about=Subject.UNSAID)

    def _after_distance(self, row: Row) -> Iterator[Mention]:
        """Yield a long run told by its distance alone: "hurts the day after anything over 15 miles"."""
        if not _ROADS.isdisjoint(row.sentence.words):
            return
        for place in row.kinds.get(_DISTANCE, ()):
            found = self._before(row, place, _LONG_RUN) if row[place - 1].number >= _LEAST_LONG else None
            if found and found.change == _PAIN and (mention := self._mention(row, place, _LONG_RUN, found)):
                yield mention

    def _is_of_another_part(self, row: Row, place: int) -> bool:
        """Return whether a movement is one of a limb: "better with knee flexion"."""
        before = row[place - 1] if place and not row[place].concept(_OCCASION) else None
        return before is not None and before.role is Role.PLACE and before.concept(REGION) != _LOW_BACK

    def _mention(self, row: Row, place: int, action: str, found: _Governing) -> Mention | None:
        read = self._meaning(row[found.at], found.change, action)
        if read and found.change == _ALTER and not found.is_denied:
            read = (read[0], False) if _nor_before(row, place) else None
        first, last = min(place, found.at), max(place, found.at)
        own = row[found.at].role in {Role.PAIN, Role.PAIN_WORD}
        subject = pain_at(row, found.at) if own else subject_before(row, first)
        if subject is Subject.UNSAID and subject_before(row, last) is Subject.OTHER:
            subject = Subject.OTHER
        if read is None or subject is Subject.OTHER or (action in STARTING and is_of_another(row, found.change)):
            return None
        meaning, is_absent = read
        value = FindingValue.ABSENT if is_absent or found.is_denied else FindingValue.PRESENT
        if is_absent and found.is_denied and found.change != _ALTER:
            return None
        if row[found.at].role is Role.PAIN:
            meaning = replace(meaning, denies=())  # without groin pain on walking something else may hurt
        return Mention(place, meaning, first, last, value=value, is_sided=True, about=subject)

    def _meaning(self, item: Item, change: str, action: str) -> tuple[PhraseMeaning, bool] | None:
        """Return what is recorded, and whether as absent: what sitting makes worse it does not ease."""
        own = self.table.get(item.concept(REGION) or "", {}).get(action) if change == _PAIN else None
        return (own, False) if own else self._meaning_of(change, action)

    def _meaning_of(self, change: str, action: str) -> tuple[PhraseMeaning, bool] | None:
        meaning = self.table.get(change, {}).get(action)
        if meaning:
            return meaning, False
        opposite = (self.table.get(one, {}).get(action) for one in _OPPOSITES.get(change, ()))
        return next(((one, True) for one in opposite if one), None)

    def _before(self, row: Row, place: int, action: str) -> _Governing | None:
        """Return the change before an action: "worse with standing and walking"."""
        nearest, is_led, is_headed, is_listed, needs_action, unknown = place, False, False, False, False, 0
        is_led = row[place].concept(_OCCASION) is not None or lasts(row, place, action)  # "on walking"
        for at in range(place - 1, max(-1, place - _BEFORE), -1):
            item = row[at]
            if nearest == at + 1 and is_easy(row, at) and is_rising(row, nearest):
                return _Governing(at, _PAIN, is_denied=True)
            change = _change(item) or (_PAIN if is_denied_trouble(row, at) else None)
            if item.concept(_ACTION) and not change:
                nearest, is_led, is_listed, needs_action = at, False, True, False
            elif needs_action and not (item.role is Role.BRIDGE or item.is_marked(*_LISTS)):
                return None
            elif change and self._meaning(item, change, action):
                is_next = nearest == at + 1 and (change != _PAIN or is_rising(row, nearest))
                is_led = is_led or change in _LED or (is_headed and change != _PAIN)
                return _Governing(at, change, is_listed) if is_led or is_next or item.concept(_OCCASION) else None
            elif item.is_marked(*_LISTS):
                needs_action = not joins_places(row, at)
            elif item.text == _COLON or (item.text == _DASH and at and _change(row[at - 1])):
                is_headed = True  # "Agg: walking, stairs"
            elif item.concept(_OCCASION):
                is_led = is_led or change != _BETTER
            elif _breaks(item) or _begins_clause(row, at):
                return None
            else:
                unknown += item.is_unknown and not item.entry.concepts
                if unknown > _MAX_UNKNOWN:
                    return None
        return None

    def _behind(self, row: Row, place: int, action: str) -> _Governing | None:
        """Return the change behind an action: "walking makes it worse", "sitting does not help"."""
        unknown, is_denied, is_joined, occasion = 0, False, False, ""
        for at in range(place + 1, min(len(row), place + _BEHIND)):
            item = row[at]
            change = _PAIN if is_denied and item.concept(QUALITY) == VAGUE else _change(item)
            if item.concept(QUALITY) == PAINLESS and self._meaning_of(_PAIN, action):
                return _Governing(at, _PAIN, is_denied=True)
            if change and self._meaning(item, change, action):
                is_taken = bool(occasion) and change != _PAIN and not (occasion == _TO and change == _BETTER)
                is_taken = is_taken or (is_joined and change not in {_BETTER, _SAME, *_LED})
                return None if is_taken else _Governing(at, change, is_denied=is_denied)
            if item.is_marked(*_LISTS):
                behind = row[at + 1] if at + 1 < len(row) else None
                is_same = behind is not None and _change(behind) == _SAME
                is_joined = is_joined or item.text in _AND or is_same
                if (
                    behind is None
                    or not (behind.concept(_ACTION) or is_joined)
                    or (item.text == _COMMA and not is_same)
                ):
                    return None
            elif is_joined and item.concept(_ACTION):
                return None
            elif is_denial(item):
                is_denied = True
            elif item.concept(_OCCASION) and item.role is not Role.RUN:
                occasion = item.text
            elif action == _CART and item.text in _RELATIVES:
                continue  # "a trolley for support, which eases it"
            elif _ends_change(item, is_joined=is_joined) or (item.text == _FOR and occasion):
                return None
            else:
                unknown += item.is_unknown and not item.entry.concepts
                if unknown > _MAX_UNKNOWN:
                    return None
        return None

    def _until(self, row: Row, place: int, action: str) -> _Governing | None:
        """Return the pain that ends an action: "can walk 200 m before the legs ache"."""
        ends = (at for at in range(place + 1, min(len(row), place + _BEHIND)) if _said(row, at) in _UNTIL)
        end = next(ends, None)
        if action != _WALKING or end is None:
            return None
        for at in range(end + 1, min(len(row), end + _BEHIND)):
            if _change(row[at]) == _PAIN:
                return _Governing(at, _PAIN)
            if is_denial(row[at]) or row[at].is_marked(*_LISTS):
                return None
        return None

    def _by_itself(self, row: Row, place: int, action: str) -> _Governing | None:
        """Return what says enough with an action alone: "leans on a cart", "after long runs"."""
        at = place - 1
        while at >= 0 and row[at].role is Role.BRIDGE and not row[at].concept(_OCCASION):
            at -= 1
        if at < 0:
            return None
        key = row[at].concept(_ACTION) or row[at].concept(_OCCASION) or ""
        return _Governing(at, key) if self.table.get(key, {}).get(action) else None


def _said(row: Row, at: int) -> str:
    return row.sentence.words[row.firsts[at]]


def _action(row: Row, place: int) -> str:
    """Return what an action is: running becomes a long run beside its distance, "15 km running", "ran 20 miles"."""
    action = row[place].concept(_ACTION) or ""
    if action == _LEAVING:
        return _RISING if leaves_a_seat(row, place) else ""
    if action != _RUNNING:
        return action
    near = [row[at] for at in range(max(0, place - 2), min(len(row), place + 4))]
    is_far = any(one.number >= _LEAST_LONG and other.concept(_DISTANCE) for one, other in pairwise(near))
    return _LONG_RUN if is_far else action


def _change(item: Item) -> str | None:
    if item.role is Role.PAIN or (item.role is Role.PAIN_WORD and not item.concept(_CHANGE)):
        return _PAIN
    return _BETTER if item.entry.qualifiers.get("response") == "relief" else item.concept(_CHANGE)


def _nor_before(row: Row, place: int) -> bool:
    """Return whether "nor" stands right before an action: "nor does leaning forward"."""
    at = place - 1
    while at >= 0 and (row[at].role is Role.BRIDGE or row[at].concept(_ACTION)):
        at -= 1
    return at >= 0 and (row[at].text in _NOR or is_denial(row[at]))


def _begins_clause(row: Row, at: int) -> bool:
    """Return whether an unknown verb joins another clause: "increases with walking and decreases with sitting"."""
    is_joined = at > 0 and row[at - 1].is_marked(*_LISTS) and at + 1 < len(row)
    return is_joined and row[at].is_unknown and row[at + 1].concept(_OCCASION) is not None


def _ends_change(item: Item, *, is_joined: bool) -> bool:
    """Return whether no change of an action follows. `is_joined`: the action is one of several."""
    is_elsewhere = item.role is Role.PLACE and item.concept(REGION) != _LOW_BACK
    return (is_elsewhere and not is_joined) or _breaks(item)


def _breaks(item: Item) -> bool:
    """Return whether a word parts an action from its change."""
    if item.concept(PRONOUN) or item.concept(_PERSON) or item.role in _PASSED:
        return False
    if item.is_marked(Mark.STOP) or item.role is Role.ELSEWHERE or item.concept(COMPLAINT) or item.entry.saying:
        return True
    return bool(item.entry.cues) and not item.concept(_CHANGE)
