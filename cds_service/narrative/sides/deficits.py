"""Settle the side of the deficits of a leg where no word beside them tells it: "legs weaker", "catches her toes"."""

from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.traits import SIDE

_FOOT, _WEAK = "foot-drop", "leg-weakness"
_DEFICITS: Final = frozenset({_FOOT, _WEAK, "leg-numbness", "progressive-weakness"})
_TWO: Final = frozenset({"legs", "feet", "limbs", "extremities", "les", "lls", "calves", "thighs", "shins", "soles"})


def settle_deficits(row: Row, mentions: list[Mention]) -> None:
    """Set the side of deficits that have none. Where a side is told, it is that of the foot and of its weakness."""
    found = [one for one in mentions if not _DEFICITS.isdisjoint(one.saying.records)]
    loose = [one for one in found if one.side is Side.UNSTATED and one.value is FindingValue.PRESENT]
    if not loose:
        return
    if row.traits & SIDE:
        sides = {item.entry.side or item.side for item in row} - {Side.UNSTATED}
        for one in loose:
            if len(sides) == 1 and _is_of_foot(found, one):
                one.side = next(iter(sides))
        return
    for one in loose:
        if any(row[at].text.split()[-1] in _TWO for at in (one.place, *one.parts)):
            one.side = Side.BOTH


def _is_of_foot(found: list[Mention], loose: Mention) -> bool:
    """Return whether a foot drops whose weakness has a side, or a foot that drops has one, and its grade has none."""
    other = _WEAK if _FOOT in loose.saying.records else _FOOT if loose.results else ""
    return any(
        other in one.saying.records and one.side is not Side.UNSTATED and one.value is FindingValue.PRESENT
        for one in found
    )
