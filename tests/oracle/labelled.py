"""Labelled sentences, and how a reading of one compares with its labels."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cds_service.chart.told import holds
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.statements import Reading, Statement

FOLDER = Path(__file__).parent
# The second and third were written when the reader was built, by authors who had seen neither it nor its content; the
# labels of the third were checked by one of them, against the text alone.
HELD_OUT = tuple(FOLDER / f"held-out{which}.jsonl" for which in ("", "-second", "-third"))
_KINDS = {"name": TextKind.NAME, "report": TextKind.REPORT}
TOLD_ON = date(2026, 3, 10)  # the day on which the sentences are told
RECENT = timedelta(days=91)  # clinical design §2
EVENTS = {"major-trauma"}  # what counts by the day on which it happened
ANY_SIDE, NO_SIDE, BOTH = "any", "unstated", "both"


def load(path: Path) -> list[dict[str, Any]]:
    """Load labelled sentences, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_as(reader: NarrativeReader, item: dict[str, Any]) -> Reading:
    """Read a sentence as the kind of text that it is."""
    return reader.read(item["text"], _KINDS.get(item.get("as", "note"), TextKind.NOTE))


@dataclass
class Score:
    """Counts of one frame or of all: `found` of `labelled` and `right` of `read`, by "present" and "absent".

    `faults`: what must never happen, and the sentences, by kind.
    """

    found: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add the counts of another score."""
        for name in ("found", "labelled", "right", "read"):
            getattr(self, name).update(getattr(other, name))
        self.faults += other.faults

    def recall(self, value: str) -> float:
        """Return the share of what is labelled that was found."""
        return self.found[value] / self.labelled[value] if self.labelled[value] else 1.0

    def precision(self, value: str) -> float:
        """Return the share of what was read that is labelled."""
        return self.right[value] / self.read[value] if self.read[value] else 1.0

    @property
    def is_perfect(self) -> bool:
        """Return whether all was found, and nothing else."""
        return self.found == self.labelled and self.right == self.read and not self.faults


def sides_of(reading: Reading, value: FindingValue) -> dict[str, set[str]]:
    """Return the findings that a reading states with a value, and their sides."""
    sides: dict[str, set[str]] = {}
    for one in reading.statements:
        if one.value is value and not one.is_vague and not is_over(one):
            sides.setdefault(one.finding, set()).add(one.side.value)
    return sides


def is_over(statement: Statement) -> bool:
    """Return whether a statement tells of an event that is long over, as the chart judges it."""
    told = statement.when.on(TOLD_ON) if statement.when else None
    is_old_event = bool(told and told.last + RECENT < TOLD_ON) and statement.finding in EVENTS
    return is_old_event or not holds(statement, TOLD_ON, accepts_vague=True)


def score(item: dict[str, Any], reading: Reading) -> Score:
    """Compare a reading with the labels of its sentence."""
    result = Score()
    read = {value: sides_of(reading, FindingValue(value)) for value in ("present", "absent")}
    free = {*item.get("maybe", ()), *item.get("asked", ())}
    for value, sides in read.items():
        labels = item.get(value, {})
        result.labelled[value] = len(labels)
        result.found[value] = sum(_agrees(side, sides.get(finding, ())) for finding, side in labels.items())
        ignored = free | (set(item.get("never", ())) if value == "absent" else set())
        counted = {finding for finding in sides if finding in labels or finding not in ignored}
        result.read[value], result.right[value] = len(counted), len(counted & labels.keys())
    result.faults = [(fault, item["text"]) for fault in _faults(item, read)]
    return result


def _agrees(side: str, read: Iterable[str]) -> bool:
    sides = set(read)
    if side == ANY_SIDE:
        return bool(sides)
    return side in sides or BOTH in sides or (side == BOTH and {"left", "right"} <= sides)


def _faults(item: dict[str, Any], read: dict[str, dict[str, set[str]]]) -> list[str]:
    """Return what must never happen: a wrong side, or what is not so read as present.

    What a reader may or may not take from a sentence (`maybe`) can be there on one side and denied on the other.
    """
    present, absent = item.get("present", {}), item.get("absent", {})
    free = item.get("maybe", ())
    faults = [f"read though it must not be: {one}" for one in item.get("never", ()) if one in read["present"]]
    faults += [
        f"absent read as present: {one}" for one in absent.keys() - present.keys() - {*free} if one in read["present"]
    ]
    faults += [
        f"present read as absent: {one}" for one in present.keys() - absent.keys() - {*free} if one in read["absent"]
    ]
    for value, labels in (("present", present), ("absent", absent)):
        for finding, side in labels.items():
            wrong = read[value].get(finding, set()) - {side, NO_SIDE, *({"left", "right"} if side == BOTH else ())}
            if side != ANY_SIDE and wrong:
                faults.append(f"wrong side: {finding} {'/'.join(sorted(wrong))}")
    return faults
