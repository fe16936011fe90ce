"""The frame of sleep: pain that wakes, and sleeping otherwise than flat."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.sites import PRONOUN
from cds_service.narrative.frames.small_words import NOT
from cds_service.narrative.frames.subject import COMPLAINT, Subject, is_denial, pain_at, subject_before
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

_WAKING, _NIGHT, _FLAT, _ABILITY, _BED = "waking", "night", "flat", "posture", "bed"
_WAKES, _SLEEP, _PROP, _ABLE = "wakes", "sleep", "prop", "able"
_POOR, _TURN, _ASLEEP = "poor", "turn", "asleep"
_BUT = frozenset({"but", "however", "although", "though"})
_WOKEN = frozenset({"her", "him", "me", "them"})
_SLEEPS = (" sleep", " her sleep", " his sleep")  # "disturbs sleep"
_RELATIVES = frozenset({"that", "which"})
_PASSIVE = frozenset({"woken", "disturbed", "awoken"})
_ENDING_WAKING = frozenset({",", "at", "in", "and", "now", "or", "since"})
_TITLE, _NIGHTS, _COLON = 2, frozenset({"night", "nights", "sleep"}), ":"  # two items: the word and the colon
_OFTEN = re.compile("x ?[1-9]")
_FLAT_ON = "flat on"
_REACH = 10  # items between pain and waking
_NEAR = 5  # items between sleep and what it is done on
_SLEEPING = frozenset({"sleeps", "sleep", "sleeping", "slept"})
_UP = "up"  # "up at night": with pain alone is that waking by pain
_PAINS = frozenset({Role.PAIN, Role.PAIN_WORD, Role.PLACE})
_BLAMING = frozenset({"with", "w /", "d / t", "by", "from", "because of", "due to", "owing to", "because"})
_NOT_BY = frozenset({"not with", "not by", "not from", "not because of", "not due to"})
_LISTS = (Mark.LIST, Mark.JOINED)


class SleepFrame(Frame):
    """Reads "the pain wakes her", "cannot lie flat" and "sleeps in a recliner"."""

    name = "sleep"
    kinds = frozenset({_TURN, _WAKING, _NIGHT, _FLAT, _ABILITY, _BED})
    heads = frozenset({_WAKING, _NIGHT, _FLAT, _BED})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what is said of sleep."""
        if waking := self.table.get(_WAKES, {}).get(""):
            for place in row.kinds.get(_WAKING, ()):
                yield from self._waking(row, place, waking)
            for place in row.kinds.get(_NIGHT, ()):
                yield from self._at_night(row, place, waking)
        flat = self.table.get(_FLAT, {}).get("")
        if flat and not any(item.concept(COMPLAINT) for item in row):
            yield from self._flat(row, flat)

    def _waking(self, row: Row, place: int, meaning: PhraseMeaning) -> Iterator[Mention]:
        if _is_of_another(row, place):
            return
        subject = subject_before(row, place)
        around = range(max(0, place - _REACH), min(len(row), place + _REACH))
        pains = [at for at in around if row[at].role in {Role.PAIN, Role.PAIN_WORD} and not _contrasts(row, place, at)]
        if subject is Subject.OTHER or any(pain_at(row, at) is Subject.OTHER for at in pains):
            return
        blamed = _blamed(row, place)
        if any(at > place and _is_not_by(row, at) for at in pains):
            yield Mention(place, meaning, place, place, value=FindingValue.ABSENT, is_sided=True, about=Subject.OURS)
            return
        if row[place].concept(_WAKING) in {_UP, _POOR} and blamed is None:
            return  # "up three times a night to void"
        if pains or blamed is not None:
            yield Mention(place, meaning, place, place, is_sided=True, about=Subject.OURS)
            part = row[blamed].entry.saying if blamed is not None and row[blamed].role is Role.PLACE else None
            if blamed is not None and part and not any(is_denial(item) for item in row[: max(blamed, place)]):
                yield Mention(blamed, replace(part, is_site=False), blamed, blamed, parts=(blamed,))
        elif (
            self._is_it(row, place)
            or _is_by_turning(row, place)
            or (row[place].concept(_WAKING) == _NIGHT and self._is_last(row, place))
        ):
            yield Mention(place, meaning, place, place, is_sided=True, about=Subject.UNSAID)

    def _is_it(self, row: Row, place: int) -> bool:
        """Return whether "it" wakes at night, or nobody is named: "wakes me up in the middle of the night"."""
        nights = [at for at in range(place, min(len(row), place + _NEAR)) if row[at].concept(_NIGHT)]
        if place and is_denial(row[place - 1]) and _is_anyone_woken(row, place):
            return True
        is_night = bool(nights) or row[place].concept(_WAKING) == _NIGHT
        if _is_titled(row, place):
            return all(map(_is_how_often, row[place + 1 :]))
        if not place:
            at = nights[-1] if nights else place
            is_led = bool(nights) and row[place].text.startswith(_WAKES)
            return (is_led or row[place].text.endswith(_SLEEPS)) and self._is_last(row, at)
        return row[place - 1].concept(PRONOUN) is not None and is_night

    def _is_last(self, row: Row, place: int) -> bool:
        """Return whether no other reason for waking follows."""
        behind = row[place + 1] if place + 1 < len(row) else None
        return behind is None or behind.is_marked(*_LISTS, Mark.STOP)

    def _at_night(self, row: Row, place: int, meaning: PhraseMeaning) -> Iterator[Mention]:
        """Read "pain at night"."""
        before = row[place - 1] if place else None
        is_pain = before is not None and before.role in {Role.PAIN, Role.PAIN_WORD}
        if is_pain and pain_at(row, place - 1) is Subject.OURS:
            yield Mention(place, meaning, place - 1, place, is_sided=True, about=Subject.OURS)

    def _flat(self, row: Row, meaning: PhraseMeaning) -> Iterator[Mention]:
        for place in row.kinds.get(_FLAT, ()):
            if place and is_denial(row[place - 1]):
                yield Mention(place, meaning, place - 1, place, is_sided=True)
            elif row[place].text.startswith(_FLAT_ON) and _sleeps(row, place):
                yield Mention(place, meaning, place, place, value=FindingValue.ABSENT, is_sided=True)
            elif (at := self._ability(row, place)) is not None:
                value = FindingValue.ABSENT if row[at].concept(_ABILITY) == _ABLE else FindingValue.PRESENT
                yield Mention(place, meaning, min(place, at), max(place, at), value=value, is_sided=True)
        beds = row.kinds.get(_BED, [])
        for one, other in pairwise(beds):
            if {row[one].concept(_BED), row[other].concept(_BED)} == {_SLEEP, _PROP} and other - one <= _NEAR:
                between = row[one + 1 : other]
                is_parted = any(item.is_marked(Mark.STOP, *_LISTS) or is_denial(item) for item in between)
                if not (is_parted or row[one].text == _ASLEEP):
                    yield Mention(one, meaning, one, other, is_sided=True)

    def _ability(self, row: Row, place: int) -> int | None:
        """Return the nearest word that says whether someone can lie flat."""
        near = range(max(0, place - _NEAR), min(len(row), place + _NEAR))
        found = [at for at in near if row[at].concept(_ABILITY) and not self._is_parted(row, place, at)]
        return min(found, key=lambda at: (abs(at - place), at > place), default=None)

    def _is_parted(self, row: Row, place: int, at: int) -> bool:
        between = row[min(place, at) + 1 : max(place, at)]
        return any(item.is_marked(Mark.STOP, *_LISTS) for item in between)


def _is_of_another(row: Row, place: int) -> bool:
    """Return whether it is said which place does not wake somebody: "the shoulder, and not the hip, that wakes him"."""
    if not place or row[place - 1].text not in _RELATIVES:
        return False
    named = next((at for at in range(place - 1, max(-1, place - _NEAR), -1) if row[at].role in _PAINS), None)
    before = (row[at] for at in range((named or 0) - 1, -1, -1) if row[at].role is not Role.BRIDGE)
    return named is not None and (nearest := next(before, None)) is not None and nearest.text in NOT


def _is_titled(row: Row, place: int) -> bool:
    """Return whether a title of its own stands before waking: "Night: wakes"."""
    return place == _TITLE and row.sentence.words[0] in _NIGHTS and row[1].text == _COLON


def _is_how_often(item: Item) -> bool:
    """Return whether an item tells how often somebody wakes, or where it hurts: "wakes x3 R hip"."""
    is_small = item.is_side or item.is_marked(Mark.LINK) or _OFTEN.fullmatch(item.text) is not None
    return not item.entry.cues and (is_small or item.role is Role.PLACE)


def _contrasts(row: Row, one: int, other: int) -> bool:
    """Return whether a "but" stands between two words: "no pain at night, but wakes to pass urine"."""
    return any(item.text in _BUT for item in row[min(one, other) + 1 : max(one, other)])


def _is_anyone_woken(row: Row, place: int) -> bool:
    """Return whether whom it wakes stands behind, or nothing does: "not woken", but not "not woken by the baby"."""
    behind = row.sentence.words[row.words(place, place)[1] :]
    is_passive = row[place].text.split()[0] in _PASSIVE
    is_by_it = behind[:2] in {("by", "it"), ("by", "this")}
    is_alone = not behind or is_by_it or behind[0] in _ENDING_WAKING
    return (bool(behind) and behind[0] in _WOKEN) or (is_passive and is_alone)


def _is_by_turning(row: Row, place: int) -> bool:
    """Return whether turning over wakes somebody: "wakes x1 rolling onto the left side"."""
    near = range(max(0, place - _NEAR), min(len(row), place + _REACH))
    between = (row[min(at, place) + 1 : max(at, place)] for at in near if row[at].concept(_TURN))
    return any(not any(map(_parts, items)) for items in between)


def _parts(item: Item) -> bool:
    return item.is_marked(Mark.STOP, Mark.LIST) and not item.concept("person")


def _is_not_by(row: Row, pain: int) -> bool:
    """Return whether it is not the pain that wakes someone: "wakes to pass urine, not with pain"."""
    if not pain:
        return False
    return row[pain - 1].text in _NOT_BY or (row[pain - 1].text in _BLAMING and row[pain - 2].text in NOT)


def _sleeps(row: Row, place: int) -> bool:
    """Return whether someone is said to sleep so: "sleeps through, flat on her back"."""
    near = row[max(0, place - _NEAR) : place]
    words = " ".join(item.text for item in near).split()
    return not _SLEEPING.isdisjoint(words) and not any(is_denial(item) for item in near)


def _is_numb(row: Row, place: int) -> bool:
    """Return whether it is no pain of a place that wakes: "woke with the leg numb"."""
    behind = next((item for item in row[place + 1 :] if not item.is_marked(Mark.LINK)), None)
    return behind is not None and behind.concept(COMPLAINT) is not None


def _blamed(row: Row, waking: int) -> int | None:
    """Return the part or pain of ours that wakes someone: "wakes with the hip", "her hip wakes her"."""
    before = waking - 1
    while before >= 0 and row[before].role is Role.BRIDGE and row[before].text not in _BLAMING:
        before -= 1
    if before >= 0 and row[before].role is Role.PLACE and row[waking].concept(_WAKING) != _UP:
        return before
    for at in range(waking + 1, min(len(row), waking + _REACH)):
        if row[at].text in _BLAMING:
            behind = next((one for one in range(at + 1, len(row)) if row[one].role is not Role.BRIDGE), None)
            is_pain = behind is not None and row[behind].role in _PAINS and not _is_numb(row, behind)
            return behind if is_pain else None
        if row[at].is_marked(Mark.STOP, *_LISTS) and not (row[at].text == "/" and row[at - 1].number >= 0):
            return None
    return None
