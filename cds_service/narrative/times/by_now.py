"""What was so on a day before, and by now is no more: "SLR pos in ED; today neg", "first the calf, now just the back".

What follows may stand in the same sentence or open the next one.
"""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.times.of_then import is_told_of_then
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.traits import CUE, marked

_THEN: Final = marked(Mark.THEN)
_STOPS: Final = marked(Mark.STOP, Mark.WRITER, Mark.STOP_OPENING)
_NARROWING: Final = frozenset({"only", "just", "purely", "solely", "all"})
_NOW: Final = (Mark.NOW, Mark.AFTER_OPERATION)
_RESULTS: Final = frozenset({"negative", "normal", "absent"})
_UNITS: Final = frozenset({"wk", "week", "day", "month", "mo", "mth", "visit", "review", "session", "hour", "hr"})
_UNIT: Final = frozenset({"degrees", "degree", "deg"})
_NONE: Final = frozenset({"none", "nil"})
_CORRECTING: Final = frozenset({"correction", "corrected", "sorry", "mean", "meant", "oops", "apologies", "amended"})
_NEAR: Final = 3  # items behind "now"


def is_over_by_now(row: Row, behind: Row | None, mentions: Sequence[Mention], mention: Mention) -> bool:
    """Return whether something is told of a day before, and is no more by now."""
    if mention.value is not FindingValue.PRESENT:
        return False
    if _is_of_before_operation(row, mention) or _is_answered_as_normal(row, mention):
        return True
    if any(_is_corrected(row, mention, one) for one in mentions):
        return True
    is_then = _is_told_of_then(row, mention)
    is_past = is_then or (mention.when is not None and mention.when.year > 0) or _is_told_as_was(row, mention)
    if is_past and any(_denies(one, mention) for one in mentions):
        return True
    is_first = mention.saying.is_pain and _is_told_as_first(row, mention)
    if not (is_then or is_first):
        return False
    tail = _of_now(row, mention) or (behind if behind and tells_of_now(behind) else None)
    if not tail:
        return False
    return is_then if _is_clear(tail) else is_first and _narrows(row, mention, tail)


def _is_told_of_then(row: Row, mention: Mention) -> bool:
    """Return whether it is told of a day or a place before: "at first", "pre-op", "week 1", "in ED"."""
    if row[0].is_marked(Mark.BEFORE_OPERATION) or _unit_before(row, mention) or is_told_of_then(row, mention):
        return True
    return any(item.is_marked(Mark.AWAY) for item in row[mention.last + 1 : mention.last + 3])


def tells_of_now(row: Row) -> bool:
    """Return whether a sentence opens with what is left by now, or with nothing being left."""
    return bool(row.traits & _STOPS) and row[0].is_marked(*_NOW) and (_is_clear(row) or _is_narrowing(row))


def _is_of_before_operation(row: Row, mention: Mention) -> bool:
    """Return whether what is felt or found is told beside "pre-op". A disease stays: "pre-op right hip OA"."""
    if not (row.traits & CUE and (mention.saying.is_pain or mention.results)):
        return False
    before = next((item for item in reversed(row[: mention.first]) if not item.is_side), None)
    behind = next((item for item in row[mention.last + 1 :] if not (item.is_side or item.text in _UNIT)), None)
    return any(item is not None and item.is_marked(Mark.BEFORE_OPERATION) for item in (before, behind))


def _is_answered_as_normal(row: Row, mention: Mention) -> bool:
    """Return whether what was asked about is normal: "tone reduced? Normal"."""
    is_next = mention.last + 3 >= len(row) and len(row) > 1 and mention.saying.is_ground  # not "EMG: normal"
    return is_next and row[-2].text == ":" and row[-1].concept("result") == "normal"


def _is_corrected(row: Row, mention: Mention, denial: Mention) -> bool:
    """Return whether a denial takes a mention back: "fever - correction, no fever", "limp, I mean no limp"."""
    if denial.first <= mention.last + 1 or denial.saying.records != mention.saying.records:
        return False
    words = row.sentence.words[slice(*row.words(mention.last + 1, denial.first))]
    before = row[mention.last + 1 : denial.first]
    is_denied = any(cue.is_before and cue.effect is CueEffect.NEGATED for item in before for cue in item.entry.cues)
    return not _CORRECTING.isdisjoint(words) and (is_denied or denial.value is FindingValue.ABSENT)


def _denies(other: Mention, mention: Mention) -> bool:
    """Return whether a later mention denies the same."""
    is_same = other.saying.records == mention.saying.records
    return is_same and other.first > mention.last and other.value is FindingValue.ABSENT


def _of_now(row: Row, mention: Mention) -> Sequence[Item] | None:
    """Return what a sentence tells of now, behind a mention and a comma or the like."""
    for at in range(mention.last + 2, len(row) if row.traits & _STOPS else 0):
        if row[at].is_marked(*_NOW) and row[at - 1].is_marked(Mark.LIST, Mark.STOP):
            return row[at:]
    if row.has_number:
        return _of_later(row, mention)
    return None


def _of_later(row: Row, mention: Mention) -> Sequence[Item] | None:
    """Return what a sentence tells of a later week or day than that before a mention: "wk 1 hip pain, wk 6 nil"."""
    unit = _unit_before(row, mention)
    for at in range(mention.last + 2, len(row) - 1 if unit else 0):
        is_led = row[at - 1].is_marked(Mark.LIST, Mark.STOP) and row.sentence.words[row.firsts[at]] == unit
        if is_led and row[at + 1].number >= 0:
            return row[at:]
    return None


def _unit_before(row: Row, mention: Mention) -> str:
    """Return the word of time with a number right before a mention, if any."""
    at = mention.first - 2
    is_time = at >= 0 and row[at + 1].number >= 0
    word = row.sentence.words[row.firsts[at]] if is_time else ""
    return word if word in _UNITS else ""


def _is_narrowing(tail: Sequence[Item]) -> bool:
    for item in tail[1 : 1 + _NEAR]:
        if item.text in _NARROWING or item.is_marked(Mark.LIST):
            return item.text in _NARROWING
    return False


def _is_clear(tail: Sequence[Item]) -> bool:
    """Return whether a result of now follows that names no test, and so is of the one before: "today neg"."""
    near = [item for item in tail[1 : 1 + _NEAR] if item.text != ":" and item.number < 0]
    if not near or any(item.entry.saying is not None for item in near):
        return False
    first = near[0]
    is_denied = any(cue.effect is CueEffect.NEGATED and not cue.is_before for cue in first.entry.cues)
    return is_denied or first.text in _NONE or first.concept("result") in _RESULTS or first.concept("change") == "fine"


def _is_told_as_was(row: Row, mention: Mention) -> bool:
    """Return whether a result is told as one that was: "leg was weak"."""
    return any(item.is_marked(Mark.WAS) for item in row[mention.first : mention.last])


def _is_told_as_first(row: Row, mention: Mention) -> bool:
    """Return whether a pain is told as the first: "initially calf pain", "groin pain was the complaint"."""
    led = row.has(_THEN, 0, mention.first)
    return led or any(item.is_marked(Mark.WAS) for item in row[mention.place : mention.last + 3])


def _narrows(row: Row, mention: Mention, tail: Sequence[Item]) -> bool:
    """Return whether another place is all that hurts now."""
    if not _is_narrowing(tail):
        return False
    sites = [item for item in tail if item.entry.saying is not None and item.entry.saying.is_pain]
    own = row[mention.place].entry.saying
    return bool(sites) and all(item.entry.saying != own for item in sites)
