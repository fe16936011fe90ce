"""Cues that open a sentence, and those that hold of the finding beside them alone."""

from collections.abc import Sequence

from cds_service.model.facts import FindingValue
from cds_service.narrative.carrying import PlacedCue
from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import Cue, CueEffect, Mark
from cds_service.narrative.mentions import Mention

_COMMA, _NO = ",", "no "


def opening_of(cues: Sequence[PlacedCue]) -> PlacedCue | None:
    """Return the cue that opens a sentence and holds of all of it: "before surgery she had foot drop"."""
    return next((one for one in cues if one.cue.is_opening and one.place == 0), None)


def holds_from_opening(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether what the opening of a sentence says holds of a mention: no "now" stands before or right behind."""
    return not any(item.is_marked(Mark.STOP_OPENING) for item in items[1 : mention.last + 2])


def is_of_next(mentions: Sequence[Mention], placed: PlacedCue, mention: Mention) -> bool:
    """Return whether a word behind a mention belongs to the next one: "absent tone and absent sensation"."""
    return placed.place > mention.last and any(one.first == placed.place < one.last for one in mentions)


def is_told_apart(items: Sequence[Item], denial: PlacedCue, mention: Mention) -> bool:
    """Return whether a mention behind a comma tells something of its own, and is no part of the denial before it.

    It has its own "cannot", or it began on a day while each denied thing has its own "no": "no fever, no weight loss,
    saddle numbness for two days".
    """
    if items[mention.first].text.startswith(_NO):
        return True
    if not mention.first or items[mention.first - 1].text != _COMMA:
        return False
    if mention.value is FindingValue.ABSENT or items[mention.first].concept("change") == "cannot":
        return True  # "no accidents, passes urine normally"
    is_one = sum(item.text == _COMMA for item in items[denial.place : mention.first]) == 1
    return is_one and mention.onset is not None and not denial.cue.is_listing and not _has_or(items, mention)


def _has_or(items: Sequence[Item], mention: Mention) -> bool:
    return any(item.is_marked(Mark.JOINED) for item in items[mention.first :])


def is_over_before(items: Sequence[Item], place: int, cue: Cue) -> bool:
    """Return whether what is over stands before the comma: in "groin pain resolved, calf pain" it is no calf pain."""
    if cue.effect is not CueEffect.HISTORICAL or place == 0 or place + 1 >= len(items):
        return False
    is_both = any(not one.is_before and one.effect is cue.effect for one in items[place].entry.cues)
    return is_both and items[place + 1].text == _COMMA and any(item.entry.saying for item in items[:place])
