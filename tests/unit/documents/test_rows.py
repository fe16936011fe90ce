"""Tests of rows: an answer stands behind its question, an end and a relative where the finding is read."""

import pytest

from cds_service.documents.lines import Ending, Line
from cds_service.documents.rows import Cell, is_heading, write_row


def cell(text: str) -> Cell:
    return Cell(tuple(Line(line, Ending.BLOCK) for line in text.split("\n") if line))


@pytest.mark.parametrize(
    ("headers", "cells", "expected"),
    [
        ("", "Saddle numbness|No", "Saddle numbness: No"),
        ("", "Saddle numbness|No|since 2025", "Saddle numbness: No, since 2025"),
        ("", "Saddle numbness|", "Saddle numbness"),
        ("", "|", ""),
        ("Problem|Onset", "Sciatica|2025", "Problem: Sciatica, Onset: 2025"),
        ("Problem|Onset", "Sciatica.|", "Problem: Sciatica"),
        ("Problem|Status|Onset", "Sciatica|Resolved|2019", "Sciatica: Resolved, Onset: 2019"),
        ("Problem|Onset|End date", "Sciatica|2019|2020", "Sciatica: resolved 2020, Onset: 2019"),
        ("Problem|Onset|End date", "Sciatica|2019|", "Problem: Sciatica, Onset: 2019"),
        ("Movement|End feel", "Flexion|firm", "Movement: Flexion, End feel: firm"),
        ("Symptom|Present|Since", "Saddle numbness|No|2025", "Saddle numbness: No, Since: 2025"),
        ("Symptom|At rest|At night", "Groin pain|yes|no", "Groin pain: At rest yes, At night no"),
        ("Saddle numbness|Fever", "no|yes", "Saddle numbness: no, Fever: yes"),
        ("Test|Left|Right", "FABER|positive|negative", "Left FABER: positive|Right FABER: negative"),
        (
            "Test|Left|Right|Pain",
            "FABER|positive|negative|mild",
            "Left FABER: positive|Right FABER: negative|Pain: mild",
        ),
        ("Condition|Relation", "Sciatica|Mother", "Relation: Mother, Condition: Sciatica"),
        (
            "Condition|Relation|Status",
            "Sciatica|Mother|Active",
            "Relation: Mother, Condition: Sciatica, Status: Active",
        ),
        ("Problem|Onset", "Sciatica|2019|left", "Sciatica: 2019, left"),  # headers of another row
    ],
)
def test_a_row_is_a_line(headers: str, cells: str, expected: str) -> None:
    row = [cell(text) for text in cells.split("|")]
    lines = write_row(row, headers.split("|") if headers else [])
    assert "|".join(line.text for line in lines) == expected


def test_cells_of_several_lines_stay_lines_below_their_header() -> None:
    lines = write_row([cell("Groin pain\nno numbness"), cell("May")], ["History", "Month"])
    assert [line.text for line in lines] == ["History", "Groin pain", "no numbness", "Month", "May"]


def test_a_row_of_headers_names_the_columns() -> None:
    assert is_heading([Cell((Line("a", Ending.BLOCK),), is_header=True), Cell((), is_header=True)])
    assert not is_heading([Cell((), is_header=True)])
    assert not is_heading([Cell((), is_header=True), Cell(())])
