"""Read a text by itself, as a chart would: what it says, since when, and what the safety screen meets in it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum, auto
from itertools import accumulate
from typing import Final, NamedTuple

from cds_service.chart.told import holds, is_done_or_lasting, with_course
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue
from cds_service.model.screen import SafetyScreen
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.lexicon import Lexicon
from cds_service.narrative.words.markup import strip_markup
from cds_service.narrative.words.when import When
from cds_service.screen.safety_screen import build_screens

_COURSE, _LONG_STANDING = "course", "long-standing"


class TextType(StrEnum):
    """Where in a chart a text stands."""

    NOTE = auto()
    REASON = auto()  # of an order: what is too vague to be present is asked about
    PROCEDURE = auto()  # the name of what was done: of it only treatments count, and what stays
    EXAM = auto()
    REPORT = auto()  # on imaging: of it only diagnoses count


class FoundInText(NamedTuple):
    """A finding that a text states. `onset`: since when. `when`: the day it happened, where its words tell one.

    `start` and `end`: the characters of the words that state it.
    """

    finding: str
    value: FindingValue
    side: Side
    qualifiers: tuple[tuple[str, str], ...]
    onset: PartialDate | None
    when: PartialDate | None
    start: int
    end: int


class MetInText(NamedTuple):
    """What the safety screen met: its group, and the content's word or finding for it."""

    group: str
    cause: str
    side: Side


class TextReading(NamedTuple):
    """What a text says. `text`: the text without HTML, in which all places are counted.

    `other_language`: the sentences that are in another language. `is_truncated`: its end was not read.
    """

    text: str
    findings: tuple[FoundInText, ...]
    screen: tuple[MetInText, ...]
    other_language: tuple[tuple[int, int], ...]
    is_truncated: bool


_BETWEEN: Final = "\n\n"  # the texts of a document
_KINDS: Final = {TextType.REPORT: TextKind.REPORT}


class TextReader:
    """Reads texts with the content's words. Created once."""

    def __init__(self, narrative: Lexicon, findings: Vocabulary, screen: SafetyScreen) -> None:
        finder = PhraseFinder(narrative)
        self._reader = NarrativeReader(narrative, findings, finder)
        self._screens = build_screens(screen, narrative, finder)
        self._findings = findings

    def read_all(self, texts: Sequence[str], kind: TextType, told_on: date) -> TextReading:
        """Return what the texts of one document say, each read apart: a title counts for its own section alone."""
        readings = [self.read(text, kind, told_on) for text in texts]
        starts = [*accumulate((len(reading.text) + len(_BETWEEN) for reading in readings), initial=0)]
        moved = [_move(reading, start) for reading, start in zip(readings, starts, strict=False)]
        return TextReading(
            _BETWEEN.join(reading.text for reading in moved),
            _each_once(found for reading in moved for found in reading.findings),
            tuple(dict.fromkeys(met for reading in moved for met in reading.screen)),
            tuple(place for reading in moved for place in reading.other_language),
            is_truncated=any(reading.is_truncated for reading in moved),
        )

    def read(self, text: str, kind: TextType, told_on: date) -> TextReading:
        """Return what a text of this day says. Nothing of it is kept, but for the caches' keyed hashes."""
        reading = self._reader.read(text, _KINDS.get(kind, TextKind.NOTE))
        counted = [
            _found(with_course(statement, told_on), span, told_on)
            for statement, span in zip(reading.statements, reading.spans, strict=True)
            if self._counts(statement, kind, told_on)
        ]
        findings = tuple(sorted(counted, key=lambda found: (found.start, found.end)))
        plain = strip_markup(text)
        others = tuple(self._screens.languages.other_sentences(plain))
        return TextReading(plain, findings, tuple(self._met(text, kind, findings)), others, reading.is_truncated)

    def _counts(self, statement: Statement, kind: TextType, told_on: date) -> bool:
        if kind is TextType.PROCEDURE and not is_done_or_lasting(statement, self._findings):
            return False
        if kind is TextType.REPORT and statement.value is FindingValue.ASKED:
            return False
        return holds(statement, told_on, accepts_vague=kind is TextType.REASON)

    def _met(self, text: str, kind: TextType, findings: tuple[FoundInText, ...]) -> Iterator[MetInText]:
        """Yield what the safety screen meets, each once: in the words, and in the findings read from them."""
        is_test = kind is TextType.PROCEDURE and self._screens.procedures.is_test(text)
        met = [] if is_test else [MetInText(*hit) for hit in self._screens.texts.hits(text)]
        yield from dict.fromkeys([*met, *(one for found in findings for one in self._met_by(found))])

    def _met_by(self, found: FoundInText) -> Iterator[MetInText]:
        if found.value is FindingValue.ABSENT:
            return
        is_lasting = (_COURSE, _LONG_STANDING) in found.qualifiers
        for group in self._screens.groups_by_finding.get(found.finding, ()):
            if not (is_lasting and group in self._screens.sphincter_groups):
                yield MetInText(group, found.finding, found.side)


def _move(reading: TextReading, by: int) -> TextReading:
    """Return a reading whose text stands behind others in a document."""
    findings = tuple(found._replace(start=found.start + by, end=found.end + by) for found in reading.findings)
    others = tuple((start + by, end + by) for start, end in reading.other_language)
    return reading._replace(findings=findings, other_language=others)


def _each_once(findings: Iterable[FoundInText]) -> tuple[FoundInText, ...]:
    """Return the findings without those that are said again in the same way."""
    first: dict[FoundInText, FoundInText] = {}
    for found in findings:
        first.setdefault(found._replace(start=0, end=0), found)
    return tuple(first.values())


def _found(statement: Statement, span: tuple[int, int], told_on: date) -> FoundInText:
    """Return a statement with its days. Only of what is present are they told."""
    is_present = statement.value is FindingValue.PRESENT
    onset, when = (_day(one, told_on) if is_present else None for one in (statement.onset, statement.when))
    return FoundInText(statement.finding, statement.value, statement.side, statement.qualifiers, onset, when, *span)


def _day(when: When | None, told_on: date) -> PartialDate | None:
    """Return the days that a time in words means, unless they are still to come."""
    days = when.on(told_on) if when else None
    return None if days is None or days.first > told_on + timedelta(days=1) else days
