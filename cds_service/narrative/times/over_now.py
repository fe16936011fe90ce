"""Tell whether what is said to be over is denied of today: "leg pain gone since May", "numb foot, fully recovered".

What merely "resolved" or "settled" did so at some time, and may be back: it is over, and nothing is denied.
"""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

# Complaints that pass. An emergency that is over may be one again: it is denied only by what denies it of now.
_PASSING: Final = frozenset({"leg-numbness", "leg-weakness", "foot-drop", "sciatica", "night-pain-waking"})
_NONE_NOW: Final = frozenset({"none", "nothing", "nil", "never"})  # "sciatica in 2009, none since" denies it of now
NO_MORE: Final = (
    ", not",
    ", but",
    ", does",
    "no longer",
    "not come",
    "not re",
    "has not",
    "hasnt",
    "have not",
    "did not",
    "never",
)
_SINCE, _BY, _HAD, _ACT = "since", "by", "had", "act"
_BY_NOW: Final = frozenset({"has", "have", "now", "has now", "have now", "is now"})
_BEFORE_GONE: Final = frozenset(
    {"fully", "completely", "entirely", "totally", "all", "has", "have", "is", "are", "now", "has now"}
)
_WHOLLY: Final = frozenset({"fully", "completely", "entirely", "totally"})
_GONE: Final = frozenset({"gone", "disappeared", "vanished"})
_BEHIND_GONE: Final = frozenset({"since", "after", "with", "following", "now", "by", "as well", "too"})
_AGO, _FRACTION, _COUNT = "ago", 4, 3  # words of "3/52 ago" and of "3 weeks ago"
_PARTS_OF_YEAR: Final = frozenset({"7", "12", "52"})
_SPANS: Final = frozenset({"days", "weeks", "months", "wks", "mths", "mo"})
_STOPPED: Final = ("has", "have")
_HELPING: Final = ("posture", "action")
_NEAR: Final = 3  # items before a finding that tell it as past


def is_over_now(items: Row, place: int, mention: Mention) -> bool:
    """Return whether the word at `place`, which ends a mention, also denies it of today."""
    words = items[place].text.split()
    if not _NONE_NOW.isdisjoint(words) or items[place].text.startswith(NO_MORE) or _is_gone(items, place, mention):
        return True
    if not _is_told_as_passing(items, mention):
        return False
    if (mention.saying.is_pain and _is_of_now(items, place)) or _is_lately_over(items, place, mention):
        return True
    return _is_wholly_over(items, place, mention) or _has_stopped(items, place)


def _is_gone(items: Sequence[Item], place: int, mention: Mention) -> bool:
    """Return whether a complaint is said to be gone."""
    words = items[place].text.split()
    if words[-1] not in _GONE or not (mention.saying.is_pain or "course" in mention.saying.takes):
        return False
    before = items[mention.last + 1 : place]
    is_said = all(item.text in _BEFORE_GONE or item.is_side or item.is_marked(Mark.DEGREE) for item in before)
    return is_said and _ends(items, place + 1)


def _is_wholly_over(items: Row, place: int, mention: Mention) -> bool:
    """Return whether nothing is left of a complaint: "fully recovered", "settled completely", "weak, since recovered".

    What is told with a year, or behind a treatment, was over then.
    """
    between = items[mention.last + 1 : place]
    behind = place + 1
    is_whole = any(item.text in _WHOLLY for item in between[-1:])
    if behind < len(items) and items[behind].text in _WHOLLY:
        is_whole, behind = True, behind + 1
    is_since = len(between) > 1 and between[-1].text == _SINCE and between[-2].is_marked(Mark.LIST)
    is_said = all(item.text in _BEFORE_GONE or item.is_side for item in between)
    is_lasting = is_since and not any(item.is_unknown or item.year or item.concept(_ACT) for item in between)
    if items.has_year or not ((is_whole and is_said) or is_lasting):
        return False
    return _ends(items, behind) and all(item.text != _BY for item in items[behind : behind + 1])


def _is_lately_over(items: Row, place: int, mention: Mention) -> bool:
    """Return whether it ended some days, weeks or months ago: "resolved 3/52 ago", "stopped 2 months ago"."""
    first, end = items.words(place, len(items) - 1)
    behind = items.sentence.words[first + len(items[place].text.split()) : end]
    is_fraction = len(behind) == _FRACTION and behind[1] == "/" and behind[2] in _PARTS_OF_YEAR
    is_counted = len(behind) == _COUNT and behind[1] in _SPANS
    is_said = all(item.is_side or item.text in _BEFORE_GONE for item in items[mention.last + 1 : place])
    return bool(behind) and behind[-1] == _AGO and behind[0].isdecimal() and (is_fraction or is_counted) and is_said


def _has_stopped(items: Row, place: int) -> bool:
    """Return whether a complaint "has stopped", and nothing follows that may tell what stopped it, or when."""
    is_stopped = items[place].is_marked(Mark.CEASED) and items[place].text.startswith(_STOPPED)
    return is_stopped and place + 1 == len(items)


def _ends(items: Sequence[Item], at: int) -> bool:
    """Return whether a clause ends, or only goes on to tell since when, or after what, and no posture that helps."""
    if _is_helped(items, at):
        return False
    return all(
        item.is_marked(Mark.LIST, Mark.STOP, Mark.THEN) or item.text in _BEHIND_GONE or item.text.startswith(_SINCE)
        for item in items[at : at + 1]
    )


def _is_helped(items: Sequence[Item], at: int) -> bool:
    """Return whether what follows is only what eases it: "gone since sitting down"."""
    return any(item.concept(kind) for item in items[at + 1 : at + _NEAR] for kind in _HELPING)


def _is_of_now(items: Sequence[Item], place: int) -> bool:
    """Return whether a pain is told to be over by now: "has gone", "now settled", "resolved since May"."""
    before = items[place - 1] if place else None
    while place > 1 and before is not None and before.is_marked(Mark.DEGREE) and before.text not in _BY_NOW:
        place -= 1
        before = items[place - 1]
    words = items[place].text.split()
    if place + 1 < len(items) and items[place + 1].text.startswith(_SINCE):
        return not _is_helped(items, place + 1)
    return (before is not None and before.text in _BY_NOW) or not _BY_NOW.isdisjoint(words)


def _is_told_as_passing(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a complaint passes, and is not told as past from the first: "previous hip pain, now resolved"."""
    if not (mention.saying.is_pain or _PASSING.issuperset(mention.saying.records)):
        return False
    before = items[max(0, mention.first - _NEAR) : mention.first]
    is_past = any(cue.effect is CueEffect.HISTORICAL for item in before for cue in item.entry.cues)
    return not is_past and all(item.text != _HAD for item in items)
