"""Read RTF with striprtf, after it was made safe to read."""

from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from cds_service.documents.document import Document, UnreadableError, UnreadReason
from cds_service.documents.lines import Ending, Line, join_lines
from cds_service.documents.rows import Cell, write_row
from cds_service.documents.rtf_cleaner import CELL_END, clean_rtf


def read_rtf(content: bytes, limit: int) -> Document:
    """Return the text of RTF. It names its code pages itself.

    Raises:
        UnreadableError: it is no RTF, does not end, nests too deep, or holds far more text than the limit.
    """
    cleaned = clean_rtf(content.decode("latin-1"), limit)
    try:
        text = rtf_to_text(cleaned, errors="replace")
    except (ArithmeticError, LookupError, TypeError, ValueError):
        raise UnreadableError(UnreadReason.MALFORMED) from None
    return Document(join_lines(list(_lines(text))))


def _lines(text: str) -> Iterator[Line]:
    for written in text.replace("\r", "\n").split("\n"):
        if CELL_END in written:
            cells = written.rstrip().removesuffix(CELL_END).split(CELL_END)
            yield from write_row([_cell(cell) for cell in cells], [])
        elif line := " ".join(written.split()):
            yield Line(line, Ending.BREAK)


def _cell(text: str) -> Cell:
    text = " ".join(text.split())
    return Cell((Line(text, Ending.BLOCK),) if text else ())
