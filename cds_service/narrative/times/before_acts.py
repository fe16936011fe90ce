"""What was there before an operation or the like: "numb in the left leg before the operation"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.times.ceasing import is_until, lasted_until, names_day
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

_COMMA, _ACT, _NEAR = ",", "act", 3
_AFTER: Final = frozenset({"after", "following", "during", "post"})
_NOW: Final = frozenset({"now", "today", "still", "currently", "but", "now has"})


def is_before_it(items: Sequence[Item], place: int) -> bool:
    """Return whether an item names an operation and that all was before it."""
    return any(cue.is_opening and cue.effect is CueEffect.HISTORICAL for cue in items[place].entry.cues)


def before_act(items: Row, mentions: Sequence[Mention], place: int) -> Iterator[Mention]:
    """Yield the findings of the time before an operation or the like: "numb in the left leg before the operation"."""
    act = _act_behind(items, place)
    others = (item for at, item in enumerate(items) if at not in {place, act})  # "may" is a month, too
    if (
        act is None
        or any(item.text in _AFTER for item in items[place:act])
        or any(item.is_marked(Mark.UNENDED, Mark.PRESENTLY) for item in others)
    ):
        return
    for mention in mentions:
        if mention.first <= act <= mention.last or items[mention.place].concept(_ACT):
            continue
        if is_until(items[place]) and not lasted_until(items, mention, place):
            continue
        if mention.first > act:
            is_then = not any(item.text in _NOW for item in items[act + 1 :])
        else:
            between = items[mention.last + 1 : place]
            is_then = not any(item.is_marked(Mark.STOP) or item.text == _COMMA for item in between)
        if is_then:
            yield mention


def _act_behind(items: Row, place: int) -> int | None:
    """Return the place of the operation or the like that all was before: "until" may name a year, too."""
    if is_before_it(items, place):
        return place
    if is_until(items[place]) and place + 1 < len(items) and names_day(items, place + 1):
        return place + 1
    near = range(place + 1, min(len(items), place + 1 + _NEAR + 1))
    is_dated = is_until(items[place])
    return next((at for at in near if items[at].concept(_ACT) or (is_dated and items[at].year)), None)
