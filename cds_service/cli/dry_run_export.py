"""`dry-run --fhir`: export from a server into the folder that is then read."""

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from cds_service.bulk_export.backend_token import BackendToken, read_private_key
from cds_service.bulk_export.export_client import ExportClient, Wiring
from cds_service.clock import system_clock
from cds_service.content_loading import load_content
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.settings import Settings


class ExportSource(NamedTuple):
    """A server to export from, the client registered there with its key, and a group of patients (None: all)."""

    base: str
    client_id: str | None
    key: Path | None
    group: str | None


def export_source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a server to export from, and pass the command `source`: None if none is named."""

    @click.option("--fhir", "base", metavar="URL", help="Export first from this FHIR server into the folder EXPORT.")
    @click.option("--client-id", help="Client registered there as a SMART backend service.")
    @click.option(
        "--key",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="File with that client's private JSON Web Key.",
    )
    @click.option("--group", metavar="ID", help="Export the patients of this Group [default: all].")
    @wraps(command)
    def wrapped(
        *, base: str | None, client_id: str | None, key: Path | None, group: str | None, **options: Any
    ) -> None:
        if (client_id is None) is not (key is None):
            raise click.UsageError("--client-id and --key go together")
        if base is None and (key or group):
            raise click.UsageError("--client-id, --key and --group go with --fhir")
        command(source=ExportSource(base, client_id, key, group) if base else None, **options)

    return wrapped


def download_export(settings: Settings, source: ExportSource, folder: Path) -> None:
    """Export every type that the service reads into a folder. Goes on where it was stopped.

    Raises:
        ExportRefused: the server or its answer is at fault.
        ClickException: a file cannot be written.
    """
    knowledge = load_content(settings)
    keys = build_prefetch_keys(knowledge.content, knowledge.terminology)
    types = list(dict.fromkeys(key.resource_type for key in keys))
    token = None
    if source.client_id and source.key:
        key = read_private_key(source.key)
        token = BackendToken(source.base.rstrip("/"), source.client_id, key, types, system_clock)
    wiring = Wiring(system_clock, time.sleep, lambda text: click.echo(text, err=True))
    try:
        ExportClient(source.base, token, types, folder, wiring).export(source.group)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
