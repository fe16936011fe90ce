"""`try`: run one call through the service and print its cards, with `--why` or `--json` what is behind them."""

import json
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import click

from cds_service.cli.explain import EVERYTHING, SUMMARY, print_answer
from cds_service.cli.hook_request import TryOrder, build_hook_request
from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.clock import system_clock
from cds_service.engine import build_engine, new_uuid
from cds_service.figure import format_figure_image, format_figure_page, marks_of
from cds_service.knowledge.shipped import shipped_examples
from cds_service.model.content import Rule
from cds_service.model.figure import LegendLine
from cds_service.report.call_report import build_report
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.service.hook_service import CallResult, PermittedServer
from cds_service.settings import load_settings
from cds_service.wire.request import decode_request


class TryRequest(NamedTuple):
    """A request to try: its body, the FHIR server that it may read, and the day of the call (None: today)."""

    body: bytes
    fhir_base: str | None = None
    day: date | None = None


@click.command("try")
@click.option("--example", help="Run an example that the package carries; --example list names them.")
@click.option("--request", "request_file", type=click.Path(path_type=Path, exists=True), help="Replay a saved request.")
@click.option("--fhir", "fhir_base", help="FHIR R4 base URL to read, such as an open SMART server's.")
@click.option("--patient", help="Patient id on that server.")
@click.option("--token", envvar="HIP_SPINE_TRY_TOKEN", help="Bearer token for that server.")
@click.option(
    "--hook",
    type=click.Choice(["patient-view", "order-select", "order-sign"]),
    help="Hook [default: patient-view; with --order: order-sign].",
)
@click.option("--order", help="Code of an imaging order to try: CPT, LOINC, or system|code.")
@click.option("--side", type=click.Choice(["left", "right"]), help="Side of that order.")
@click.option("--reason", help="Code of that order's reason: SNOMED CT, or system|code.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the call [default: today].")
@click.option(
    "--why",
    is_flag=False,
    flag_value=SUMMARY,
    metavar="[RULE|all]",
    help="Print first what was read and how each rule was judged: in 60 lines, or with RULE (an id or number) that "
    "rule's conditions, or with `all` everything.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON document instead: cards, facts, ignored, patterns, rules (verdict, lacking), ratings, gaps.",
)
@click.option(
    "--figure",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the pain and signs that were read, drawn on a body, to this file: a page with figure and table, "
    "or the figure alone if its name ends in .svg.",
)
@site_option
@config_option
@without_traceback
def try_command(
    example: str | None,
    request_file: Path | None,
    fhir_base: str | None,
    patient: str | None,
    token: str | None,
    hook: str | None,
    order: str | None,
    side: str | None,
    reason: str | None,
    day: datetime | None,
    why: str | None,
    as_json: bool,
    figure: Path | None,
    config: object,  # noqa: ARG001 - see options
) -> None:
    """Try the service on an example, a saved request, or a patient of a FHIR server. Nothing is stored."""
    if why and as_json:
        raise click.UsageError("--json includes what --why prints; give one of them")
    if example == "list":
        click.echo("\n".join(list_examples()))
        return
    if example:
        try_request = _load_example(example)
    elif request_file:
        try_request = TryRequest(request_file.read_bytes())
    elif fhir_base and patient:
        try_order = TryOrder(order, side, reason) if order else None
        try_request = TryRequest(build_hook_request(fhir_base, patient, token, hook, try_order), fhir_base)
    else:
        raise click.UsageError("say what to try: --example NAME, --request FILE, or --fhir URL with --patient ID")
    try_request = try_request._replace(day=day.date() if day else try_request.day)
    run_request(try_request, why=why, as_json=as_json, figure=figure)


def run_request(
    try_request: TryRequest, *, why: str | None = None, as_json: bool = False, figure: Path | None = None
) -> None:
    """Run one call and print its answer; `why` is None, `SUMMARY`, `EVERYTHING`, or a rule's id or number."""
    settings = load_settings()
    clock = _clock_at(try_request.day)
    engine = build_engine(settings, recorder=NullRecorder(), clock=clock, uuid_factory=new_uuid)
    if why and why not in {SUMMARY, EVERYTHING}:
        why = _find_rule(why, engine.knowledge.content.rules).id
    request = decode_request(try_request.body, frozenset(entry.hook for entry in SERVICES.values()))
    entry = next(entry for entry in SERVICES.values() if entry.hook == request.hook)
    base = try_request.fhir_base or request.fhir_server  # whoever runs this names it, on their own network
    server = PermittedServer(base, allows_private=True, is_open=True) if base else None
    answer = engine.service.answer_call(entry.id, request, "try", server, explain=True)
    if figure:
        _write_figure(figure, answer, engine.knowledge.legend)
    if as_json:
        today = clock().astimezone(settings.zone).date()
        report = build_report(answer, engine.knowledge, request.hook, today)
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print_answer(answer, engine.knowledge, why)


def _write_figure(target: Path, answer: CallResult, legend: Sequence[LegendLine]) -> None:
    """Write what the call read of pain and signs; facts that do not count are not drawn.

    Raises:
        ClickException: the file cannot be written, or nothing was judged.
    """
    if answer.decision is None:
        raise click.ClickException("nothing was judged for this user, so there is nothing to draw")
    marks = marks_of(answer.decision.chart.findings)
    title = "Pain and signs in the record"
    is_image = target.suffix == ".svg"
    written = (
        format_figure_image(marks, title=title) if is_image else format_figure_page(marks, title=title, legend=legend)
    )
    try:
        target.write_text(written, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from None
    click.echo(f"written: {target}", err=True)


def _find_rule(name: str, rules: Sequence[Rule]) -> Rule:
    """Return the rule of this id or number.

    Raises:
        UsageError: there is none; names those that come nearest.
    """
    for rule in rules:
        if name in {rule.id, str(rule.number)}:
            return rule
    by_number = sorted(rules, key=lambda rule: rule.number)
    ids = [rule.id for rule in by_number]
    nearest = get_close_matches(name, ids, cutoff=0.4) or [rule_id for rule_id in ids if name in rule_id] or ids
    numbers = f"{by_number[0].number} to {by_number[-1].number}"
    raise click.UsageError(f"no rule is called {name}; the nearest are {', '.join(nearest)}; numbers are {numbers}")


def _clock_at(day: date | None) -> Callable[[], datetime]:
    if day is None:
        return system_clock
    moment = datetime.combine(day, time(12), tzinfo=UTC)
    return lambda: moment


def list_examples() -> list[str]:
    """Return the names of the examples that the package carries."""
    return sorted(path.parent.name for path in shipped_examples().glob("*/request.json"))


def _load_example(name: str) -> TryRequest:
    folder = shipped_examples() / name
    if name not in list_examples():
        raise click.UsageError(f"no example is called {name}; there are: {', '.join(list_examples())}")
    scenario = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    return TryRequest((folder / "request.json").read_bytes(), day=scenario["on"])
