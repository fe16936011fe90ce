"""Which clinical notes are chosen: valid, recent, telling of symptoms or imaging, and the patient's own."""

from datetime import date, timedelta
from typing import Any

import pytest

from cds_service.ehr.notes import NoteChoice, NoteChooser, build_note_chooser
from cds_service.fhir.datatypes import CodeableConcept, Coding, Reference, Subject
from cds_service.fhir.documents import DocumentReference, RelatedDocument
from cds_service.knowledge import Knowledge

TODAY = date(2026, 3, 10)
PROGRESS, RADIOLOGY, OPERATION = "11506-3", "18748-4", "11504-8"


@pytest.fixture
def chooser(knowledge: Knowledge) -> NoteChooser:
    return build_note_chooser(knowledge.terminology)


def note(name: str, days_ago: int | None = 1, code: str = PROGRESS, **fields: Any) -> DocumentReference:
    day = None if days_ago is None else (TODAY - timedelta(days=days_ago)).isoformat()
    kind = CodeableConcept([Coding(fields.pop("system", "http://loinc.org"), code)])
    made = {"status": "current", "subject": Subject("Patient/p"), "date": day, "type": kind}
    return DocumentReference(id=name, **{**made, **fields})


def names(choice: NoteChoice) -> list[str | None]:
    return [one.document.id for one in choice.chosen]


def test_the_five_newest_of_each_kind_are_chosen(chooser: NoteChooser) -> None:
    notes = [note(f"n{ago}", ago) for ago in (9, 3, 1, 7, 5, 2)] + [note("scan", 30, RADIOLOGY)]
    choice = chooser.choose(notes, "p", TODAY)
    assert sorted(names(choice)) == ["n1", "n2", "n3", "n5", "n7", "scan"]
    assert [(one.id, why) for one, why in choice.left_out] == [("n9", "there are 5 newer notes")]
    assert {one.document.id: one.tells for one in choice.chosen}["scan"] == "imaging"


@pytest.mark.parametrize(
    "left_out",
    [
        note("x", status="superseded"),
        note("x", status="entered-in-error"),
        note("x", docStatus="entered-in-error"),
        note("x", docStatus=CodeableConcept([Coding(None, "deprecated")])),
        note("x", 181),
        note("x", code=OPERATION),
        note("x", system="https://site.example/types"),
        note("x", type=None),
    ],
)
def test_what_is_not_valid_or_too_old_or_of_another_type_is_left_out_with_a_reason(
    left_out: DocumentReference, chooser: NoteChooser
) -> None:
    choice = chooser.choose([left_out], "p", TODAY)
    assert names(choice) == []
    assert [one.id for one, why in choice.left_out if why] == ["x"]


def test_another_patients_note_is_never_chosen(chooser: NoteChooser) -> None:
    assert chooser.choose([note("x", subject=Subject("Patient/q"))], "p", TODAY) == NoteChoice()


def test_a_note_that_a_newer_one_replaces_is_left_out(chooser: NoteChooser) -> None:
    replaces = [RelatedDocument("replaces", Reference("https://ehr.example/fhir/DocumentReference/old/_history/2"))]
    assert names(chooser.choose([note("old", 2), note("new", relatesTo=replaces)], "p", TODAY)) == ["new"]
    appends = [RelatedDocument("appends", Reference("DocumentReference/old"))]
    assert names(chooser.choose([note("old", 2), note("new", relatesTo=appends)], "p", TODAY)) == ["new", "old"]


def test_an_unsigned_note_replaces_nothing_and_is_marked(chooser: NoteChooser) -> None:
    replaces = [RelatedDocument("replaces", Reference("DocumentReference/old"))]
    draft = note("new", relatesTo=replaces, docStatus="preliminary")
    choice = chooser.choose([note("old", 2), draft], "p", TODAY)
    assert [(one.document.id, one.is_draft) for one in choice.chosen] == [("new", True), ("old", False)]


def test_undated_notes_and_notes_of_the_future_come_last(chooser: NoteChooser) -> None:
    notes = [note("undated", None), note("future", -30), note("old", 170)]
    assert names(chooser.choose(notes, "p", TODAY))[0] == "old"


def test_the_limit_of_days_is_included(chooser: NoteChooser) -> None:
    assert names(chooser.choose([note("x", 180)], "p", TODAY)) == ["x"]
    assert names(chooser.choose([note("x", 9_000)], "p", None)) == ["x"]
