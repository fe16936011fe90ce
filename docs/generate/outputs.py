"""What commands print, on pages that show it: each block stands below a comment that names the command."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from cds_service.cli import main
from docs.generate.markdown import ROOT

_BLOCK = re.compile(r"(<!-- output of: hip-spine-cds (.+?) -->\n```text\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
_WIDTH = "100"  # columns


def pages_with_outputs() -> Iterator[tuple[Path, str]]:
    """Yield each page that shows a command's output, as it should be."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = path.read_text(encoding="utf-8")
        if _BLOCK.search(text):
            yield path, _BLOCK.sub(lambda block: block[1] + _output(block[2]), text)


def _output(command: str) -> str:
    result = CliRunner().invoke(main, shlex.split(command), env={"COLUMNS": _WIDTH}, catch_exceptions=False)
    if result.exit_code != 0:
        raise SystemExit(f"hip-spine-cds {command}: {result.output}")
    return "".join(f"{line.rstrip()}\n" for line in result.output.strip().splitlines())
