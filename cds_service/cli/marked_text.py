"""A text in the terminal, with the words that state a finding marked: by numbers and values, not by colour alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from unicodedata import category

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cds_service.chart.text_reading import FoundInText, MetInText, TextReading
from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.rendering.phrases import format_date
from cds_service.report.overlapping import group_overlapping

_COLOURS = {FindingValue.PRESENT: "green", FindingValue.ABSENT: "red", FindingValue.ASKED: "yellow"}
_KEPT = frozenset("\n\t")
_NOT_SHOWN = "\ufffd"
_NOTHING = "Nothing is read in this text: that is not recorded, and not absent."


def print_reading(reading: TextReading, knowledge: Knowledge) -> None:
    """Print a text with its marks, a table of its findings, and what else there is to say of it."""
    console = Console()
    console.print(mark_text(reading), soft_wrap=True)
    console.print()
    if reading.findings:
        console.print(_build_table(reading, knowledge))
    else:
        console.print(_NOTHING)
    for line in _list_remarks(reading):
        console.print(Text(line))


def mark_text(reading: TextReading) -> Text:
    """Return a text in which "[1 present]" stands behind the words that state the table's first finding.

    What is said again in the same way is marked where it is said first.
    """
    marked, place = Text(), 0
    for first, group in group_overlapping(reading.findings):
        start, end = group[0].start, max(found.end for found in group)
        marked.append(_printable(reading.text[place:start]))
        colour = _COLOURS[group[0].value]
        marked.append(f"{_printable(reading.text[start:end])} [{_describe_group(first, group)}]", colour)
        place = end
    return marked.append(_printable(reading.text[place:].rstrip()))


def _describe_group(first: int, group: list[FoundInText]) -> str:
    """Return "1 present", or "1 2 present, 3 asked" of words that state several findings."""
    numbered = groupby(enumerate(group, start=first), key=lambda one: one[1].value.value)
    return ", ".join(f"{' '.join(str(number) for number, _ in same)} {value}" for value, same in numbered)


def _build_table(reading: TextReading, knowledge: Knowledge) -> Table:
    table = Table("", "finding", "value", "side", "since", "date", "words")
    for number, found in enumerate(reading.findings, start=1):
        table.add_row(
            str(number),
            Text(_describe_finding(found, knowledge)),
            Text(found.value.value, _COLOURS[found.value]),
            "" if found.side is Side.UNSTATED else found.side.value,
            format_date(found.onset) if found.onset else "",
            format_date(found.when) if found.when else "",
            Text(" ".join(_printable(reading.text[found.start : found.end]).split())),
        )
    return table


def _describe_finding(found: FoundInText, knowledge: Knowledge) -> str:
    """Return a finding's label, with its qualifiers."""
    labels = knowledge.labels.qualifiers
    qualifiers = [labels.get(name, {}).get(value) or f"{name}: {value}" for name, value in found.qualifiers]
    label = knowledge.content.findings[found.finding].label
    return f"{label} ({', '.join(qualifiers)})" if qualifiers else label


def _list_remarks(reading: TextReading) -> Iterator[str]:
    if reading.screen:
        yield f"The safety screen met: {'; '.join(_describe_screen(reading.screen))}"
    for start, end in reading.other_language:
        yield f"In another language, so not read: {_printable(reading.text[start:end]).strip()}"
    if reading.is_truncated:
        yield "The text is too long: its end was not read."


def _describe_screen(screen: Sequence[MetInText]) -> Iterator[str]:
    """Yield each group with what it was met by."""
    for group in dict.fromkeys(met.group for met in screen):
        met = [one for one in screen if one.group == group]
        causes = (one.cause if one.side is Side.UNSTATED else f"{one.cause}, {one.side.value}" for one in met)
        yield f"{group} ({'; '.join(causes)})"


def _printable(text: str) -> str:
    """Return a text that moves no cursor and changes no terminal."""
    return "".join(one if one in _KEPT or category(one) != "Cc" else _NOT_SHOWN for one in text.replace("\r\n", "\n"))
