"""`serve`: run the service with granian, after everything that can be wrong has been checked once."""

import os
import socket
from ipaddress import ip_address
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces

from cds_service.app import card_maker, load_content, open_memory
from cds_service.cli.options import config_option, plain_errors, site_option
from cds_service.settings import Settings, load_settings, variable_of

_STOP_WITHIN_S = 5  # a worker that is still starting does not hear the request to stop


@click.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on [default: 8080].")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes [default: 1].")
@site_option
@config_option
@plain_errors
def serve(host: str | None, port: int | None, workers: int | None, config: object) -> None:  # noqa: ARG001 - see options
    """Run the service (demo mode: any caller, synthetic data only)."""
    for name, value in (("host", host), ("port", port), ("workers", workers)):
        if value is not None:
            os.environ[variable_of(name)] = str(value)  # workers read the environment
    settings = load_settings()
    knowledge = load_content(settings)
    card_maker(knowledge)
    open_memory(settings)
    _require_free(settings)
    _announce(settings, knowledge.content.edition.statement)
    _server(settings).serve()


def _require_free(settings: Settings) -> None:
    """Tell a port that is taken, or an address that is not ours, before workers do so at length."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise click.ClickException(f"{settings.host}:{settings.port}: {error.strerror}") from None


def _announce(settings: Settings, edition: str) -> None:
    address = f"http://{settings.host}:{settings.port}"
    click.secho("DEMO MODE: no authentication, any caller, synthetic data only.", fg="yellow", bold=True, err=True)
    if not _is_loopback(settings.host):
        warning = f"Listening on {settings.host}: everybody on the network can call it. Never with patients' data."
        click.secho(warning, fg="red", bold=True, err=True)
    click.echo(f"{edition}.", err=True)
    click.echo(f"CDS Hooks discovery: {address}/cds-services", err=True)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _server(settings: Settings) -> Any:  # granian picks its server class at run time
    return Granian(
        "cds_service.app:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=1024,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_WITHIN_S,
        websockets=False,
        log_enabled=False,
    )
