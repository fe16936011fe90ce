"""The picture of the page that explains the figure: the example of `/about`."""

from cds_service.figure import format_figure_image
from cds_service.rendering.about import EXAMPLE_MARKS, EXAMPLE_TITLE


def figure_image() -> str:
    """Return the SVG file."""
    return format_figure_image(EXAMPLE_MARKS, title=EXAMPLE_TITLE)
