"""The body map: where pain was documented and what the examination found, as SVG and as the rows of a table.

Pure: it takes findings with value and side, and knows no chart, no content and no page.
"""

from cds_service.figure.block import format_figure_block, format_figure_image, format_figure_page, format_legend
from cds_service.figure.chart_marks import marks_of
from cds_service.figure.drawing import draw_figure
from cds_service.figure.marks import FigureRow, Mark, figure_rows, has_place
from cds_service.figure.style import figure_style

__all__ = [
    "FigureRow",
    "Mark",
    "draw_figure",
    "figure_rows",
    "figure_style",
    "format_figure_block",
    "format_figure_image",
    "format_figure_page",
    "format_legend",
    "has_place",
    "marks_of",
]
