"""Words that tell that a finding went on up to a moment: "the tingling stopped in May", "numb until the injection"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import DAY, CueEffect, Mark

_UNTIL: Final = frozenset({"until", "till", "up until"})
_WHEN: Final = frozenset({"in", "by", "on"})
_WHOLLY: Final = frozenset({"completely", "altogether", "entirely", "by itself", "spontaneously", "since"})
_AGO: Final = frozenset({"ago", "since"})
_AMOUNTS: Final = frozenset(
    {"a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "some", "several", "few"}
    | {"about", "around", "over", "nearly", "many"}
)
_TREATMENTS: Final = ("act", "agent", "danger")  # a drug that was stopped was tried
_MAY: Final = "may"
_LATELY: Final = frozenset({"recently", "last"})
_FEW, _HAD = 5, "had"
_SOON, _DISCHARGED = 6, "discharged"
_NEAR: Final = 4  # items behind "stopped"


def ceases(items: Row, place: int) -> bool:
    """Return whether a word says that something ended, and not whom it kept from what: "it stopped him working"."""
    if not items[place].is_marked(Mark.CEASED):
        return False
    behind = items[place + 1 : place + 1 + _NEAR]
    if behind and place and items[place - 1].is_marked(Mark.LIST, Mark.STOP):
        return False  # "numb leg, stopped work two weeks ago"
    if not behind or behind[0].is_marked(Mark.LIST, Mark.STOP) or behind[0].text in _WHOLLY or behind[0].text == ")":
        return True
    is_dated = behind[0].text in _WHEN and len(behind) > 1 and (behind[1].year > 0 or names_day(items, place + 2))
    first, end = items.words(place + 1, min(place + _NEAR, len(items) - 1))
    words = items.sentence.words[first:end]
    is_counted = words[0].isdecimal() or words[0] in _AMOUNTS or words[0] in _AGO
    return is_dated or (is_counted and not _AGO.isdisjoint(words))


def may_cease(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention is something that is felt or seen, and no treatment or drug."""
    return not mention.saying.is_drug and not any(items[mention.place].concept(kind) for kind in _TREATMENTS)


def is_until(item: Item) -> bool:
    """Return whether what stands before a word went on up to what stands behind it."""
    return item.text in _UNTIL


def names_day(items: Row, place: int) -> bool:
    """Return whether an item is a month, a feast or the like, up to which something went on: "limp until Xmas"."""
    is_day = items[place].concept(DAY) is not None or items[place].is_marked(Mark.THEN)
    word = items.sentence.words[items.firsts[place]]
    is_month = word == _MAY and (place + 1 == len(items) or items[place + 1].is_marked(Mark.LIST, Mark.STOP))
    return is_day or is_month or word in _LATELY


def lasted_until(items: Sequence[Item], mention: Mention, place: int) -> bool:
    """Return whether a finding was there up to a moment. "Not numb until the operation" says that it began then."""
    is_denied = any(cue.effect is CueEffect.NEGATED for item in items[:place] for cue in item.entry.cues)
    return mention.last < place and not is_denied


def began_then(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a finding is denied up to a moment, at which it began: "never had back pain until the fall"."""
    if not (mention.saying.is_pain or mention.saying.is_ground):
        return False
    behind = next((item for item in items[mention.last + 1 :] if not item.is_side), None)
    return behind is not None and is_until(behind)


def _is_discharged(items: Row, mention: Mention) -> bool:
    """Return whether no more care is told of behind the year of a disease: "breast cancer 2004, discharged"."""
    words = items.sentence.words[items.words(mention.first, mention.last)[1] :]
    return _DISCHARGED in words[:_SOON] and words[-1] in {_DISCHARGED, ")", "."}


def was_had(items: Row, mention: Mention) -> bool:
    """Return whether a disease that leaves a history is told as had in a year: "had cancer of the breast in 2012"."""
    leaves_nothing = mention.saying.past is None and not mention.saying.is_drug
    if leaves_nothing or mention.when is None or not mention.when.year:
        return False
    if _is_discharged(items, mention):
        return True
    for item in reversed(items[max(0, mention.first - _FEW) : mention.first]):
        if item.text == _HAD:
            return True
        if item.is_marked(Mark.LIST, Mark.STOP):
            return False
    return False
