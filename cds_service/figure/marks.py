"""What the figure is given, and the same as rows of a table. Both are made from one list of what was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cds_service.figure.regions import REGION_BY_FINDING, REGIONS
from cds_service.figure.signs import SIGN_BY_FINDING, SIGNS

Value = Literal["present", "absent"]
SideName = Literal["left", "right", "both", "unstated"]
BodySide = Literal["left", "right"]
State = Literal["present", "absent", "both"]
_ORDER = [place.finding for place in (*REGIONS, *SIGNS)]
_PAIN_WORDS = {"present": "documented", "absent": "denied", "both": "documented and denied"}
_SIGN_WORDS = {"present": "present", "absent": "absent", "both": "present and absent, both recorded"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One record of a finding: its id, value and side; `radiates` if the record says that pain radiates there.

    A finding that is neither a site of pain nor a sign has no place on a body, in the figure or its table.
    """

    finding: str
    value: Value
    side: SideName
    radiates: bool = False


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of the table: the site or sign, the side, and what is recorded, each in words."""

    region: str
    side: str
    state: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What all records of one finding say for one side as written: the figure and the table show the same entries."""

    finding: str
    side: SideName
    state: State
    radiates: bool

    @property
    def name(self) -> str:
        """The site or sign in words."""
        region = REGION_BY_FINDING.get(self.finding)
        return region.name if region else SIGN_BY_FINDING[self.finding].name

    @property
    def side_words(self) -> str:
        """The side in words; left and right are the patient's."""
        return (
            "side not stated" if self.side == "unstated" else f"{self.side} sides" if self.side == "both" else self.side
        )

    @property
    def state_words(self) -> str:
        """What is recorded, in words."""
        if self.finding in SIGN_BY_FINDING:
            return _SIGN_WORDS[self.state]
        return _PAIN_WORDS[self.state] + (", radiating" if self.radiates else "")

    @property
    def sides(self) -> tuple[BodySide, ...]:
        """The sides of the body on which it is drawn: both where both or none is stated."""
        return (self.side,) if self.side in ("left", "right") else ("right", "left")


def summarize_marks(marks: Iterable[Mark]) -> tuple[Entry, ...]:
    """Return one entry for each finding and side, in the order of the body; what has no place on it is left out."""
    known: dict[tuple[str, SideName], list[Mark]] = {}
    for mark in marks:
        if has_place(mark.finding):
            known.setdefault((mark.finding, mark.side), []).append(mark)
    keys = sorted(known, key=lambda key: (_ORDER.index(key[0]), key[1] != "right", key[1]))
    return tuple(_summarize(finding, side, known[finding, side]) for finding, side in keys)


def _summarize(finding: str, side: SideName, marks: list[Mark]) -> Entry:
    values = {mark.value for mark in marks}
    state: State = "both" if len(values) > 1 else "present" if "present" in values else "absent"
    radiates = any(mark.radiates and mark.value == "present" for mark in marks)
    return Entry(finding, side, state, radiates)


def has_place(finding: str) -> bool:
    """Return whether a finding has a place on the body, so that the figure shows it."""
    return finding in REGION_BY_FINDING or finding in SIGN_BY_FINDING


def figure_rows(marks: Iterable[Mark]) -> list[FigureRow]:
    """Return what the figure shows as rows of a table, from the hip down, then the signs; nothing recorded, no row."""
    return [FigureRow(entry.name, entry.side_words, entry.state_words) for entry in summarize_marks(marks)]
