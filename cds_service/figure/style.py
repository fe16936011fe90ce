"""The style sheet of the figure, for the page that shows it."""

from functools import cache
from importlib.resources import files


@cache
def figure_style() -> str:
    """Return the style sheet: light, dark, forced colours and print."""
    return files("cds_service.figure").joinpath("figure.css").read_text(encoding="utf-8")
