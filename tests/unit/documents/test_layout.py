"""Tests of the layout: what is left open is closed, and what nests too deep is refused."""

import pytest

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.layout import Layout, Nesting
from cds_service.documents.lines import Ending, join_lines


def test_white_space_is_one_space_and_empty_lines_are_none() -> None:
    layout = Layout()
    layout.write(" groin\n ")
    layout.write("\tpain ")
    layout.end_line(Ending.BLOCK)
    layout.end_line(Ending.BLOCK)
    assert layout.take_lines() == [("groin pain", Ending.BLOCK)]
    assert layout.take_lines() == []


def test_preformatted_lines_count() -> None:
    layout = Layout()
    layout.write_lines("one\r\ntwo\rthree")
    assert [line.text for line in layout.take_lines()] == ["one", "two", "three"]


def test_tables_stand_in_cells_of_tables() -> None:
    layout = Layout()
    layout.open_table()
    layout.open_cell()
    layout.open_table()
    for text in ("Numbness", "no"):
        layout.open_cell()
        layout.write(text)
        layout.close_cell(is_header=False)
    layout.close_table()
    layout.close_cell(is_header=False)
    layout.close_table()
    assert join_lines(layout.take_lines()) == "Numbness: no."


def test_what_is_left_open_or_closed_twice_loses_no_text() -> None:
    layout = Layout()
    layout.close_cell(is_header=False)
    layout.close_table()
    layout.end_row()
    layout.open_cell()
    layout.write("stray")
    layout.close_cell(is_header=False)
    layout.open_table()
    layout.open_cell()
    layout.write("open")
    assert [line.text for line in layout.take_lines()] == ["stray", "open"]


@pytest.mark.parametrize(
    ("count", "ends", "reason"), [(256, 0, UnreadReason.HOSTILE), (50_000, 1, UnreadReason.TOO_LARGE)]
)
def test_elements_without_end_are_refused(count: int, ends: int, reason: UnreadReason) -> None:
    nesting = Nesting()
    for _ in range(count):
        nesting.go_down()
        for _ in range(ends):
            nesting.go_up()
    with pytest.raises(UnreadableError) as caught:
        nesting.go_down()
    assert caught.value.reason is reason
