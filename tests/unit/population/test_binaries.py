"""Tests of notes whose text stands apart from them in the export: joined, read as the service reads it, and counted."""

import base64
import json
from pathlib import Path

import pytest

from cds_service.chart.note_text import read_note
from cds_service.ehr.attachments import FILE_LIMIT, open_file
from cds_service.ehr.received import Received
from cds_service.fhir.chart_data import ClinicalNote
from cds_service.fhir.documents import Attachment, DocumentContent, DocumentReference
from cds_service.population.binaries import join_binaries, read_content
from cds_service.population.buckets import LaneWriter
from cds_service.population.counts import Counts, LineNumbers, Measure, Row
from cds_service.population.records import BINARY_KEY, Record
from cds_service.population.work_folder import open_work_folder
from tests.population_export import (
    LOINC,
    Json,
    about,
    as_lines,
    back_pain,
    concept,
    empty_types,
    judge_lines,
    patient,
    projector,
    told,
)

NOTE = "Back pain for a week. He cannot pass urine since this morning, and his saddle area is numb."
CHART = [*back_pain("p1"), *empty_types("p1")]


def encode(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def note(*forms: Json, day: str = "2026-03-09", number: int = 1, name: str = "p1") -> Json:
    content = [{"attachment": form} for form in forms]
    kind = concept(LOINC, "11506-3")
    return about(name, "DocumentReference", number, status="current", type=kind, date=day, content=content)


def link(url: str = "Binary/b1", kind: str | None = "text/plain") -> Json:
    return {"url": url} | ({"contentType": kind} if kind else {})


def binary(text: str | bytes = NOTE, name: str = "b1", kind: str | None = "text/plain", **fields: object) -> Json:
    stated = {"contentType": kind} if kind else {}
    return {"resourceType": "Binary", "id": name, "data": encode(text), **stated, **fields}


def judge(*resources: Json) -> Counts:
    return judge_lines(as_lines([*CHART, *resources]))


def said(counts: Counts) -> Counts:
    """Return what was said and not, without the lines and the formats of notes."""
    lines = (Measure.LINES, Measure.LINES_JUDGED, Measure.NOTE_FORMAT)
    return Counts({row: number for row, number in counts.items() if row.measure not in lines})


@pytest.mark.parametrize(
    "url", ["Binary/b1", "https://ehr.example/fhir/R4/Binary/b1", "Binary/b1/_history/3", "/fhir/Binary/b1"]
)
def test_a_note_says_the_same_wherever_its_text_stands(url: str) -> None:
    inline = judge(note({"contentType": "text/plain", "data": encode(NOTE)}))
    apart = judge(note(link(url)), binary())
    assert said(apart) == said(inline) != said(judge())
    assert apart[Row(Measure.NOTE_FORMAT, detail="text/plain|in a Binary")] == 1
    assert apart[Row(Measure.LINES_JUDGED, detail="Binary")] == 1


@pytest.mark.parametrize("url", ["Binary/b2", "Binary/b1/$hex", "https://ehr.example/files/b1", "Binary/", "http://["])
def test_a_text_that_is_not_in_the_export_is_told_with_its_note(url: str) -> None:
    counts = judge(note(link(url)), binary())
    assert counts[Row(Measure.NOTE_FORMAT, detail="text/plain|not in the export")] == 1
    assert counts[Row(Measure.LINES_UNUSED, detail="Binary")] == 1
    assert [row.rule for row in counts if row.measure is Measure.INCOMPLETE and row.hook == "order-sign"]


def test_a_note_that_was_written_later_says_nothing_though_its_text_is_there() -> None:
    counts = judge(note(link(), day="2026-03-11"), binary(meta={"lastUpdated": "2026-01-01T00:00:00Z"}))
    orders = {row: number for row, number in said(counts).items() if row.hook == "order-sign"}
    assert orders == {row: number for row, number in said(judge()).items() if row.hook == "order-sign"}


def test_a_text_belongs_to_each_patient_whose_note_names_it_and_is_one_line() -> None:
    other = [*back_pain("p2"), *empty_types("p2"), note(link(), name="p2"), note(link(), name="p2", number=2)]
    counts = judge(note(link()), binary(), *other)
    assert counts[Row(Measure.NOTE_FORMAT, detail="text/plain|in a Binary")] == 2
    assert counts[Row(Measure.LINES_JUDGED, detail="Binary")] == 1


def test_of_several_lines_of_a_binary_the_newest_counts() -> None:
    old = binary("Nothing to report.", meta={"lastUpdated": "2026-01-01T00:00:00Z"})
    new = binary(meta={"lastUpdated": "2026-02-01T00:00:00Z"})
    one, other = judge(note(link()), old, new), judge(new, note(link()), old)
    assert one == other
    assert told(one) == {"Binary|came more than once; the newest counts": 1}
    newest_alone = said(judge(note(link()), new))
    assert {row: one[row] for row in newest_alone} == dict(newest_alone)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"resourceType":"Binary","data":"AAAA"}', "Binary|a Binary that has no id"),
        ('{"resourceType":"Binary","id":"a\\tb"}', "Binary|a Binary that has no id"),
        ('{"resourceType":"Binary","id":"b1","data":"', "Binary|malformed JSON"),
    ],
)
def test_a_broken_binary_is_told_and_costs_itself_alone(text: str, reason: str) -> None:
    line = as_lines([{}])[0]._replace(text=text.encode())
    counts = judge_lines([*as_lines([*CHART, note(link())]), line])
    assert told(counts) == {reason: 1}
    assert counts[Row(Measure.NOTE_FORMAT, detail="text/plain|not in the export")] == 1


CONTENTS: dict[str, Json] = {
    "plain": binary(),
    "no type": binary(kind=None),
    "bytes of no stated type": binary(kind="application/octet-stream"),
    "HTML": binary("<p>Back pain</p>", kind="text/html"),
    "PDF": binary(b"%PDF-1.7 x", kind="application/pdf"),
    "PDF of no stated type": binary(b"%PDF-1.7 x", kind=None),
    "not base64": binary() | {"data": "?"},
    "empty": {"resourceType": "Binary", "id": "b1"},
    "of an older version": {"resourceType": "Binary", "id": "b1", "content": encode(NOTE), "contentType": "text/plain"},
    "too large": binary("x" * (FILE_LIMIT + 9)),
}


@pytest.mark.parametrize("stated", ["text/plain", "text/html", "application/pdf", None])
@pytest.mark.parametrize("resource", CONTENTS.values(), ids=CONTENTS)
def test_a_binary_is_read_as_the_service_reads_it_from_the_server(resource: Json, stated: str | None) -> None:
    document = DocumentReference(content=[DocumentContent(Attachment(contentType=stated, url="Binary/b1"))])
    [line] = projector().project(as_lines([resource]))
    named = Record(line.patient, b"N\tp1")
    [joined] = join_binaries([(line.patient, [line.data, named.data])], LineNumbers())
    _, name, content = joined.data.split(b"\t")
    ours = read_content(document, {name.decode(): content})
    theirs = open_file(Received(json.dumps(resource).encode(), "application/fhir+json"), document.attachments)
    if stated != "application/pdf":  # which the service does not fetch
        assert ours.fault == theirs.fault
    ours_read, theirs_read = (
        read_note(ClinicalNote(document, "symptoms", is_draft=False, content=one)).texts for one in (ours, theirs)
    )
    assert ours_read == (() if stated == "application/pdf" else theirs_read)


def test_bytes_that_are_not_read_and_large_ones_are_not_kept() -> None:
    large = [binary(bytes(range(256)) * 400, kind="application/pdf"), binary("x" * 9_000_000)]
    assert [len(record.data) < 200 for record in projector().project(as_lines(large))] == [True, True]


def test_binaries_are_kept_apart_and_those_of_a_bucket_are_joined_once(tmp_path: Path) -> None:
    folder, _ = open_work_folder(tmp_path / "run", "about", 1, 3)
    lane = folder.create_lane()
    assert isinstance(lane.writer, LaneWriter)
    lane.writer.write([Record(f"{BINARY_KEY}b1", b"N\tp1"), Record("p1", b"X\tCondition")])
    lane.commit([0], Counts(), [])
    [number] = folder.list_to_join()
    assert number >= folder.buckets
    other = folder.create_lane()
    other.commit([], Counts(), [number])
    assert folder.list_to_join() == []


def test_a_patient_whose_id_looks_like_a_binary_is_one_still() -> None:
    counts = judge_lines(as_lines([patient("Binary-b1"), binary(name="Binary-b1"), *back_pain("b1")]))
    assert counts[Row(Measure.LINES_UNUSED, detail="Binary")] == 1
    assert counts[Row(Measure.LINES_JUDGED, detail="Patient")] == 2
