"""The Markdown pages of the repository: their command blocks, headings and links."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
WITH_COMMANDS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
OTHERS = [
    "ADVISORIES.md",
    "SECURITY.md",
    "NOTICE.md",
    "CHANGELOG.md",
    "cards/README.md",
    "cards/CHANGELOG.md",
    "docker/README.md",
]
OTHERS += ["fixtures/fhir/README.md", "requirements/README.md", "tests/README.md", "tests/peers/README.md"]
PAGES = [*WITH_COMMANDS, *(ROOT / name for name in OTHERS)]

_FENCED = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """Return the page's code blocks in a language, without the indentation of an enclosing list."""
    found = _FENCED.findall(page.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, marked, text in found if marked == language]


def prose(page: Path) -> str:
    """Return the page without its code blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the fragments that a code host assigns to the page's headings."""
    return {slug(heading) for heading in _HEADING.findall(prose(page))}


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(page: Path) -> Iterator[str]:
    """Return the targets of the page's links into the repository."""
    for target in _LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield target
