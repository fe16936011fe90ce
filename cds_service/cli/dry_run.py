"""`dry-run`: what the service would have said to a whole population, from an export of its FHIR data."""

from datetime import date, datetime
from pathlib import Path

import click

from cds_service.cli.dry_run_engines import run_engine
from cds_service.cli.dry_run_export import ExportSource, download_export, export_source_options
from cds_service.cli.dry_run_report import Outputs, output_options, write_outputs
from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.clock import system_clock
from cds_service.population.counts import Counts, Measure, total
from cds_service.population.counts_file import CountedRun, RunFacts
from cds_service.population.export_files import list_export
from cds_service.population.moments import Period
from cds_service.population.recipe import Recipe, prepare
from cds_service.settings import Settings, load_settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("dry-run")
@click.argument("export", type=click.Path(path_type=Path))
@export_source_options
@output_options
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="What runs it."
)
@click.option("--from", "first", type=_DAY, help="First day whose visits and orders are judged [default: any].")
@click.option("--to", "last", type=_DAY, help="Last day [default: today].")
@click.option(
    "--against",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Content folder to compare with: every difference is counted by rule.",
)
@click.option("--all", "takes_all", is_flag=True, help="Judge also what the prefetch does not ask for.")
@click.option(
    "--none-of",
    multiple=True,
    metavar="TYPE",
    help="A type that the export lacks because no patient has any, such as ImagingStudy. Otherwise what an export "
    "lacks counts as not sent, and advice to wait is not earned.",
)
@click.option("--cores", type=click.IntRange(1), help="Processes [default: one for each core].")
@site_option
@config_option
@without_traceback
def dry_run(
    export: Path,
    source: ExportSource | None,
    outputs: Outputs,
    engine: str,
    first: datetime | None,
    last: datetime | None,
    against: Path | None,
    takes_all: bool,
    none_of: tuple[str, ...],
    cores: int | None,
    config: object,  # noqa: ARG001 - see options
) -> None:
    """Judge every patient of EXPORT as of their last contact and of each imaging order, and count.

    EXPORT is a folder of FHIR Bulk Data (NDJSON, plain or gzip) or of Bundles, or a manifest beside its files. Nothing
    is sent anywhere, and no identifier is written.
    """
    settings = load_settings()
    _prepare_export(settings, export, source)
    today = system_clock().astimezone(settings.zone).date()
    period = Period(first.date() if first else date.min, last.date() if last else today)
    content, site, other = (path and path.resolve() for path in (settings.content, settings.site, against))
    recipe = Recipe(content, site, other, settings.text_budget, period, takes_all, frozenset(none_of))
    work = outputs.target.with_name(f"{outputs.target.name}.work")
    try:
        counts, clean_up = run_engine(engine, recipe, list_export(export.resolve()), work, cores)
        facts = _describe_facts(recipe, today, engine, str(against or ""))
        write_outputs(outputs, settings, CountedRun(facts, counts))
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    clean_up()
    _print_totals(counts)


def _describe_facts(recipe: Recipe, today: date, engine: str, against: str) -> RunFacts:
    period = recipe.period
    return RunFacts(
        content=prepare(recipe).judge.judge.content.edition.full_digest,
        made_on=today,
        since=None if period.first == date.min else period.first,
        until=period.last,
        engine=engine,
        against=against,
        reads_all=recipe.takes_all,
        none_of=recipe.none_of,
    )


def _prepare_export(settings: Settings, export: Path, source: ExportSource | None) -> None:
    if source:
        download_export(settings, source, export)
    elif not export.exists():
        raise click.UsageError(f"{export} does not exist; to fill it from a server, say which: --fhir URL")


def _print_totals(counts: Counts) -> None:
    for measure in (Measure.PATIENTS, Measure.MOMENTS, Measure.SHOWN, Measure.LINES, Measure.LINES_TOLD):
        click.echo(f"{measure.value}: {total(counts, measure)}")
