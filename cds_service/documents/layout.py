"""Lay out the elements of HTML, or of a clinical document's narrative, as they come: text, lines, lists, tables."""

from typing import Final

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.lines import Ending, Line
from cds_service.documents.rows import Cell, is_heading, write_row

_DEEPEST: Final = 256  # elements in each other, as the XML parser has it; one writes a few dozen
_MOST: Final = 50_000  # elements; what they hold is bounded too, but each takes its time


class _Table:
    def __init__(self) -> None:
        self.headers: list[str] = []
        self.cells: list[Cell] = []


class Layout:
    """Collects text into lines. Tables may stand in each other's cells."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._frames: list[list[Line]] = [[]]  # the document's lines, then those of each open cell
        self._tables: list[_Table] = []

    def write(self, text: str) -> None:
        """Add text to the line. Its white space counts as one space."""
        self._pieces.append(text)

    def write_lines(self, text: str) -> None:
        """Add preformatted text, whose line breaks count."""
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.write(first)
        for line in others:
            self.end_line(Ending.BREAK)
            self.write(line)

    def end_line(self, ending: Ending) -> None:
        """End the line, if there is anything in it."""
        text = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if text:
            self._frames[-1].append(Line(text, ending))

    def open_table(self) -> None:
        """Begin a table."""
        self.end_line(Ending.BLOCK)
        self._tables.append(_Table())
        if len(self._tables) > _DEEPEST:
            raise UnreadableError(UnreadReason.HOSTILE)

    def close_table(self) -> None:
        """End a table."""
        self.end_row()
        if self._tables:
            self._tables.pop()

    def open_cell(self) -> None:
        """Begin a cell: what follows are its lines."""
        self.end_line(Ending.BLOCK)
        self._frames.append([])

    def close_cell(self, *, is_header: bool) -> None:
        """End a cell."""
        self.end_line(Ending.BLOCK)
        if len(self._frames) > 1:
            lines = self._frames.pop()
            if self._tables:
                self._tables[-1].cells.append(Cell(tuple(lines), is_header))
            else:
                self._frames[-1] += lines

    def end_row(self) -> None:
        """End a row: write it out, or keep it as the names of the columns."""
        self.end_line(Ending.BLOCK)
        if not self._tables or not (table := self._tables[-1]).cells:
            return
        if is_heading(table.cells):
            table.headers = [cell.text.rstrip(":. ") for cell in table.cells]
        else:
            self._frames[-1] += write_row(table.cells, table.headers)
        table.cells = []

    def take_lines(self) -> list[Line]:
        """Return the lines so far, and forget them."""
        while self._tables:
            self.close_table()
        self.end_line(Ending.BLOCK)
        lines = [line for frame in self._frames for line in frame]
        self._frames = [[]]
        return lines


class Nesting:
    """How many elements there are, and how deep they nest."""

    def __init__(self) -> None:
        self._depth = 0
        self._count = 0

    def go_down(self) -> None:
        """Count an element's start.

        Raises:
            UnreadableError: nobody writes elements that deep in each other, or so many.
        """
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST:
            raise UnreadableError(UnreadReason.HOSTILE)
        if self._count > _MOST:
            raise UnreadableError(UnreadReason.TOO_LARGE)

    def go_up(self) -> None:
        """Count an element's end."""
        self._depth -= 1
