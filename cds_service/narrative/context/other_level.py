"""Tell whether a disease that is denied at one level is found at another: "no stenosis at L2/3; severe at L4/5"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.context.denial_clause import DenialClause
from cds_service.narrative.words.items import Item, Row

_OPENING: Final = 5  # items of the next sentence
_LED: Final = 4  # items behind a word of severity


def is_at_other_level(clause: DenialClause, behind: Row | None) -> bool:
    """Return whether it is found at another level: "no stenosis at L2/3, severe at L4/5"."""
    if clause.row[clause.mention.place].concept("disease") is None:
        return False
    rest = clause.row[clause.mention.place + 1 :]
    return _grades_level(rest) or (behind is not None and _grades_level(behind[:_OPENING]))


def _grades_level(items: Sequence[Item]) -> bool:
    """Return whether a word tells how severe it is at the level behind it, and names no disease of its own."""
    return any(
        "severity" in item.entry.qualifiers
        and any(one.concept("joint") for one in items[at + 1 : at + _LED])
        and not any(one.concept("disease") for one in items[at + 1 : at + 1 + _LED])
        for at, item in enumerate(items)
    )
