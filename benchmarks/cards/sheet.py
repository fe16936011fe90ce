"""The sheet: one page that a clinician pages through, card by card, and saves as CSV."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmarks.cards.collected import Row, Sighting
from benchmarks.cards.measures import Measured

LEAST_CARDS = 40
_FOLDER = Path(__file__).parent


def choose(cards: Sequence[Measured], rows: Sequence[Row]) -> list[Measured]:
    """Choose one card for each row of advice, the longest, and fill up with other patients' cards of the same rows."""
    by_row: dict[Row, list[Measured]] = {row: [] for row in rows}
    for card in sorted(cards, key=lambda card: (-card.words, card.sighting.title)):
        if card.sighting.row is not None:
            by_row.setdefault(card.sighting.row, []).append(card)
    ranks = max((len(found) for found in by_row.values()), default=0)
    queue = [found[rank] for rank in range(ranks) for found in by_row.values() if rank < len(found)]
    seen = sum(bool(found) for found in by_row.values())
    return queue[: max(LEAST_CARDS, seen)]


def render_sheet(sightings: Sequence[Sighting], content: str) -> str:
    """Render the sheet of these cards. It loads nothing, so that it can be sent by mail and read offline."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["markdown"] = render_markdown
    return environment.get_template("sheet.html").render(cards=sightings, content=content)


def render_markdown(text: str) -> Markup:
    """Render what cards use of Markdown: paragraphs, lists and bold."""
    parts = []
    for block in text.split("\n\n"):
        bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(block, quote=False))
        if block.startswith("- "):
            items = "".join(f"<li>{item.removeprefix('- ')}</li>" for item in bold.split("\n"))
            parts.append(f"<ul>{items}</ul>")
        else:
            parts.append(f"<p>{bold}</p>")
    return Markup("".join(parts))  # noqa: S704 - escaped above
