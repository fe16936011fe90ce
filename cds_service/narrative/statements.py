"""What a text says: statements about findings, and the reading that holds them."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.words.when import When


class Statement(NamedTuple):
    """What a text says about a finding. `is_vague`: too vague to be present, but an order's reason asks about it.

    `year`: the year of an event, where one is given; whether that is over is for the reader of the chart to say.
    `since`: the year in which it began. `onset`: since when it has been there; `when`: the day on which it happened.
    `was`: a day on which something that passes was there.
    """

    finding: str
    value: FindingValue
    side: Side
    qualifiers: tuple[tuple[str, str], ...] = ()
    is_vague: bool = False
    year: int = 0
    since: int = 0
    onset: When | None = None
    when: When | None = None
    was: When | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. `places_without_pain`: the pain findings of places that it names without a pain.

    `spans`: of each statement where the words that state it begin and end, in characters.
    `has_mention`: it names any finding, present, absent or neither. `is_truncated`: its end was not read.
    """

    statements: tuple[Statement, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    places_without_pain: frozenset[str] = frozenset()
    has_mention: bool = False
    is_truncated: bool = False


EMPTY_READING: Final = Reading()
