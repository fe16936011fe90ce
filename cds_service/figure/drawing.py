"""The figure itself: four views of the body, with what is recorded drawn where it belongs."""

from collections.abc import Iterable
from html import escape

from cds_service.figure.half import draw_half
from cds_service.figure.key import draw_key
from cds_service.figure.marks import BodySide, Entry, Mark, summarize_marks
from cds_service.figure.patterns import format_definitions
from cds_service.figure.regions import View

WIDTH, HEIGHT = 1290, 712
_TOP = 62  # where the lower ribs are drawn
# View, side of the body, its middle, and whether it is mirrored. A front view shows the patient's left at the right.
_HALVES: tuple[tuple[View, BodySide, int, bool], ...] = (
    ("front", "right", 240, True),
    ("front", "left", 240, False),
    ("back", "left", 702, True),
    ("back", "right", 702, False),
    ("side", "right", 1012, False),
    ("side", "left", 1202, True),
)
_HEADINGS = (("Front", 240), ("Back", 702), ("Right side", 1012), ("Left side", 1202))


def draw_figure(marks: Iterable[Mark], *, title: str, name: str = "figure") -> str:
    """Return a whole inline `<svg>`, with title and description; `figure.css` styles it.

    `title` may be any text. `name` begins the ids: figures on one page need different names, of letters and hyphens.
    """
    entries = summarize_marks(marks)
    halves = "".join(
        draw_half([e for e in entries if side in e.sides], view, side, name, (middle, _TOP), is_mirrored=mirrored)
        for view, side, middle, mirrored in _HALVES
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="body-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(_plain(title))}</title>'
        f'<desc id="{name}-desc">{escape(_describe(entries))}</desc>{format_definitions(name)}'
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>{_draw_headings()}{halves}{draw_key(name)}</svg>'
    )


def _plain(text: str) -> str:
    """Return the text without characters that XML forbids."""
    return "".join(char for char in text if char in "\t\n" or char.isprintable())


def _describe(entries: Iterable[Entry]) -> str:
    said = [f"{entry.name}, {entry.side_words}: {entry.state_words}" for entry in entries]
    recorded = "; ".join(said) if said else "nothing recorded"
    return f"Body from the lower ribs down, from the front, the back and each side. Recorded: {recorded}."


def _draw_headings() -> str:
    names = "".join(f'<text class="view-name" x="{x}" y="22">{words}</text>' for words, x in _HEADINGS)
    sides = ((180, "patient's right"), (300, "patient's left"), (642, "patient's left"), (762, "patient's right"))
    return names + "".join(f'<text class="side-name" x="{x}" y="46">{words}</text>' for x, words in sides)
