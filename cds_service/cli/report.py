"""`report`: make the report of a dry run from its counts."""

from pathlib import Path

import click

from cds_service.cli.dry_run_report import describe_run, exact_option, import_report_writer
from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.errors import ExportRefused
from cds_service.population.counts_file import CountedRun, read_run
from cds_service.population_report.disclosure import EXACT, DisclosureControl
from cds_service.settings import load_settings


@click.command()
@click.argument("counts", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder that the report goes into."
)
@exact_option
@site_option
@config_option
@without_traceback
def report(counts: Path, out: Path, exact: bool, config: object) -> None:  # noqa: ARG001 - see options
    """Make a report from COUNTS, the file that `dry-run --counts` has written, here or on a cluster.

    The content must be the one that judged, with the same overlay.
    """
    write = import_report_writer()
    try:
        run = read_run(counts)
        described = describe_run(load_settings(), run)
        _check_content(run, described.content.edition.full_digest)
        write(out, described, EXACT if exact else DisclosureControl())
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    click.echo(f"written: {out}")


def _check_content(run: CountedRun, digest: str) -> None:
    """Check that the report names the rules and codes that were counted.

    Raises:
        ExportRefused: another content judged.
    """
    if run.facts.content != digest:
        raise ExportRefused(
            "another content judged than the one in use here: give the same --site and settings, in the same version"
        )
