"""The calls that are measured: two charts, each as one body that repeats and as bodies of which no two are alike."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, cycle, product, repeat
from typing import NamedTuple

from benchmarks.bodies import patient_view
from benchmarks.dating import as_of

_MARK = b"NNNNNNNNN"  # a number that makes texts and ids differ
_DAYS = 7  # the dates of bodies that differ are those of this and the six days before
_numbers = count(1)  # of all charts: a text of one is none of the other either


class Chart(NamedTuple):
    """A chart by its name, whether it earns a card, and what every right answer to its call contains."""

    name: str
    alarming: bool
    expected: bytes


CARD = Chart("card", True, b'"indicator":"warning"')
NO_CARD = Chart("no card", False, b'"cards":[]')
CHARTS = (NO_CARD, CARD)


class Stream(NamedTuple):
    """Bodies without end of one chart's calls, and whether they differ."""

    chart: Chart
    differ: bool
    bodies: Iterator[bytes]


def streams(day: date) -> tuple[Stream, ...]:
    """Return every kind of call as it is sent on this day."""
    kinds = product(CHARTS, (False, True))
    return tuple(Stream(chart, differ, bodies(chart, day, differ=differ)) for chart, differ in kinds)


def bodies(chart: Chart, day: date, *, differ: bool) -> Iterator[bytes]:
    """Yield the chart's body of this day without end: the same, or each with texts, ids and dates of its own."""
    body = patient_view(alarming=chart.alarming)
    if not differ:
        return repeat(as_of(body, day))
    days = (day - timedelta(days=earlier) for earlier in range(_DAYS))
    forms = [_marked(as_of(body, each)).split(_MARK) for each in days]
    return ((b"%09d" % next(_numbers)).join(form) for form in cycle(forms))


def _marked(body: bytes) -> bytes:
    """Put the mark into the texts, displays and ids of a body, which grows by about a hundredth."""
    for part in (b"Synthetic", b"4e5f-8a9b", b"3e05e953b"):
        body = body.replace(part, _MARK)
    return (
        body.replace(b'"Text', b'"' + _MARK)
        .replace(b'"p1"', b'"' + _MARK + b'"')
        .replace(b"Patient/p1", b"Patient/" + _MARK)
    )
