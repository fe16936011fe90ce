"""The words of reports on imaging: the diagnoses that they state. What they say of symptoms is somebody's question."""

from collections.abc import Iterable

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.record_text import RecordContext, add_statements, read_statements
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import TextKind


def extract_diagnoses(record: RecordContext, texts: Iterable[str], collector: FactCollector) -> bool:
    """Add the diagnoses that a report states or denies, and return whether there are any."""
    stated = dict.fromkeys(
        statement
        for text in texts
        for statement in read_statements(record, text, collector, TextKind.REPORT)
        if statement.value is not FindingValue.ASKED
    )
    add_statements(record, stated, collector)
    return bool(stated)
