"""Clinical notes: what they say of symptoms, examination and treatment; of reports on imaging, diagnoses alone."""

from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.chart.note_text import ReadNote
from cds_service.chart.record_text import RecordContext, extract_from_texts
from cds_service.chart.report_text import extract_diagnoses
from cds_service.model.facts import SourceKind
from cds_service.narrative.reader import TextKind

IMAGING = "imaging"  # what a note tells whose words are those of a report


def extract_note(read: ReadNote, collector: FactCollector) -> None:
    """Add what a note says, dated by the note. One that nobody has signed is screened, and gives no facts."""
    document = read.note.document
    if read.note.is_draft:
        collector.ignore(document, "nobody has signed it yet")
        return
    dates = (document.date, document.indexed, document.created)
    when = next((day for text in dates if (day := collector.newest_date(text))), None)
    if read.note.tells == IMAGING:
        record = RecordContext(document, build_source(SourceKind.REPORT_TEXT, document), when=when)
        extract_diagnoses(record, read.texts, collector)
        return
    record = RecordContext(document, build_source(SourceKind.NOTE, document), when=when)
    if not extract_from_texts(record, read.texts, collector, TextKind.NOTE):
        collector.ignore(document, "its text names no finding here")
