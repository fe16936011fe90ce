"""The report of `dry-run`: what it needs installed, its example cards, and where it is written."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from cds_service.engine import CdsEngine, build_engine, new_uuid
from cds_service.knowledge.shipped import shipped_examples
from cds_service.population.counts import Counts, Measure, select
from cds_service.population.counts_file import CountedRun, write_run
from cds_service.population_report.disclosure import EXACT, DisclosureControl
from cds_service.population_report.dry_run import DryRun, ExampleCard
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.settings import Settings
from cds_service.wire.request import decode_request

Json = Mapping[str, Any]
ReportWriter = Callable[[Path, DryRun, DisclosureControl], None]


class Outputs(NamedTuple):
    """What a run writes: a report into a folder, its counts into a file, or both. `write` writes the report."""

    folder: Path | None
    counts_file: Path | None
    control: DisclosureControl
    write: ReportWriter | None

    @property
    def target(self) -> Path:
        """The path beside which a run keeps what it needs to go on."""
        return self.folder or self.counts_file or Path()


exact_option = click.option("--exact", is_flag=True, help="Turn disclosure control off: do not pass the report on.")


def output_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of what a run writes, and pass the command `outputs`.

    What a report needs is imported before the run, so that hours are not lost for a package.
    """

    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder that the report goes into.")
    @click.option(
        "--counts",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write every count to this file, as JSON lines, which `report` takes. They are exact: keep them to "
        "yourself.",
    )
    @exact_option
    @wraps(command)
    def wrapped(*, out: Path | None, counts: Path | None, exact: bool, **options: Any) -> None:
        if not out and not counts:
            raise click.UsageError("say what to write: --out FOLDER for a report, or --counts FILE")
        write = import_report_writer() if out else None
        command(outputs=Outputs(out, counts, EXACT if exact else DisclosureControl(), write), **options)

    return wrapped


def _find_types_not_exported(engine: CdsEngine, counts: Counts) -> frozenset[str]:
    """Return the types that the export has none of and that count as not sent. Sources of words alone do not."""
    there = {row.detail for row, _ in select(counts, Measure.LINES)}
    return frozenset(key.resource_type for key in engine.prefetch_keys if not key.has_words) - there


def import_report_writer() -> ReportWriter:
    """Return the function that writes a report.

    Raises:
        ClickException: a distribution of the extra `population` is not installed.
    """
    try:
        from cds_service.population_report.writer import write_report
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the report needs {error.name}, which is not installed: pip install 'hip-spine-cds[population]'"
        ) from None
    return write_report


def write_outputs(outputs: Outputs, settings: Settings, run: CountedRun) -> None:
    """Write what was asked for.

    Raises:
        OSError: a file cannot be written.
    """
    if outputs.counts_file:
        write_run(outputs.counts_file, run)
    if outputs.folder and outputs.write:
        outputs.write(outputs.folder, describe_run(settings, run), outputs.control)
        click.echo(f"written: {outputs.folder}")


def describe_run(settings: Settings, run: CountedRun) -> DryRun:
    """Return what the report is made from, with an example card for each rule that the package has a patient for."""
    facts, now = run.facts, [datetime.min.replace(tzinfo=UTC)]
    engine = build_engine(settings, recorder=NullRecorder(), clock=lambda: now[0], uuid_factory=new_uuid)
    return DryRun(
        counts=run.counts,
        content=engine.knowledge.content,
        terminology=engine.knowledge.terminology,
        made_on=facts.made_on,
        since=facts.since,
        until=facts.until,
        engine=facts.engine,
        against=facts.against,
        reads_all=facts.reads_all,
        not_exported=_find_types_not_exported(engine, run.counts) - facts.none_of,
        examples=_make_example_cards(engine, now),
    )


def _make_example_cards(engine: CdsEngine, now: list[datetime]) -> dict[str, ExampleCard]:
    """Return a card by rule, each for a made-up patient, judged by the content in use. `now`: the engine's clock."""
    rules = {rule.topic.code: rule.id for rule in engine.knowledge.content.rules}
    examples: dict[str, ExampleCard] = {}
    for scenario, body in _read_scenarios():
        now[0] = datetime.combine(scenario["on"], time(12), UTC)
        for card in _cards_of(engine, body):
            rule = rules[card["source"]["topic"]["code"]]
            examples.setdefault(rule, ExampleCard(scenario["title"], card["summary"], card.get("detail", "")))
    return examples


def _read_scenarios() -> Iterator[tuple[Json, bytes]]:
    for path in sorted(shipped_examples().glob("*/request.json")):
        yield tomllib.loads((path.parent / "scenario.toml").read_text(encoding="utf-8")), path.read_bytes()


def _cards_of(engine: CdsEngine, body: bytes) -> list[Json]:
    request = decode_request(body, frozenset(entry.hook for entry in SERVICES.values()))
    entry = next(entry for entry in SERVICES.values() if entry.hook == request.hook)
    answer = engine.service.answer_call(entry.id, request, "dry-run")
    cards: list[Json] = json.loads(answer.body)["cards"]
    return cards
