"""Counts of a dry run: how often what was judged, shown, held back or not read. They merge by addition.

No row holds an identifier or a text of a chart, with three exceptions, of which a report may show only what many
patients share: local codes (`UNMAPPED`, `NOTE_TYPE`), the names of orders (`ORDER_NAME`), and sites (`site`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

NOT_RECORDED: Final = "not recorded"
"""In `site`, `sex` and `age_band`: the chart does not say."""


class Measure(StrEnum):
    """What a row counts, and in what unit. The fields named behind each are filled in; all others are empty.

    "By group" stands for `site`, `age_band` and `sex`, "by moment" for `hook` and `month` (YYYY-MM) and the group.
    """

    # What was judged.
    PATIENTS = "patients"  # distinct patients judged, by group as of their last moment
    NO_MOMENT = "no-moment"  # patients with no contact and no imaging order within the dates; not in PATIENTS
    DECEASED = "deceased"  # moments at which the patient had died, of which nothing is said; by moment
    MOMENTS = "moments"  # moments judged, by moment; on patient-view one a patient at most
    ORDERS = "orders"  # order-sign moments, by moment; detail: region|modality, as the content names them
    # What was said.
    SHOWN = "shown"  # cards; by moment, rule; detail: the card's level (info, warning, critical)
    SHOWN_MOMENTS = "shown-moments"  # moments with one card or more; by moment
    SHOWN_PATIENTS = "shown-patients"  # patients with one card or more of this rule on this hook; hook, rule, by group
    PATIENTS_WITH_CARD = "patients-with-card"  # patients with one card or more; by group
    OFFERED = "offered"  # suggestions of cards shown; hook, rule; detail: the offer
    # What was not said, and why.
    HELD_BACK = "held-back"  # recommendations; by moment, rule; detail: the limit on cards that held them back
    SCREENED = "screened"  # moments at which the safety screen alone stopped a rule's restraint; by moment, rule;
    # detail: the screen's group. A moment with hits of two groups counts in both rows.
    SCREENED_MOMENTS = "screened-moments"  # the same, each moment and rule once; by moment, rule
    INCOMPLETE = "incomplete"  # moments at which only data that are missing stopped restraint; by moment, rule
    WITHOUT_SCREEN = "without-screen"  # what would have been said had nothing stopped restraint: by moment, rule;
    # detail: the name of the card
    ASKED = "asked"  # cards shown that name a finding as not recorded; hook, rule; detail: the finding, or
    # finding.qualifier
    # What cannot be read here. Each is distinct patients, so that few patients with many records weigh little.
    UNMAPPED = "unmapped"  # with a code that stands for nothing here; detail: type|system URI|code
    ORDER_NAME = "order-name"  # with an imaging order of which the region is not understood; detail: its name in lower
    # case, with its digits as "#"
    NOTE_TYPE = "note-type"  # with a clinical document of this type; detail: "read" or "not read"|system URI|code
    NOTE_FORMAT = "note-format"  # with a clinical document of a type that is read; detail: media type|"inline", "in a
    # Binary", or "not in the export": it holds a link without the text
    # Records by their dates and shapes.
    NO_DATE = "no-date"  # resources without the date on which they were recorded; detail: type|what stands for it:
    # "clinical date", or "always known"
    UNREADABLE = "unreadable"  # resources of a patient that cannot be decoded; detail: type
    # The lines. LINES = LINES_JUDGED + LINES_UNUSED + LINES_TOLD; each line stands in exactly one of these three. In a
    # Bundle, an entry is a line.
    LINES = "lines"  # lines that are not blank; detail: resource type, "other", or "unknown"
    LINES_JUDGED = "lines-judged"  # handed to the judgement of a patient; detail: resource type
    LINES_UNUSED = "lines-unused"  # of no use to the service: of a type, code or status that its prefetch does not ask
    # for; detail: resource type
    LINES_TOLD = "lines-told"  # not used, though they might have mattered; detail: type|reason (`told.Reason`)
    FILES = "files"  # files of the export; detail: how they were read, or why they were not
    # Two contents, with `--against`.
    GAINED = "gained"  # moments at which only the content that is judged shows this card; by moment, rule; detail: card
    LOST = "lost"  # moments at which only the content that it is compared with shows it; by moment, rule; detail: card


class Row(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """What a number counts. Fields that a measure does not have are empty."""

    measure: Measure
    hook: str = ""
    rule: str = ""
    month: str = ""
    site: str = ""
    age_band: str = ""
    sex: str = ""
    detail: str = ""


Counts: TypeAlias = Counter[Row]
"""Numbers by row. Add with `update`, which is associative and commutative: parts may be merged in any order."""

LineNumbers: TypeAlias = Counter[tuple[Measure, str]]
"""Numbers of lines and files by measure and detail."""


class _Line(msgspec.Struct, array_like=True):
    row: Row
    number: int


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(_Line)


def as_counts(numbers: LineNumbers) -> Counts:
    """Return numbers of lines and files as counts."""
    return Counter({Row(measure, detail=detail): number for (measure, detail), number in numbers.items()})


def merge(parts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    merged: Counts = Counter()
    for part in parts:
        merged.update(part)
    return merged


def encode_counts(counts: Counts) -> bytes:
    """Return counts as JSON lines, one for a row, sorted: equal counts have equal bytes."""
    return b"".join(_ENCODER.encode(_Line(row, number)) + b"\n" for row, number in sorted(counts.items()))


def decode_counts(data: bytes) -> Counts:
    """Return the counts of JSON lines.

    Raises:
        msgspec.ValidationError: a line is no row of counts.
    """
    counts: Counts = Counter()
    for line in map(_DECODER.decode, data.splitlines()):
        counts[line.row] += line.number
    return counts


def select(counts: Counts, measure: Measure) -> Iterator[tuple[Row, int]]:
    """Yield the rows of one measure with their numbers, sorted."""
    yield from sorted((row, number) for row, number in counts.items() if row.measure is measure)


def total(counts: Counts, measure: Measure) -> int:
    """Return the sum of all rows of one measure."""
    return sum(number for row, number in counts.items() if row.measure is measure)
