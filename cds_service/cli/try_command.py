"""`try`: run one call through the service and show its cards in the terminal, with `--why` everything behind them."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

import click

from cds_service.cli.explain import print_answer
from cds_service.cli.hook_request import TryOrder, build_hook_request
from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.engine import build_engine, new_uuid, system_clock
from cds_service.knowledge.shipped import shipped_examples
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.service.hook_service import PermittedServer
from cds_service.settings import load_settings
from cds_service.wire.request import decode_request


class TryRequest(NamedTuple):
    """A request to try: its body, the FHIR server it may read, and the day it is made on (None: today)."""

    body: bytes
    fhir_base: str | None = None
    day: date | None = None


@click.command("try")
@click.option("--example", help="Run an example carried in the package; --example list names them.")
@click.option("--request", "request_file", type=click.Path(path_type=Path, exists=True), help="Replay a saved request.")
@click.option("--fhir", "fhir_base", help="FHIR R4 base URL to read, such as an open SMART server's.")
@click.option("--patient", help="Patient id on that server.")
@click.option("--token", envvar="HIP_SPINE_TRY_TOKEN", help="Bearer token for that server.")
@click.option(
    "--hook",
    type=click.Choice(["patient-view", "order-select", "order-sign"]),
    help="Hook [default: patient-view, with --order order-sign].",
)
@click.option("--order", help="Code of an imaging order to try: CPT, LOINC, or system|code.")
@click.option("--side", type=click.Choice(["left", "right"]), help="Side of that order.")
@click.option("--reason", help="Code of that order's reason: SNOMED CT, or system|code.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the call [default: today].")
@click.option("--why", is_flag=True, help="Show what was read, what was ignored and why, and how each rule fared.")
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
    why: bool,
    config: object,  # noqa: ARG001 - see options
) -> None:
    """Try the service on an example, a saved request, or a patient of a FHIR server."""
    if example == "list":
        click.echo("\n".join(list_examples()))
        return
    if example:
        trial = _load_example(example)
    elif request_file:
        trial = TryRequest(request_file.read_bytes())
    elif fhir_base and patient:
        wanted = TryOrder(order, side, reason) if order else None
        trial = TryRequest(build_hook_request(fhir_base, patient, token, hook, wanted), fhir_base)
    else:
        raise click.UsageError("say what to try: --example NAME, --request FILE, or --fhir URL with --patient ID")
    run_request(trial._replace(day=day.date() if day else trial.day), why=why)


def run_request(try_request: TryRequest, *, why: bool) -> None:
    """Run one call and show what came of it. Nothing is stored."""
    settings = load_settings()
    clock = _clock_at(try_request.day)
    engine = build_engine(settings, recorder=NullRecorder(), clock=clock, uuid_factory=new_uuid)
    request = decode_request(try_request.body, frozenset(entry.hook for entry in SERVICES.values()))
    entry = next(entry for entry in SERVICES.values() if entry.hook == request.hook)
    base = try_request.fhir_base or request.fhir_server  # named by who runs this, on their own network
    server = PermittedServer(base, allows_private=True) if base else None
    answer = engine.service.answer_call(entry.id, request, "try", server, explain=True)
    print_answer(answer, engine.knowledge, why=why)


def _clock_at(day: date | None) -> Callable[[], datetime]:
    if day is None:
        return system_clock
    moment = datetime.combine(day, time(12), tzinfo=UTC)
    return lambda: moment


def list_examples() -> list[str]:
    """The examples carried in the package."""
    return sorted(path.parent.name for path in shipped_examples().glob("*/request.json"))


def _load_example(name: str) -> TryRequest:
    folder = shipped_examples() / name
    if name not in list_examples():
        raise click.UsageError(f"no example is called {name}; there are: {', '.join(list_examples())}")
    scenario = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    return TryRequest((folder / "request.json").read_bytes(), day=scenario["on"])
