"""Settle the side of a foot that drops, or of its weakness, where another word of the sentence tells it."""

from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.traits import SIDE

_FOOT, _WEAK = "foot-drop", "leg-weakness"
_DEFICITS: Final = frozenset({_FOOT, _WEAK})
_TWO: Final = frozenset({"legs", "feet", "limbs", "extremities", "les", "lls", "calves", "thighs", "shins", "soles"})


def settle_deficits(row: Row, mentions: list[Mention]) -> None:
    """Set the side of deficits that have none: "L foot slaps, dorsiflexion 2/5". Of two legs none is that of one."""
    found = [one for one in mentions if not _DEFICITS.isdisjoint(one.saying.records)]
    loose = [one for one in found if one.side is Side.UNSTATED and one.value is FindingValue.PRESENT]
    if not loose or not row.traits & SIDE:
        return
    if any(cue.denies_on for item in row[: loose[0].first] for cue in item.entry.cues):
        return
    sides = {item.entry.side or item.side for item in row} - {Side.UNSTATED}
    for one in loose:
        is_of_two = any(row[at].text.split()[-1] in _TWO for at in (one.place, *one.parts))
        if len(sides) == 1 and not is_of_two and _is_of_foot(found, one):
            one.side = next(iter(sides))


def _is_of_foot(found: list[Mention], loose: Mention) -> bool:
    """Return whether a foot drops whose weakness has a side, or a foot that drops has one, and its grade has none."""
    other = _WEAK if _FOOT in loose.saying.records else _FOOT if loose.results else ""
    return any(
        other in one.saying.records and one.side is not Side.UNSTATED and one.value is FindingValue.PRESENT
        for one in found
    )
