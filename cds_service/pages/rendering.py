"""Puts values into the templates of the pages. Everything is escaped but the figure and Markdown, which escape too."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from cds_service.figure import Mark, figure_style, format_figure_block
from cds_service.model.figure import LegendLine

# Nothing inline and nothing from elsewhere: a text that got into a page as markup could neither run nor load anything.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_TYPES: Final = {
    "pages.css": "text/css",
    "try.js": "text/javascript",
    "form-state.js": "text/javascript",
    "feedback.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class PageTemplates:
    """The templates, compiled once."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("cds_service.pages", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["markdown"] = format_markdown
        environment.filters["long_date"] = format_long_date
        self._environment = environment

    def render(self, name: str, /, **values: Any) -> bytes:
        """Render a template with these values."""
        # Half of a surrogate pair, which JSON may escape, has no encoding.
        return self._environment.get_template(name).render(values).encode("utf-8", "replace")


def format_markdown(text: str) -> Markup:
    """Return Markdown as HTML; HTML in it stays text, and its links lead to web addresses only."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - rendered with `html` off


def format_figure(marks: list[Mark], legend: Sequence[LegendLine]) -> Markup:
    """Return the figure with its table and the content's legend."""
    return Markup(format_figure_block(marks, title="Pain and signs in the record", legend=legend))  # noqa: S704 - it escapes itself


def format_long_date(value: str | list[str] | None) -> str:
    """Return a date of a report in words: a day, from when to when, or nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value[0]} to {value[1]}"


@cache
def load_asset(name: str) -> tuple[bytes, str] | None:
    """Return a file that the pages load, and its media type, or None if there is no such file."""
    if name not in _TYPES:
        return None
    text = files("cds_service.pages").joinpath("assets", name).read_text(encoding="utf-8")
    return (f"{text}\n{figure_style()}" if name == "pages.css" else text).encode(), _TYPES[name]
