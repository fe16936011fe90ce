"""Tests of lines: where a sentence ends, and where it goes on."""

import pytest

from cds_service.documents.lines import Ending, Line, join_lines

WRAPPED = "The patient tells of pain that began in March, deep inside the"


@pytest.mark.parametrize(
    ("line", "following", "expected"),
    [
        (Line("Groin pain", Ending.BLOCK), "no numbness", "Groin pain."),
        (Line("Groin pain", Ending.BREAK), "no numbness", "Groin pain."),
        (Line("Groin pain?", Ending.BREAK), "no", "Groin pain?"),
        (Line("Denies:", Ending.BLOCK), "numbness", "Denies:"),
        (Line("fever", Ending.ITEM), "chills", "fever;"),
        (Line("Past history", Ending.HEADING), "none", "Past history:"),
        (Line(WRAPPED, Ending.BREAK), "groin", WRAPPED),
        (Line(WRAPPED, Ending.BREAK), "Groin", f"{WRAPPED}."),
        (Line(WRAPPED, Ending.BLOCK), "groin", f"{WRAPPED}."),
    ],
)
def test_a_line_ends_as_a_sentence_unless_it_goes_on(line: Line, following: str, expected: str) -> None:
    assert join_lines([line, Line(following, Ending.BLOCK)]).split("\n")[0] == expected


def test_no_lines_are_no_text() -> None:
    assert join_lines([]) == ""
