"""What in a section its title is not said of: what a history tells of now, and what a plan goes on with."""

from typing import Final

from cds_service.narrative.context.grounds import has_begun
from cds_service.narrative.context.intended import goes_on
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import CueEffect

_HISTORIES: Final = frozenset({CueEffect.FAMILY, CueEffect.HISTORICAL})
# They open what is told of the visit.
_COMING: Final = frozenset(
    {"presents", "presented", "presenting", "here", "returns", "attends", "attended", "complains", "complaining"}
)
_PATIENT: Final = frozenset({"pt", "patient"})  # "FH: mum OP. Pt herself has none."
_SELF: Final = frozenset({"herself", "himself", "self", "personally"})
_KNOWN, _NEAR = "known", 6  # items
_SHORT: Final = frozenset({"day", "week"})


def leaves_section(row: Row, mention: Mention, effect: CueEffect) -> bool:
    """Return whether what the title of its section says does not hold of a mention."""
    if effect is CueEffect.PLANNED:
        return goes_on(row, mention)
    if effect not in _HISTORIES:
        return False
    if has_begun(row, mention) or row.word(0) in _COMING:
        return True
    if effect is CueEffect.FAMILY:
        return row.word(0) in _PATIENT and row.word(1) in _SELF
    return effect is CueEffect.HISTORICAL and (_is_known(row, mention) or _is_short(row, mention))


def _is_known(row: Row, mention: Mention) -> bool:
    """Return whether a disease is told as one that is known: "PMH: known 4.2 cm AAA"."""
    for item in reversed(row[max(0, mention.first - _NEAR) : mention.first]):
        if item.text == _KNOWN:
            return True
        if item.text == "," or item.entry.saying is not None:
            return False
    return False


def _is_short(row: Row, mention: Mention) -> bool:
    """Return whether a pain has lasted for days or weeks: "LBP x 5 wks"."""
    is_counted = mention.onset is not None and mention.onset.unit in _SHORT and mention.onset.is_counted
    return mention.saying.is_pain and is_counted and mention.when is None and not row.has_year
