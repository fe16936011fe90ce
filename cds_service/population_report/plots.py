"""Pictures of tables as SVG, drawn by matplotlib. Each repeats what stands in the table below it, and no more."""

import base64
import io
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from cds_service.population_report.tables import Cell, Table

# Text stays text, which keeps a picture small; ids are the same for the same picture.
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hip-spine-cds",
    "font.family": ["sans-serif"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_VALUE: Any = {"textcoords": "offset points", "fontsize": 9}
_BAR, _HIDDEN = "#0b5a8a", "#8a3a00"
NO_RATE: Final = "no rate"
_LABEL_WIDTH = 42  # characters; a longer label has two lines


class Picture(NamedTuple):
    """A picture: its title, what it shows in words for those who do not see it, and the SVG."""

    title: str
    description: str
    svg: bytes

    @property
    def data_url(self) -> str:
        """The picture as a URL, so that the page stays one file and no style of one reaches the other."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode()}"


def draw_bars(table: Table, column: int) -> Picture:
    """Return a horizontal bar for each row of a table, by the rate of a column, else by its count.

    A suppressed value has the word instead of a bar: no length that could be taken for 0.
    """
    rows = [(row[0].text, row[column]) for row in table.rows if row[column].is_number]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 0.5 + 0.36 * max(len(rows), 1)), layout="constrained")
        axes = figure.add_subplot()
        bars = _to_bars([cell for _, cell in rows])
        axes.barh(range(len(rows)), [bar.length for bar in bars], color=_BAR)
        for place, bar in enumerate(bars):
            axes.annotate(bar.label, (bar.length, place), (4, 0), va="center", color=bar.colour, **_VALUE)
        axes.set_yticks(range(len(rows)), [_wrap(label, _LABEL_WIDTH) for label, _ in rows])
        axes.invert_yaxis()
        axes.tick_params(left=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.margins(x=0.12)
    return _to_picture(figure, f"{table.title}: {table.columns[column].lower()}", _describe(rows))


def draw_columns(table: Table, row: int) -> Picture:
    """Return a vertical bar for each column of a table, by the rates of one row, such as one for each month."""
    pairs = list(zip(table.columns[1:], table.rows[row][1:], strict=True))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 2.4), layout="constrained")
        axes = figure.add_subplot()
        bars = _to_bars([cell for _, cell in pairs])
        axes.bar(range(len(pairs)), [bar.length for bar in bars], color=_BAR)
        is_narrow = len(pairs) > 8
        for place, bar in enumerate(bars):
            turned = 90 if is_narrow and bar.colour == _HIDDEN else 0  # a word is wider than a column
            axes.annotate(
                bar.label,
                (place, bar.length),
                (0, 3),
                ha="center",
                va="bottom",
                color=bar.colour,
                rotation=turned,
                **_VALUE,
            )
        axes.set_xticks(range(len(pairs)), [_wrap(label, 14) for label, _ in pairs], rotation=35 if is_narrow else 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(y=0.15)
    title = f"{table.title}: {table.rows[row][0].text.lower()}"
    return _to_picture(figure, title, _describe(pairs))


class _Bar(NamedTuple):
    length: float
    label: str
    colour: str


def _to_bars(cells: Sequence[Cell]) -> list[_Bar]:
    """Return a bar for each cell: of rates if any cell has one, else of counts. One picture never mixes them."""
    has_rates = any(cell.rate is not None for cell in cells)
    return [_to_bar(cell, has_rates=has_rates) for cell in cells]


def _to_bar(cell: Cell, *, has_rates: bool) -> _Bar:
    if cell.is_suppressed:
        return _Bar(0, cell.text, _HIDDEN)
    if not has_rates or not cell.number:
        return _Bar(float(cell.number or 0), cell.text, "black")
    if cell.rate is None:  # of a denominator that is suppressed
        return _Bar(0, NO_RATE, _HIDDEN)
    return _Bar(cell.rate, cell.rate_text, "black")


def _wrap(text: str, width: int) -> str:
    """Return a label on two lines at most. `$` would begin a formula."""
    return "\n".join(wrap(text, width, max_lines=2, placeholder=" …")).replace("$", "\\$")


def _describe(pairs: Sequence[tuple[str, Cell]]) -> str:
    bars = _to_bars([cell for _, cell in pairs])
    return "; ".join(f"{label}: {bar.label}" for (label, _), bar in zip(pairs, bars, strict=True))


def _to_picture(figure: Figure, title: str, description: str) -> Picture:
    buffer = io.BytesIO()
    canvas: Any = FigureCanvasSVG(figure)
    with mpl.rc_context(_STYLE):
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None, "Title": title})
    return Picture(title, description, buffer.getvalue())
