"""Words near a mention that show that it is about something else: a neck's operation, an arm's weakness, wanted weight loss."""

from collections.abc import Iterator, Set

from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import CueEffect, Mark
from cds_service.narrative.mentions import Mention

_NEAR = 8  # items on either side
_UNDOING = 3  # items before a word within which a denial undoes it: "without trying"
_COMMA = ","


def is_something_else(items: list[Item], mention: Mention, around: Set[str]) -> bool:
    """Return whether the words near a mention, or `around` its sentence, say that it is about something else."""
    saying = mention.saying
    if not saying.unless:
        return False
    if saying.unless & around:
        return True
    near = {name for item in _near(items, mention) for name in item.entry.surroundings}
    return bool(near & saying.unless) and not near & saying.still


def wide_surroundings(items: list[Item], wide: Set[str]) -> set[str]:
    """Return the surroundings that a sentence names for those beside it too, unless it denies them."""
    return {
        name
        for place, item in enumerate(items)
        for name in item.entry.surroundings
        if name in wide and not _is_undone(items, place)
    }


def _is_undone(items: list[Item], place: int) -> bool:
    before = items[max(0, place - _UNDOING) : place]
    return any(cue.effect is CueEffect.NEGATED for item in before for cue in item.entry.cues)


def _near(items: list[Item], mention: Mention) -> Iterator[Item]:
    """Yield the items near a mention in its clause. Behind a comma only what is next to it counts."""
    yield from items[mention.first : mention.last + 1]
    for item in reversed(items[max(0, mention.first - _NEAR) : mention.first]):
        if item.text == _COMMA or item.is_marked(Mark.STOP) or _is_finding(item):
            break
        yield item
    behind = items[mention.last + 1 : mention.last + 1 + _NEAR]
    for step, item in enumerate(behind):
        if item.is_marked(Mark.STOP) or _is_finding(item) or (item.text == _COMMA and step):
            break
        yield item


def _is_finding(item: Item) -> bool:
    saying = item.entry.saying
    return saying is not None and not saying.is_site


def year_of(items: list[Item], mention: Mention) -> int:
    """Return the year next to a mention, "MVA in 2006", or 0. "Since 2006" tells when something began, not when it was."""
    for item in items[mention.last + 1 : mention.last + 1 + _NEAR]:
        if item.year:
            return item.year
        if not (item.is_side or item.is_unknown or item.is_marked(Mark.LINK) or item.text == _COMMA):
            break
    for item in reversed(items[max(0, mention.first - _UNDOING) : mention.first]):
        if item.year:
            return item.year
        if not (item.is_side or item.is_marked(Mark.LINK) or item.text == _COMMA):
            break
    return 0
