"""Write out tables whose columns are the sides: under "Power R L" the row "EHL 5/5 3/5" is "EHL R 5/5, L 3/5"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from cds_service.narrative.words.tokenizer import CLAUSE, LINE, PARAGRAPH, STOP, Sentence

_RIGHT: Final = frozenset({"r", "right", "rt"})
_LEFT: Final = frozenset({"l", "left", "lt"})
_SIDES: Final = _RIGHT | _LEFT
_SIGNS: Final = frozenset({"+", "-"})
_RESULTS: Final = frozenset(
    {
        "normal", "nl", "nml", "n", "nad", "full", "intact", "present", "brisk", "absent", "reduced", "diminished",
        "decreased", "weak", "positive", "negative", "pos", "neg", "painful", "painless", "limited", "restricted",
        "nil", "yes", "no", "trace",
    }
)  # fmt: skip
_UNITS: Final = frozenset({("deg",), ("degs",), ("degrees",), ("°",), ("mm",)})
_VE: Final = "ve"  # "+ve"
_SLASH, _COLON, _COMMA, _OPENING, _CLOSING = "/", ":", ",", "(", ")"
_ROW_ENDS: Final = frozenset({LINE, STOP, CLAUSE})
_THEN: Final = "then"  # "(L then R)"
_BETWEEN: Final = frozenset({_SLASH, _THEN})
_FIVE: Final = "5"
_TWO, _WIDTH = 2, 3  # words of an order, without and with its slash
_LONGEST_TITLE: Final = 4  # words
_MOST_BEHIND: Final = 2  # words behind the cells of a row, such as "degrees"


class _Cells(NamedTuple):
    """The two cells of a row: where each begins, and where the second ends."""

    first: int
    first_end: int
    second: int
    end: int


class _Heading(NamedTuple):
    """The heading of a table: its title, and the sides of its columns."""

    title: Sentence
    sides: tuple[str, str]


def write_out_columns(parts: Sequence[Sentence]) -> Sequence[Sentence]:
    """Return the sentences, with the rows of a table of both sides as clauses for each."""
    if not any(not _RIGHT.isdisjoint(part.words) and not _LEFT.isdisjoint(part.words) for part in parts):
        return parts
    written: list[Sentence] = []
    open_heading: _Heading | None = None
    for part in parts:
        heading = _heading(part, written[-1] if written else None)
        inline = None if heading else _inline_heading(part)
        row = None if heading or inline or open_heading is None else _row(part, open_heading)
        if inline is not None:
            row = _line_of_rows(part, *inline)
            heading = inline[0] if row else None
        written.append(row or part)
        is_open = (heading or row) and part.ending in _ROW_ENDS
        open_heading = (heading or open_heading) if is_open else None
    return written


def _heading(part: Sentence, above: Sentence | None) -> _Heading | None:
    """Return the heading of columns that a line is: its last words are the two sides. A line above may be its title."""
    words = list(part.words)
    while words and words[-1] in {_COLON, _CLOSING}:
        words.pop()
    is_parted = len(words) > _TWO and words[-2] in {_SLASH, _COMMA}
    first = len(words) - (_TWO + is_parted)
    order = _order(words[first], words[-1]) if first >= 0 and len(words) > 1 else None
    if order is None or part.ending == PARAGRAPH:
        return None
    if first == 0:
        is_title = above is not None and above.ending == LINE and len(above.words) <= _LONGEST_TITLE
        title = above.part(0, -1 if above.words[-1] == _COLON else None) if above and is_title else part.part(0, 0)
        return _Heading(title, order)
    while first and words[first - 1] in {_OPENING, _COLON}:
        first -= 1
    return _Heading(part.part(0, first), order)


def _order(one: str, other: str) -> tuple[str, str] | None:
    is_order = (one in _RIGHT and other in _LEFT) or (one in _LEFT and other in _RIGHT)
    return (one, other) if is_order else None


def _row(part: Sentence, heading: _Heading, least: int = 1) -> Sentence | None:
    """Return a row with its title and sides, or None if it has not two cells. `least`: words before the cells."""
    words = part.words
    cells = next((one for at in range(least, len(words)) if (one := _cells(part, at))), None)
    if cells is None or not _SIDES.isdisjoint(words):
        return None
    head, behind = part.part(0, cells.first), part.part(cells.end)
    cell, second_cell = part.part(cells.first, cells.first_end), part.part(cells.second, cells.end)
    if heading.title.words:
        head = heading.title.followed_by(_word(part, _COLON, 0), head)
    comma, first, second = (_word(part, word, cells.second) for word in (_COMMA, *heading.sides))
    return head.followed_by(first, cell, comma, second, second_cell, behind)


def _cells(part: Sentence, at: int) -> _Cells | None:
    """Return the two cells from a place on, which end the row but for a word or two."""
    words = part.words
    for is_graded in (True, False):
        first = _cell(part, at, is_graded=is_graded)
        if first is None:
            return None
        second = first + 1 if words[first : first + 1] in {(_SLASH,), (_COMMA,)} else first
        end = _cell(part, second, is_graded=is_graded)
        is_bracketed = end is not None and words[end : end + 1] == (_OPENING,) and words[-1] == _CLOSING
        if end is not None and (len(words) - end <= _MOST_BEHIND or is_bracketed):
            return _Cells(at, first, second, end)
    return None


def _cell(part: Sentence, at: int, *, is_graded: bool) -> int | None:
    """Return where the cell that begins at a place ends. `is_graded`: a slash may be inside it, as in "4/5"."""
    words = part.words
    if at >= len(words):
        return None
    if words[at] in _RESULTS:
        return at + 1
    end = at
    if words[at][0].isdecimal():
        end = _signed(part, at + 1)
        if is_graded and words[end : end + 1] == (_SLASH,) and words[end + 1 : end + 2]:
            return _signed(part, end + 2) if words[end + 1][0].isdecimal() else None
        return end + (words[end : end + 1] in _UNITS)
    end = _signed(part, at)
    return end + (words[end : end + 1] == (_VE,)) if end > at else None


def _signed(part: Sentence, at: int) -> int:
    """Return the place behind the signs of one kind at a place: "++"; "+ -" and "++ ++" are two cells."""
    words, starts, end = part.words, part.starts, at
    while end < len(words) and words[end] in _SIGNS and words[end] == words[at]:
        end += 1
        if starts[end : end + 1] != (starts[end - 1] + 1,):
            break  # a gap
    return end


def _inline_heading(part: Sentence) -> tuple[_Heading, int] | None:
    """Return the order of columns that stands before the rows of a sentence, and where these begin: "Reflexes R/L:"."""
    words = part.words
    ats = (at for at in range(1, len(words) - _TWO) if words[at + 1] in _BETWEEN and _order(words[at], words[at + 2]))
    at = next(ats, 0)
    start = at + _WIDTH
    while start < len(words) and words[start] in {_CLOSING, _COLON}:
        start += 1
    if not at or start == at + _WIDTH or start == len(words):
        return None
    title = part.part(0, at - 1 if words[at - 1] == _OPENING else at)
    return _Heading(title, (words[at], words[at + 2])), start


def _line_of_rows(part: Sentence, heading: _Heading, start: int) -> Sentence | None:
    """Return a sentence with its rows written out: "Reflexes R/L: knee 2+/2+, ankle 0/2+"."""
    found = [part.part(start)] if _THEN in part.words[:start] else _rows(part, start)
    rows = [_row(one, heading._replace(title=part.part(0, 0)), int(len(found) > 1)) for one in found]
    if not rows or None in rows:
        return None
    comma = _word(part, _COMMA, start)
    listed = [one for row in rows if row is not None for one in (comma, row)]
    return heading.title.followed_by(_word(part, _COLON, start), *listed[1:])


def _rows(part: Sentence, start: int) -> list[Sentence]:
    """Return what stands between commas, or ends in two cells, as sentences, none of which is a grade out of five."""
    ends = [at for at in range(start, len(part.words)) if part.words[at] == _COMMA]
    parted = [
        part.part(one, other) for one, other in zip([start, *(at + 1 for at in ends)], [*ends, None], strict=True)
    ]
    rows = [row for one in parted for row in _behind_each_other(one)]
    return [] if any(row.words[-1:] == (_FIVE,) for row in rows) else rows


def _behind_each_other(part: Sentence) -> list[Sentence]:
    """Return the rows that stand without a comma between them: "FADIR -/+ FABER +/+"."""
    ends: list[int] = []
    at = 1
    while at < len(part.words):
        first = _cell(part, at, is_graded=False)
        end = None
        if first is not None and part.words[first : first + 1] == (_SLASH,):
            end = _cell(part, first + 1, is_graded=False)
        if end is not None:
            ends.append(end)
        at = end or at + 1
    if len(ends) <= 1:
        return [part]
    starts = [0, *ends[:-1]]
    return [part.part(one, other) for one, other in zip(starts, [*ends[:-1], None], strict=True)]


def _word(part: Sentence, word: str, at: int) -> Sentence:
    return Sentence((word,), (word,), part.ending, part.starts[at : at + 1])
