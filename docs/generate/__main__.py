"""Write the generated pages; with `--check`, only name those that are stale."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

import click

from docs.generate.commands import cli_page, prefetch_page
from docs.generate.content import rules_page
from docs.generate.errors import errors_page
from docs.generate.figure import figure_image
from docs.generate.log import log_page
from docs.generate.markdown import REFERENCE, ROOT
from docs.generate.outputs import pages_with_outputs
from docs.generate.safety import advisories_page, hazards_page
from docs.generate.settings import settings_page
from docs.generate.web import metrics_page, routes_page

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": cli_page,
    "errors.md": errors_page,
    "hazards.md": hazards_page,
    "log-events.md": log_page,
    "metrics.md": metrics_page,
    "prefetch.md": prefetch_page,
    "routes.md": routes_page,
    "rules.md": rules_page,
    "settings.md": settings_page,
}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a page is stale.")
def generate(*, check: bool) -> None:
    """Write the generated pages of docs/reference/, ADVISORIES.md, the figure, and the output that other pages show."""
    for name in [name for name in os.environ if name.startswith("HIP_SPINE_CDS_")]:
        del os.environ[name]  # the pages show defaults
    pages = {REFERENCE / name: make() for name, make in PAGES.items()} | dict(pages_with_outputs())
    pages[ROOT / "ADVISORIES.md"] = advisories_page()
    pages[ROOT / "docs" / "explanation" / "figure.svg"] = figure_image()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if check and stale:
        click.echo(f"stale: {names}; run .venv/bin/python -m docs.generate", err=True)
        sys.exit(1)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    click.echo(f"written: {names}" if stale else "nothing to write")


if __name__ == "__main__":
    generate()
