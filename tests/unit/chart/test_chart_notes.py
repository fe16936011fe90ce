"""Clinical notes as facts: read from their bytes, dated by the note, sections apart; what is not read is counted."""

from datetime import date
from typing import Any

import pytest
from synthetic import PATIENT

from cds_service.chart.chart_reader import ChartReader
from cds_service.fhir.chart_data import ChartData, ClinicalNote, FileContent
from cds_service.fhir.datatypes import Subject
from cds_service.fhir.documents import DocumentReference
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart, FindingValue, SourceKind

TODAY = date(2026, 3, 10)
CDA = """<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody>
<component><section><title>History of Present Illness</title><text>Left groin pain.</text></section></component>
<component><section><title>Family History:</title><text>Mother had sciatica.</text></section></component>
</structuredBody></component></ClinicalDocument>"""


@pytest.fixture
def reader(knowledge: Knowledge) -> ChartReader:
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen)


def note(text: str | bytes, form: str = "text/plain", *, fault: str | None = None, **fields: Any) -> ClinicalNote:
    tells, is_draft = fields.pop("tells", "symptoms"), fields.pop("is_draft", False)
    made = {"id": "n1", "subject": Subject(f"Patient/{PATIENT}"), "date": "2026-02-20T23:30:00-05:00", **fields}
    body = text.encode() if isinstance(text, str) else text
    return ClinicalNote(DocumentReference(**made), tells, is_draft, FileContent(body, form, fault))


def read(reader: ChartReader, *notes: ClinicalNote) -> Chart:
    return reader.build_chart(ChartData((), notes=notes), PATIENT, TODAY)


def stated(chart: Chart) -> set[tuple[str, str]]:
    return {(fact.id, fact.value.value) for fact in chart.findings}


def test_a_notes_findings_are_dated_by_the_note_as_it_is_written(reader: ChartReader) -> None:
    [fact] = read(reader, note("Left groin pain.")).findings
    assert (fact.id, fact.source.kind, fact.source.reference) == (
        "groin-pain",
        SourceKind.NOTE,
        "DocumentReference/n1",
    )
    assert fact.when is not None
    assert fact.when.first == date(2026, 2, 20)


def test_older_names_of_the_date_count_and_one_that_cannot_be_told_stays_unknown(reader: ChartReader) -> None:
    [indexed] = read(reader, note("Groin pain.", date=None, indexed="2026-02-21")).findings
    assert indexed.when is not None
    assert indexed.when.first == date(2026, 2, 21)
    for strange in ({"date": None}, {"date": "last week"}, {"date": "2031-01-01"}):
        assert [fact.when for fact in read(reader, note("Groin pain.", **strange)).findings] == [None]


def test_each_section_is_read_under_its_title(reader: ChartReader) -> None:
    chart = read(reader, note(CDA, "application/xml"))
    assert stated(chart) == {("groin-pain", "present")}


def test_denials_are_absent_and_what_is_said_twice_counts_once(reader: ChartReader) -> None:
    chart = read(reader, note("Denies groin pain. Left calf pain. Left calf pain."))
    assert [(fact.id, fact.value) for fact in chart.findings] == [
        ("groin-pain", FindingValue.ABSENT),
        ("calf-pain", FindingValue.PRESENT),
    ]


def test_of_a_note_on_imaging_only_diagnoses_count(reader: ChartReader) -> None:
    words = "Indication: left groin pain. Findings: severe osteoarthritis of the left hip."
    chart = read(reader, note(words, tells="imaging"))
    assert {(fact.id, fact.source.kind) for fact in chart.findings} == {("hip-osteoarthritis", SourceKind.REPORT_TEXT)}


def test_an_unsigned_note_gives_no_fact_and_is_screened(reader: ChartReader) -> None:
    chart = read(reader, note("Left groin pain. Known lymphoma.", is_draft=True))
    assert stated(chart) == set()
    assert {hit.group for hit in chart.screen_hits} == {"cancer"}
    assert [record.reason for record in chart.ignored] == ["nobody has signed it yet"]


@pytest.mark.parametrize(
    "unread",
    [
        note(b"", fault="status-404"),
        note(b"%PDF-1.7", "application/pdf"),
        note(bytes(range(256)) * 4),
        note("Back pain. " * 10_000),
        note("", "text/plain"),
        note("x", "text/plain; charset=klingon"),
    ],
)
def test_a_note_that_is_not_read_is_counted_and_costs_itself(reader: ChartReader, unread: ClinicalNote) -> None:
    chart = read(reader, unread, note("Left groin pain."))
    assert stated(chart) == {("groin-pain", "present")}
    assert dict(chart.unreadable) == {"clinical note": 1}
    assert dict(chart.unscreened) == {"not-read": 1}


def test_a_note_in_another_language_is_told_as_read_in_part(reader: ChartReader) -> None:
    chart = read(reader, note("Patient klagt seit gestern \u00fcber Taubheit zwischen den Beinen."))
    assert chart.incomplete == ("clinical notes",)
    assert "other-language" in chart.unscreened
    assert read(reader, note("Lumbago.", language="de")).incomplete == ("clinical notes",)


def test_the_newest_notes_are_read_first_and_the_others_counted(knowledge: Knowledge) -> None:
    reader = ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen, 20)
    new, old = note("Left groin pain." + " " * 30), note("Left calf pain." + " " * 30, id="n2", date="2026-01-01")
    chart = read(reader, old, new)
    assert stated(chart) == {("groin-pain", "present")}
    assert dict(chart.unreadable) == {"clinical note": 1}
    assert dict(chart.unscreened) == {"not-read": 1}


def test_notes_left_out_are_named_with_the_reason_alone(reader: ChartReader) -> None:
    data = ChartData((), notes_left_out=((DocumentReference(id="n9"), "status superseded"),))
    ignored = reader.build_chart(data, PATIENT, TODAY).ignored
    assert [(one.reference, one.reason) for one in ignored] == [("DocumentReference/n9", "status superseded")]


def test_the_screen_sees_a_note_and_a_relatives_cancer_is_none(reader: ChartReader) -> None:
    assert {hit.group for hit in read(reader, note("Known lymphoma.")).screen_hits} == {"cancer"}
    assert not read(reader, note("Family history:\nBreast cancer in her mother.")).screen_hits
