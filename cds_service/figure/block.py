"""The figure with its table and legend, as a part of a page and as a page of its own. Every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from cds_service.figure.drawing import draw_figure
from cds_service.figure.marks import Mark, figure_rows
from cds_service.figure.style import figure_style
from cds_service.model.figure import LegendLine

_PAGE_STYLE = (
    "html{color-scheme:light dark}body{margin:1.5rem auto;max-width:82rem;padding:0 1rem;"
    'font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}'
)
# Shown only where the figure is wider than the screen.
_HINT = '<p class="figure-hint">Front, back and both sides: scroll the figure sideways.</p>'


def format_figure_block(
    marks: Iterable[Mark], *, title: str, legend: Sequence[LegendLine], name: str = "figure"
) -> str:
    """Return the figure, its table and its legend as HTML; `figure.css` styles them, `name` begins their ids.

    `legend` is the content's; of several figures on one page only one needs it.
    """
    recorded = list(marks)
    return (
        f'<figure class="body-figure"><figcaption>{escape(title)}</figcaption>{_HINT}'
        f'<div class="figure-scroll" tabindex="0" role="group" aria-label="Figure, {escape(title)}">'
        f"{draw_figure(recorded, title=title, name=name)}</div>"
        f"{_format_table(recorded)}{format_legend(legend)}</figure>"
    )


def _format_table(marks: list[Mark]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(row.region)}</th><td>{escape(row.side)}</td><td>{escape(row.state)}</td></tr>'
        for row in figure_rows(marks)
    )
    if not rows:
        return '<p class="figure-empty">Nothing that has a place on the body is recorded.</p>'
    return (
        '<table class="figure-table"><caption>The same in words. What is not listed is not recorded.</caption>'
        '<thead><tr><th scope="col">Site or sign</th><th scope="col">Side (the patient\'s)</th>'
        f'<th scope="col">Recorded</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def format_legend(legend: Sequence[LegendLine]) -> str:
    """Return the legend as a list, each figure with its source; nothing if there are no lines."""
    items = "".join(f"<li>{_format_line(line)}</li>" for line in legend)
    return f'<ul class="figure-legend">{items}</ul>' if items else ""


def _format_line(line: LegendLine) -> str:
    source = f' <a href="{escape(line.url)}">{escape(line.source)}</a>' if line.source and line.url else ""
    return f"{escape(line.says)}{source}"


def format_figure_page(marks: Iterable[Mark], *, title: str, legend: Sequence[LegendLine]) -> str:
    """Return a whole HTML page with the figure, self-contained and without scripts."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_PAGE_STYLE}{figure_style()}</style></head>"
        f"<body><main>{format_figure_block(marks, title=title, legend=legend)}</main></body></html>\n"
    )


def format_figure_image(marks: Iterable[Mark], *, title: str) -> str:
    """Return the figure as an SVG file of its own, with its style inside."""
    return draw_figure(marks, title=title).replace("<defs>", f"<style>{figure_style()}</style><defs>", 1) + "\n"
