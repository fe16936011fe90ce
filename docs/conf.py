"""Sphinx: builds the Markdown pages of the repository, which also read as they are, into a site (`make docs`).

The source folder is the root of the repository, so that links between docs/ and other folders work in both places.
"""

import posixpath
import re
from typing import Any

project = "hip-spine-cds"
html_title = project
html_theme = "furo"
html_copy_source = False
root_doc = "docs/index"
extensions = ["myst_parser"]
myst_heading_anchors = 4
include_patterns = ["docs/**", "*.md", "cards/*.md", "docker/*.md", "fixtures/fhir/*.md", "requirements/*.md"]
include_patterns += ["tests/README.md", "tests/peers/README.md"]
exclude_patterns = [".*", "build", "**/node_modules"]

_LINK = re.compile(r"\]\(([\w./-]+)\.md\)")


def add_toctree(_app: Any, name: str, source: list[str]) -> None:
    """Give an index page a table of contents of the pages it links to, so that the file itself needs no directive."""
    if posixpath.basename(name) == "index":
        source[0] += "\n".join(["\n```{toctree}", ":hidden:", *dict.fromkeys(_LINK.findall(source[0])), "```\n"])


def setup(app: Any) -> None:
    """Register the hook."""
    app.connect("source-read", add_toctree)
