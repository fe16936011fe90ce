"""The commands for the store: `purge`, `inventory`, `backup`, `restore`."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from cds_service.cli.options import config_option, without_traceback
from cds_service.clock import system_clock
from cds_service.settings import load_settings
from cds_service.store import back_up, count_older, count_rows, migrate, restore
from cds_service.store import purge as purge_store
from cds_service.store_setup import KEY_FILE, resolve_database_and_key

_KEPT = "Counts of calls by day, and which content ran on which day with which sign-off, are kept."
_KEY_ADVICE = "Keep the hash key with it, {where}: without it the hashes of patients and users match nobody any more."


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what would be deleted, and delete nothing.")
@config_option
@without_traceback
def purge(dry_run: bool, config: Path | None) -> None:
    """Delete cards and feedback that are older than the setting `retention`. `serve` does the same every night."""
    settings = load_settings(config)
    url, _ = resolve_database_and_key(settings)
    before = system_clock() - timedelta(days=settings.retention)
    migrate(url)
    purged = count_older(url, before) if dry_run else purge_store(url, before)
    click.echo(
        f"{'Would delete' if dry_run else 'Deleted'} {purged.cards} cards and {purged.feedback} feedback events from "
        f"before {before.date()}, {settings.retention} days ago. {_KEPT}"
    )


@click.command()
@config_option
@without_traceback
def inventory(config: Path | None) -> None:
    """Print how many rows each table of the store has: before a backup, and after it was restored."""
    _print_rows(count_rows(resolve_database_and_key(load_settings(config))[0]))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@without_traceback
def backup(file: Path, config: Path | None) -> None:
    """Copy the SQLite store to FILE, which must not exist. The service may run meanwhile."""
    settings = load_settings(config)
    url, _ = resolve_database_and_key(settings)
    _print_rows(back_up(url, file))
    where = "from your secrets" if settings.hash_key else f"the file {KEY_FILE} in the data folder"
    click.echo(_KEY_ADVICE.format(where=where))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@without_traceback
def restore_command(file: Path, config: Path | None) -> None:
    """Restore the SQLite store from FILE, a backup, to where the settings have no store yet."""
    url, _ = resolve_database_and_key(load_settings(config))
    _print_rows(restore(file, url))


def _print_rows(rows: Mapping[str, int]) -> None:
    for table, number in rows.items():
        click.echo(f"{table} {number}")
