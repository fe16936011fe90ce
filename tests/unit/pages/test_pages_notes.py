"""The notes that the page shows: the words that were taken are marked, and no text is lost or broken by it."""

import base64
from datetime import date
from typing import Any

import pytest
from pages.conftest import form

from cds_service.pages.try_page import TryPage

TODAY = date(2026, 3, 10)
TEXT = "Right groin pain for 3 months. No back pain.\n<script>alert(1)</script>"


def request_with(*contents: Any) -> dict[str, Any]:
    notes = [{"resource": {"id": str(number), "content": content}} for number, content in enumerate(contents)]
    return {"prefetch": {"clinicalNotes": {"entry": notes}}}


def attachment(data: Any, kind: Any = "text/plain") -> list[Any]:
    return [{"attachment": {"contentType": kind, "data": data}}]


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_the_words_that_state_something_are_marked_and_all_words_are_there(page: TryPage) -> None:
    [note] = page.marker.mark_all(page.prepare(form(note=TEXT)).request.sent, TODAY)
    assert "".join(part.text for part in note.parts).startswith("Right groin pain for 3 months. No back pain.")
    [pain], [denial] = [part.states for part in note.parts if part.states]
    assert pain == "groin pain: present, right"
    assert denial.endswith(": absent")


def test_a_note_counts_from_the_day_it_was_told(page: TryPage) -> None:
    record = request_with(attachment(encode(TEXT)))
    record["prefetch"]["clinicalNotes"]["entry"][0]["resource"]["date"] = "2025-11-03T08:00:00Z"
    assert page.marker.mark_all(record, TODAY)[0].day == "2025-11-03"


@pytest.mark.parametrize(
    "request_", [None, [], {}, {"prefetch": None}, {"prefetch": {"clinicalNotes": []}},
                 {"prefetch": {"clinicalNotes": {"entry": 1}}}, {"prefetch": {"clinicalNotes": {"entry": [None]}}}]
)  # fmt: skip
def test_where_there_is_no_note_none_is_shown(page: TryPage, request_: Any) -> None:
    assert page.marker.mark_all(request_, TODAY) == []


@pytest.mark.parametrize(
    "content", ["x", None, [None], [{}], attachment(1), attachment("%%%"), attachment("AAAA", 7), attachment("", None)]
)
def test_a_malformed_note_costs_itself(page: TryPage, content: Any) -> None:
    notes = page.marker.mark_all(request_with(content, attachment(encode(TEXT))), TODAY)
    assert [note.reference for note in notes] == ["DocumentReference/1"]
