"""`suppressed`: list the cards that their users have answered and are not shown again, and lift them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cds_service.cli.options import config_option, without_traceback
from cds_service.clock import system_clock
from cds_service.settings import load_settings
from cds_service.store import Pseudonymizer, Suppression, SuppressionRegister, connect, migrate
from cds_service.store_setup import resolve_database_and_key

_HASH_DIGITS = 8  # enough to see which rows are of one patient or user


@click.command()
@click.option("--tenant", help="Only of this tenant.")
@click.option("--rule", help="Only of the rule with this id.")
@click.option(
    "--of-patient", is_flag=True, help="Only of one patient, whose id is asked for and not shown; needs --tenant."
)
@click.option("--lift", "numbers", type=int, multiple=True, help="Show the card with this number again; repeatable.")
@click.option("--lift-all", is_flag=True, help="Show every card that the other options list again.")
@config_option
@without_traceback
def suppressed(
    tenant: str | None,
    rule: str | None,
    of_patient: bool,
    numbers: tuple[int, ...],
    lift_all: bool,
    config: Path | None,
) -> None:
    """List the cards that their users have answered and that are not shown to them again, and until when at most.

    Patients and users are stored as keyed hashes only; the first digits of each are shown. A card may come back sooner,
    whenever anything behind it changes.
    """
    if of_patient and tenant is None:
        raise click.UsageError("--of-patient needs --tenant: each tenant's patients have hashes of their own")
    if numbers and lift_all:
        raise click.UsageError("--lift names single cards, --lift-all all that are listed; give one of them")
    url, key = resolve_database_and_key(load_settings(config))
    migrate(url)  # a store that no service has used yet has no tables
    register = SuppressionRegister(connect(url))
    if numbers:
        _announce_lifted(register.lift(numbers))
        return
    patient = Pseudonymizer(key).pseudonymize(tenant or "", "patient", _ask_patient()) if of_patient else None
    listed = register.list_running(system_clock(), tenant, rule, patient)
    if lift_all:
        _announce_lifted(register.lift([one.id for one in listed]))
        return
    _print(listed)


def _ask_patient() -> str:
    """Ask for the patient's id. It is no option, for options are kept in the shell's history."""
    given: str = click.prompt("Patient id", hide_input=True)
    return given.removeprefix("Patient/")


def _announce_lifted(count: int) -> None:
    click.echo(f"lifted: {count} {'card' if count == 1 else 'cards'}")


def _print(listed: Sequence[Suppression]) -> None:
    if not listed:
        click.echo("No card is suppressed.")
        return
    table = Table("number", "tenant", "rule", "level", "answer", "since", "until at most", "patient", "user", "content")
    for one in listed:
        answer = f"{one.outcome}, with a reason" if one.has_reason else one.outcome
        people = (one.patient_hash[:_HASH_DIGITS], one.user_hash[:_HASH_DIGITS])
        times = (_format_time(one.began_at), _format_time(one.ends_at))
        table.add_row(str(one.id), one.tenant, one.rule_id, one.level, answer, *times, *people, one.content_version)
    Console(width=None if Console().is_terminal else 200).print(table)


def _format_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
