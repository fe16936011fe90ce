"""`check`: find every problem of content and configuration; with `--show` print each setting and its origin."""

from pathlib import Path

import click

from cds_service.cli.options import clients_option, config_option, site_option, without_traceback
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.knowledge import Knowledge, shipped_cards
from cds_service.production import ProductionConfig, advertised_keys
from cds_service.settings import load_settings
from cds_service.startup_check import check_startup


@click.command()
@click.option("--show", is_flag=True, help="Print each setting, its value and where it came from, secrets masked.")
@site_option
@clients_option
@config_option
@without_traceback
def check(show: bool, config: Path | None) -> None:
    """Check content and configuration, and name every problem with its file and key.

    With --clients, check that client table by the rules of production.
    """
    settings = load_settings(config)
    if show:
        from cds_service.cli.settings_table import print_settings  # rich is slow to import

        print_settings(settings, config)
    root = settings.content or shipped_cards()
    (knowledge, *_), production = check_startup(settings)
    content = knowledge.content
    keys = advertised_keys(build_prefetch_keys(content, knowledge.terminology), production)
    found = "No problem found." if not knowledge.advisories else "It can be loaded, but do not use it:"
    click.echo(
        f"{root}: {content.edition.statement}. {len(content.rules)} rules, {len(content.patterns)} patterns, "
        f"{len(content.findings)} findings, {len(keys)} prefetch keys. {found}"
    )
    announce_advisories(knowledge)
    for line in (*content.edition.sign_off_notes, *knowledge.site_changes):
        click.echo(f"  {line}")
    click.echo(describe_mode(production))


def announce_advisories(knowledge: Knowledge) -> None:
    """Print each safety notice that lists the content in use, with what to do, on standard error."""
    for advisory in knowledge.advisories:
        click.secho(advisory.statement, fg="red", bold=True, err=True)
        for action in advisory.actions:
            click.echo(f"  - {action}", err=True)


def describe_mode(production: ProductionConfig | None) -> str:
    """Return whether this is demo mode or production, and for which clients."""
    if production is None:
        return "Demo mode: no client table is set."
    clients = ", ".join(f"{client.id} (silent)" if client.is_silent else client.id for client in production.clients)
    return f"Production mode at {production.public_url.text}; clients: {clients}."
