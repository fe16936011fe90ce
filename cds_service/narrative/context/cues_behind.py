"""How far back a cue reaches that stands behind mentions: "groin pain: denied", "fever, chills, weight loss: none"."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.boxes import stands_behind
from cds_service.narrative.context.denied_lists import is_plain_list
from cds_service.narrative.context.surroundings import happened_after, without_own_side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Cue, CueEffect, Mark

NEAR: Final = 12  # items between a mention and a cue after it
_LISTS: Final = (Mark.LIST, Mark.JOINED)
_HEADING: Final = ":"
_OF_TREATMENTS: Final = frozenset({CueEffect.PLANNED, CueEffect.ENDED})  # "methotrexate, never started"
_BEGUN, _TO_BE = "begun", frozenset({"to be", "was", "were", "being", "now", "since", "both", "has been"})
_OVER_BEHIND_A_COMMA: Final = frozenset(
    {CueEffect.HISTORICAL, CueEffect.PLANNED, CueEffect.ENDED}
)  # "sciatica, resolved"
_TODAY: Final = frozenset({"today", "now", "currently", "at all", "clinically"})
_ZERO: Final = "0"
_MINUS: Final = "-"
_COLONS: Final = frozenset({":", "-", "="})  # "saddle numbness: 0", but "weakness of dorsiflexion 0"
_SIGNS: Final = frozenset({"( - )", "[ - ]"})
_LEADING: Final = _SIGNS | {"( + )", "[ + ]"}
_AGO: Final = "ago"
# They begin a bracket, or the reason of what stands before: "ibuprofen not tried as on apixaban".
_REASONS: Final = frozenset({"(", "as", "because", "due", "d", "owing", "given", "secondary"})
_BEGAN: Final = ("began", "started", "developed", "first")
_NEAR_BEFORE: Final = 4  # items
_EXAMINED: Final = ("test", "reflex")
_MAX_REST: Final = 3
_LAST_JOINED: Final = frozenset({"and", "&", "or", "nor"})
_END: Final = Cue(CueEffect.NEGATED, is_before=False, is_closing=True)
_HISTORY: Final = frozenset({"hx", "history"})
_MAX_UNKNOWN: Final = 1  # unknown words between a mention and a cue after it
_MAX_UNKNOWN_EVENT: Final = 4  # between what happened and "decades ago": it tells how it happened


class CuesBehind:
    """The cues of a sentence that stand behind mentions. `mentions` are in order."""

    def __init__(self, items: Row, mentions: Sequence[Mention]) -> None:
        self._items = items
        self._mentions = mentions

    def reaches(self, place: int, cue: Cue, mention: Mention) -> bool:
        """Return whether a cue after a mention applies to it. It does not if it may apply to what follows instead."""
        if place - mention.last > NEAR or (cue.is_closing and not self._closes(place, cue)):
            return False
        if cue.effect is CueEffect.HISTORICAL and self._began_then(mention, place):
            return False
        between = without_own_side(self._items[mention.last + 1 : place], mention)
        if cue.effect is CueEffect.NEGATED and any(item.concept(kind) for item in between for kind in _EXAMINED):
            return False  # "numb left foot with SLR negative"
        if self._items[place].text in _SIGNS and (not _is_rest(between) or self._items[0].text in _LEADING):
            return False  # "(+) night pain, (-) fever": it denies what stands behind it
        if cue.effect is CueEffect.UNCLEAR and any(item.is_marked(Mark.QUOTED) for item in between):
            return False  # "groin pain L (previous note said R in error)"
        if cue.effect is CueEffect.HISTORICAL and mention.saying.is_event and _is_how(between):
            return True
        if cue.is_listing:
            return not any(item.is_marked(Mark.STOP) or item.entry.cues for item in between)
        if self._items[place].text == _ZERO and ("grade" in mention.saying.takes or not _is_answered(between)):
            return False
        if self._items[place].text == _MINUS and not _is_rest(between):
            return False
        if cue.is_closing and _is_of_another_entry(between):
            return False
        if cue.effect is CueEffect.HISTORICAL and cue.is_closing and happened_after(between):
            return True
        is_ended = cue.effect in _OF_TREATMENTS and self._closes(place, cue)
        if cue.effect in _OVER_BEHIND_A_COMMA and (cue.is_closing or is_ended or _is_begun(between)):
            between = _without_comma(between)
        unknown = sum(item.is_unknown for item in between)
        if unknown > _MAX_UNKNOWN or any(item.is_marked(Mark.STOP) or item.text == "," for item in between):
            if cue.effect is not CueEffect.NEGATED:
                return False
            return (cue.is_closing and is_plain_list(self._items[:place])) or self._ends_list(place, mention, between)
        if any(_says(item) for item in between) and not self._is_list(between):
            return all(_is_like(item, cue) for item in between)
        if cue.effect is CueEffect.HISTORICAL and self._tells_when(place):
            return True
        is_both = any(one.is_before and one.effect is cue.effect for one in self._items[place].entry.cues)
        return cue.is_between or cue.is_closing or not (is_both and self._leads_on(place))

    def _ends_list(self, place: int, mention: Mention, between: Sequence[Item]) -> bool:
        """Return whether a denial may be one of a whole list of names: "fever, numb foot and back pain absent"."""
        joins = [item.text for item in between if item.is_marked(*_LISTS)]
        is_joined = bool(joins) and (joins[-1] in _LAST_JOINED or between[-1].text in _COLONS)
        is_named = (
            mention.value is FindingValue.PRESENT
            and any(item.entry.saying for item in between)
            and self._closes(place, _END)
        )
        first = next((at for at in range(mention.first, 0, -1) if self._items[at - 1].is_marked(Mark.LIST)), 0)
        last = next(
            at for at in range(mention.last + 1, place) if self._items[at].is_marked(*_LISTS) or at + 1 == place
        )
        return is_joined and is_named and all(_is_name(item) for item in self._items[first:last])

    def _tells_when(self, place: int) -> bool:
        """Return whether it is told on which occasion it was: "fractured as a teenager in a skiing accident"."""
        return any(item.concept("occasion") for item in self._items[place + 1 : place + 2])

    def _began_then(self, mention: Mention, place: int) -> bool:
        """Return whether a mention only began at a time: "the pain began in the groin some months ago"."""
        if not self._items[place].text.endswith(_AGO):
            return False
        near = self._items[max(0, mention.first - _NEAR_BEFORE) : place]
        return any(item.text.startswith(_BEGAN) for item in near)

    def is_answer(self, place: int, cue: Cue) -> bool:
        """Return whether a closing negation answers what precedes it or is a test result, so negates nothing later."""
        if cue.effect is not CueEffect.NEGATED:
            return False
        before = [one for one in self._mentions if one.first <= place]
        return any((place <= one.last and one.about is None) or self.reaches(place, cue, one) for one in before)

    def _closes(self, place: int, cue: Cue) -> bool:
        """Return whether a clause ends after an item: at a comma, a bracket, or the next entry of a form."""
        behind = self._items[place + 1 :]
        while behind and behind[0].year:
            behind.pop(0)  # "cured 2008"
        if behind and behind[0].text in _TODAY:
            behind.pop(0)
        if not behind or behind[0].is_marked(Mark.LIST) or behind[0].text == ")":
            return True
        if cue.effect in _OF_TREATMENTS and self._items.word(place + 1) in _REASONS:
            return True
        if stands_behind(self._items, self._mentions, place):
            return True  # "cancer [ ] HIV [ ]", whether or not what follows is a finding
        return behind[0].entry.saying is not None and len(behind) > 1 and behind[1].text == _HEADING

    def _is_list(self, between: list[Item]) -> bool:
        return any(item.is_marked(*_LISTS) for item in between) and not any(item.entry.cues for item in between)

    def _leads_on(self, place: int) -> bool:
        """Return whether another mention follows a cue before its scope ends."""
        for item in self._items[place + 1 :]:
            if item.entry.saying:
                return True
            if item.is_marked(Mark.STOP, Mark.GROUNDS, *_LISTS):
                return False
        return False


def _is_rest(between: Sequence[Item]) -> bool:
    """Return whether words only end the name before them: "sleep disturbed by pain -", "prednisone use (-)"."""
    return len(between) <= _MAX_REST and all(
        (item.is_unknown or item.is_marked(Mark.PAIN, Mark.LINK)) and not item.is_marked(Mark.STOP, *_LISTS)
        for item in between
    )


def _is_name(item: Item) -> bool:
    """Return whether a word may stand in a name, and tells of nobody who has it, and of no time."""
    return not (item.entry.cues or item.number >= 0 or item.is_marked(Mark.STOP, Mark.TIME, Mark.BEGAN))


def _is_how(between: Sequence[Item]) -> bool:
    """Return whether words only tell how something happened: "fell 3 m off a scaffold decades ago"."""
    is_apart = any(item.is_marked(Mark.STOP, *_LISTS) or item.entry.saying is not None for item in between)
    return not is_apart and sum(item.is_unknown for item in between) <= _MAX_UNKNOWN_EVENT


def _is_begun(between: Sequence[Item]) -> bool:
    """Return whether it is told when something was or will be begun: "methotrexate, to be started next month"."""
    return bool(between) and between[-1].concept(_BEGUN) is not None


def _without_comma(between: list[Item]) -> list[Item]:
    """Return the items without a comma that only parts a finding from when it was or will be begun, or ended."""
    end = len(between)
    while end and (between[end - 1].concept(_BEGUN) or between[end - 1].text in _TO_BE):
        end -= 1
    return between[: end - 1] if end and between[end - 1].text == "," else between


def _is_answered(between: list[Item]) -> bool:
    return all(item.text in _COLONS for item in between)


def _is_of_another_entry(between: Sequence[Item]) -> bool:
    """Return whether a colon behind something else that was examined leads to a cue: "AJ 2+, clonus: none"."""
    return len(between) > 1 and between[-1].text in _COLONS and between[-2].concept("topic") == "other"


def is_joined_list(between: Sequence[Item]) -> bool:
    """Return whether what stands between a mention and its denial joins it to more: "fever/chills/wt loss: none"."""
    if not between or between[-1].text != _HEADING:
        return False
    entries = between[:-1]
    return all(item.is_marked(Mark.JOINED) or (item.entry.saying and not item.entry.cues) for item in entries) and any(
        item.is_marked(Mark.JOINED) for item in entries[:1]
    )


def is_small(item: Item) -> bool:
    """Return whether an item is a side, a link or joins a list."""
    return item.is_side or item.is_marked(Mark.LINK, *_LISTS)


def _is_like(item: Item, cue: Cue) -> bool:
    """Return whether an item is small or says the same as a cue behind it: "resected 2011, no recurrence"."""
    says = {one.effect for one in item.entry.cues}
    is_history = cue.is_closing and cue.effect is CueEffect.NEGATED and item.text in _HISTORY  # "cancer hx: none"
    return is_small(item) or bool(item.year) or says == {cue.effect} or is_history


def _says(item: Item) -> bool:
    """Return whether an item changes something, or names more than a place: "EMG of the left leg requested"."""
    return bool(item.entry.cues) or (item.entry.saying is not None and not item.entry.saying.is_site)


def is_joined(items: Sequence[Item], place: int, last: int) -> bool:
    """Return whether "or" joins the list that runs from the cue at `place` to the mention that ends at `last`."""
    end = last + 1
    while end < len(items) and _goes_on(items[end]):
        end += 1
    return any(item.is_marked(Mark.JOINED) for item in items[place + 1 : end])


def _goes_on(item: Item) -> bool:
    is_passed = item.is_unknown or item.is_marked(Mark.PAIN) or is_small(item)
    return (is_passed or item.entry.saying is not None) and not item.entry.cues and not item.is_marked(Mark.STOP)
