"""`review`: write the content's REVIEW.md, which a clinician reads and signs."""

from pathlib import Path

import click

from cds_service.cli.options import config_option, plain_errors
from cds_service.knowledge import load, shipped_cards
from cds_service.knowledge.review import read_case_names, review_text
from cds_service.settings import load_settings

NAME = "REVIEW.md"


@click.command()
@click.option(
    "--cases",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of clinicians' cases [default: tests/cases beside the content].",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
@config_option
@plain_errors
def review(cases: Path | None, output: Path | None, config: object) -> None:  # noqa: ARG001 - see options
    """Write REVIEW.md: every rule in plain words, with its evidence and its cases."""
    root = load_settings().content or shipped_cards()
    knowledge = load(root)
    text = review_text(knowledge, read_case_names(cases or root.parent / "tests" / "cases"))
    target = output or root / NAME
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from None
    click.echo(f"written: {target}")
