"""The words of reports on imaging: the diagnoses that they state. What they say of symptoms is somebody's question."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.record_text import RecordContext, add_statements, read_statements
from cds_service.model.facts import FindingValue
from cds_service.model.text_kinds import TextKind

_DIAGNOSIS: Final = "diagnosis"
# Parts of a report that tell why and how it was made, not what was seen.
_NOT_SEEN: Final = (
    r"(?:clinical |relevant |patient )?(?:indication|history|information|details)s?",
    r"reasons?(?: for (?:the )?(?:exam(?:ination)?|study|test|request))?",
    r"(?:technique|procedure|comparison|prior|recommendation|exam|examination|study)s?",
)
_SEEN: Final = (r"(?:findings?|impressions?|conclusions?|opinion|diagnos[ei]s|results?|report|summary)",)
_PART: Final = re.compile(rf"(?:^|(?<=[.;\n]))\s*({'|'.join((*_NOT_SEEN, *_SEEN))})\s*:", re.IGNORECASE)
_IS_NOT_SEEN: Final = re.compile("|".join(_NOT_SEEN), re.IGNORECASE)


def extract_diagnoses(record: RecordContext, texts: Iterable[str], collector: FactCollector) -> bool:
    """Add the diagnoses that a report states or denies, and return whether there are any."""
    findings = collector.lookups.findings
    stated = dict.fromkeys(
        statement
        for text in texts
        for part in _seen_parts(text)
        for statement in read_statements(record, part, collector, TextKind.REPORT)
        if findings[statement.finding].kind == _DIAGNOSIS and statement.value is not FindingValue.ASKED
    )
    add_statements(record, stated, collector)
    return bool(stated)


def _seen_parts(text: str) -> Iterator[str]:
    """Yield the parts of a report, without those that do not say what was seen."""
    begin, heading = 0, ""
    for match in _PART.finditer(text):
        yield from _seen_part(heading, text[begin : match.start()])
        begin, heading = match.start(), match[1]
    yield from _seen_part(heading, text[begin:])


def _seen_part(heading: str, text: str) -> Iterator[str]:
    if text.strip() and not _IS_NOT_SEEN.fullmatch(heading):
        yield text
