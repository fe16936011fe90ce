"""Words near a mention that show that it is something else: an operation on the neck, an arm's weakness."""

from collections.abc import Iterator, Sequence, Set

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.traits import SURROUNDINGS, marked

_NEAR = 8  # items on either side
_UNDOING = "undoing"  # the surroundings that undo others
_IN, _LAST_CENTURY = "in", range(40, 100)
_REACH = 3  # items behind what undoes them
_COMMA, _COLON, _HAD = ",", ":", "had"
_PICTURE, _OPENING = "picture", 5  # the first items of a sentence
_SINCE, _ARM = "since", "arm"  # "no tingling in the legs, but in both hands"
_AFTER = frozenset({"after", "following", "during", "post"})
_MAX_UNKNOWN_AFTER = 4
_LIMITING = frozenset({"only", "just"})  # "RTA in 1998, whiplash only"
_LISTS = (Mark.LIST, Mark.JOINED)
_EXCEPT = marked(Mark.EXCEPT)


def is_something_else(items: Row, mention: Mention, around: Set[str]) -> bool:
    """Return whether the words near a mention, or `around` its sentence, say that it is about something else."""
    saying = mention.saying
    if not saying.unless:
        return False
    if around and saying.unless & around:
        return True
    if not items.traits & SURROUNDINGS:
        return False
    if _is_under_heading(items, mention):
        return True
    near = [place for place in _near(items, mention) if items[place].entry.surroundings]
    if any(saying.still & items[place].entry.surroundings for place in near):
        return False
    return any(
        saying.unless & items[place].entry.surroundings
        and not _is_undone(items, place, mention.last + 1 if place > mention.last else 0)
        for place in near
    )


def _is_under_heading(items: Row, mention: Mention) -> bool:
    """Return whether a title or a picture at the opening is of another part: "C-spine MRI: no stenosis, no HNP".

    It holds up to a part of the body where the mention may be: "neck: no radiculopathy, low back: disc herniation".
    """
    before = items[: mention.first]
    is_titled = any(item.text == _COLON or item.concept(_PICTURE) for item in before[:_OPENING])
    if not is_titled or any(
        mention.saying.still & item.entry.surroundings or item.is_marked(Mark.STOP) for item in before
    ):
        return False
    return any(mention.saying.unless & item.entry.surroundings for item in before[:_OPENING])


def wide_surroundings(items: Row, wide: Set[str]) -> Set[str]:
    """Return the surroundings that a sentence names for those beside it too, unless it denies them."""
    if not items.traits & SURROUNDINGS:
        return frozenset()
    return {
        name
        for place, item in enumerate(items)
        for name in item.entry.surroundings
        if name in wide and not _is_undone(items, place)
    }


def _is_undone(items: list[Item], place: int, start: int = 0) -> bool:
    """Return whether a denial or the like stands before a word, behind `start`: "without dieting"."""
    return any(
        _UNDOING in item.entry.surroundings or any(cue.effect is CueEffect.NEGATED for cue in item.entry.cues)
        for item in items[max(start, place - _REACH) : place]
    )


def _near(items: list[Item], mention: Mention) -> Iterator[int]:
    """Yield the places near a mention in its clause. Behind a comma only what is next to it counts."""
    yield from range(mention.first, mention.last + 1)
    for place in range(mention.first - 1, max(-1, mention.first - 1 - _NEAR), -1):
        item = items[place]
        if item.text == _COMMA or item.is_marked(Mark.STOP) or _is_finding(item):
            break
        yield place
    for place in range(mention.last + 1, min(len(items), mention.last + 1 + _NEAR)):
        item = items[place]
        if item.is_marked(Mark.STOP) or _is_finding(item) or (item.text == _COMMA and place > mention.last + 1):
            break
        yield place


def _is_finding(item: Item) -> bool:
    saying = item.entry.saying
    return saying is not None and not saying.is_site


def happened_after(between: Sequence[Item]) -> bool:
    """Return whether words say what a mention followed, and nothing else: "after hysterectomy last year,"."""
    if not between or between[0].text not in _AFTER:
        return False
    said = between[1:-1] if between[-1].text == _COMMA else between[1:]
    is_long = sum(item.is_unknown for item in said) > _MAX_UNKNOWN_AFTER
    return not is_long and not any(item.text == _COMMA or item.is_marked(Mark.STOP, *_LISTS) for item in said)


def without_own_side(behind: list[Item], mention: Mention) -> list[Item]:
    """Return the items behind a mention without its own side behind a comma: "radiculopathy, right: no"."""
    is_own = len(behind) > 1 and behind[0].text == "," and behind[1].is_side and behind[1].entry.side is mention.side
    return behind[2:] if is_own else behind


def leaves_out(items: Row, mention: Mention) -> bool:
    """Return whether an exception to what is denied follows, and no other finding is what it names."""
    if not items.traits & _EXCEPT:
        return False
    behind = items[mention.last + 1 :]
    at = next((at for at, item in enumerate(behind) if item.is_marked(Mark.EXCEPT)), None)
    if at is None or any(item.entry.saying and not item.entry.saying.is_site for item in behind[:at]):
        return False
    limbs = [item.concept("limb") for item in behind[at : at + _NEAR] if item.concept("limb")]
    is_of_arm = bool(limbs) and limbs[0] == _ARM
    return not (is_of_arm or any(item.entry.saying and not item.entry.saying.is_site for item in behind[at:]))


def year_of(items: list[Item], mention: Mention) -> int:
    """Return the year next to a mention, "MVA in 2006", or 0. "Since 2006" tells when something began, not its end.

    A sign of a year that is there again, "numb in 2006, again today", has none.
    """
    is_sign = mention.saying.is_ground
    behind = items[mention.last + 1 :]
    if is_sign and any(_is_of_now(item) for item in behind):
        return 0
    is_told_as_past = is_sign and mention.first > 0 and items[mention.first - 1].text == _HAD
    for at, item in enumerate(behind[:_NEAR]):
        if item.year:
            return item.year
        if mention.saying.is_event and item.text == _IN and (year := _short_year(behind[at + 1 :])):
            return year
        is_passed = item.text in _AFTER if is_sign else item.text == _COMMA
        is_passed = is_passed or (is_told_as_past and _is_finding(item))
        if not (is_passed or item.is_side or item.is_unknown or item.is_marked(Mark.LINK)):
            break
    return _year_before(items, mention)


def _short_year(behind: Sequence[Item]) -> int:
    """Return the year that two figures tell at the end of a clause, "fell ten feet in '95", or 0."""
    is_last = len(behind) == 1 or (len(behind) > 1 and behind[1].is_marked(*_LISTS))
    return 1900 + behind[0].number if is_last and behind[0].number in _LAST_CENTURY else 0


def _is_of_now(item: Item) -> bool:
    """Return whether an item begins what is told of now. "RTC 2004, whiplash only" tells nothing new."""
    return item.is_marked(Mark.STOP, Mark.PRESENTLY, Mark.BEGAN) and item.text not in _LIMITING


def _year_before(items: list[Item], mention: Mention) -> int:
    for item in reversed(items[max(0, mention.first - _REACH) : mention.first]):
        if item.year:
            return item.year
        is_passed = mention.saying.is_event and item.text in _AFTER  # "hip fracture 2003 after a crash"
        if not (is_passed or item.is_side or item.is_marked(Mark.LINK) or item.text in {_COMMA, _HAD}):
            break
    return 0


def since_year(items: list[Item], mention: Mention) -> int:
    """Return the year since when a finding has been there, "incontinence since 2019", or 0."""
    is_since = False
    for item in items[mention.last + 1 : mention.last + 1 + _NEAR]:
        if item.year:
            return item.year if is_since else 0
        is_since = is_since or item.text.startswith(_SINCE)
        is_other = item.entry.saying is not None and item.entry.saying.records != mention.saying.records
        if is_other or (item.is_marked(Mark.STOP) and not is_since):
            return 0
    return 0
