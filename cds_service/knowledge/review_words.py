"""The forms that the documents for a clinician share: bullets of conditions, templates without their syntax."""

import re
from collections.abc import Iterable, Iterator

from cds_service.model.condition_text import outline_block
from cds_service.model.conditions import Block
from cds_service.model.content import Content
from cds_service.model.edition import Edition

_CHOICE = re.compile(r"\{% if [^%]* %\}(?P<yes>.*?)(?:\{% else %\}(?P<no>.*?))?\{% endif %\}")
_VARIABLE = re.compile(r"\{\{ *(\w+)[^}]*\}\}")


def edition_line(edition: Edition) -> str:
    """Return the line that identifies the content by its full digests; the sign-off follows the last semicolon."""
    site = edition.site
    overlay = f", site overlay {site.name} {site.version}, digest {site.digest}" if site else ""
    return f"Content {edition.version}, digest {edition.digest}{overlay}; {edition.sign_off_state.replace(';', ',')}"


def block_bullets(block: Block, content: Content, depth: int = 0) -> Iterator[str]:
    """Yield the block as a nested list in Markdown."""
    for line in outline_block(block, content.findings, depth):
        text = line.lstrip()
        yield f"{line[: len(line) - len(text)]}- {text}"


def plain_template(template: str) -> str:
    """Return a card's template as a reader sees it: variables in brackets, and both sides of a choice."""
    chosen = _CHOICE.sub(lambda match: " / ".join(filter(None, match.groups())), template)
    return " ".join(_VARIABLE.sub(lambda match: f"[{match[1].lower()}]", chosen).split())


def join_paragraphs(*parts: Iterable[str]) -> str:
    """Join lines into a document that ends with one newline."""
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"
