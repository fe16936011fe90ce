"""`review`: write what a clinician reads, REVIEW.md and two files beside it; with `--sign` sign it off."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.cli.review_page import format_review_page
from cds_service.clock import system_clock
from cds_service.content_loading import load_content
from cds_service.knowledge import Knowledge, shipped_cards
from cds_service.knowledge.edition import SIGN_OFF_FILE, format_sign_off
from cds_service.knowledge.review import REVIEW_FILE, format_documents
from cds_service.knowledge.review_cases import load_case_summaries
from cds_service.settings import Settings, load_settings


@click.command()
@click.option(
    "--cases",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of clinicians' test cases [default: tests/cases beside the content].",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write in place of REVIEW.md in the folder reviewed. CASES.md and TABLES.md are written beside it.",
)
@click.option("--sign", "name", metavar="NAME", help="Sign off the content whose REVIEW.md you have read, as NAME.")
@click.option("--role", help="The signer's role, such as 'spine surgeon, General Hospital'; needed with --sign.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one page to this file instead: the review, for each rule its cases, and one of them drawn on a body.",
)
@site_option
@config_option
@without_traceback
def review(
    cases: Path | None,
    output: Path | None,
    name: str | None,
    role: str | None,
    page: Path | None,
    config: object,  # noqa: ARG001 - see options
) -> None:
    """Write REVIEW.md: every rule and card in plain words; CASES.md, TABLES.md: its cases, sources and codes.

    With --sign, sign it all off.
    """
    if (name is None) is not (role is None):
        raise click.UsageError("--sign and --role go together")
    if page is not None and (name or output):
        raise click.UsageError("--html writes one page and nothing else; leave --sign and --output out")
    settings = load_settings()
    content = settings.content or shipped_cards()
    case_folder = cases or content.parent / "tests" / "cases"
    if page is not None:
        _write(page, format_review_page(load_content(settings), case_folder))
        return
    names = load_case_summaries(case_folder)
    target = output or (settings.site or content) / REVIEW_FILE
    if name is not None and role is not None:
        documents = _place(format_documents(load_content(settings), names), target)
        _sign(settings, documents, name, role, system_clock())
    for path, text in _place(format_documents(load_content(settings), names), target).items():
        _write(path, text)


def _place(documents: Mapping[str, str], target: Path) -> dict[Path, str]:
    """Return each document under the file it is written to: the review at `target`, the others beside it."""
    return {target if name == REVIEW_FILE else target.parent / name: text for name, text in documents.items()}


def _sign(settings: Settings, documents: Mapping[Path, str], name: str, role: str, now: datetime) -> None:
    """Write the sign-off beside the content, if every document on disk is the one that would be written now."""
    folder = settings.site or settings.content
    if folder is None:
        raise click.ClickException(
            "a sign-off belongs to a site and must be stored where an upgrade of this package does not remove it: name "
            "the site's folder with --site (site.toml alone is enough), or your own content with HIP_SPINE_CDS_CONTENT"
        )
    if not name.strip() or not role.strip():
        raise click.UsageError("--sign and --role must not be empty")
    for path, text in documents.items():
        if not path.exists() or _load_without_state(path) != _without_state(text):
            raise click.ClickException(
                f"{path} does not match this content: run `hip-spine-cds review`, read what it writes, then sign"
            )
    knowledge: Knowledge = load_content(settings)
    day = now.astimezone(settings.zone).date()
    _write(folder / SIGN_OFF_FILE, format_sign_off(knowledge.content.edition, name.strip(), role.strip(), day))


def _load_without_state(target: Path) -> str:
    return _without_state(target.read_text(encoding="utf-8"))


def _without_state(text: str) -> str:
    """Return the document without its signer: versions, digests and everything below."""
    first, _, rest = text.partition("\n")
    return f"{first.rsplit(';', 1)[0]}\n{rest}"


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from None
    click.echo(f"written: {target}")
