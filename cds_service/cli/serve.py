"""`serve`: run the service with granian, after everything that can be wrong has been checked once."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cds_service.app import inspect, open_memory
from cds_service.cli.check import mode_words
from cds_service.cli.greeting import greet_once_listening
from cds_service.cli.options import config_option, plain_errors, site_option
from cds_service.cli.supervising import make_server
from cds_service.log import configure_log
from cds_service.operations.shared import shared_folder
from cds_service.production import Production
from cds_service.settings import Settings, load_settings, variable_of
from cds_service.worker import share


@click.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on [default: 8080].")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes [default: 1].")
@click.option("--metrics-port", type=click.IntRange(1, 65_535), help="Port of /metrics alone.")
@click.option("--clients", type=click.Path(path_type=Path, resolve_path=True), help="Client table: production mode.")
@click.option("--public-url", help="https URL under which clients reach the service (production).")
@site_option
@config_option
@plain_errors
def serve(config: object, **given: object) -> None:  # noqa: ARG001 - see options
    """Run the service: for the clients of a table, or without one in demo mode (any caller, synthetic data only)."""
    for name, value in given.items():
        if value is not None:
            os.environ[variable_of(name)] = str(value)  # workers read the environment
    settings = load_settings()
    prepared, production = inspect(settings)
    open_memory(settings)
    _require_free(settings.host, settings.port)
    with shared_folder() as folder, _metrics_apart(settings, folder):
        _announce(settings, prepared.knowledge.content.edition.statement, production)
        configure_log(settings.log_level)
        share(prepared)
        server = make_server(settings, folder)
        greet_once_listening(server, settings)
        server.serve()


def _require_free(host: str, port: int) -> None:
    """Tell a port that is taken, or an address that is not ours, before workers do so at length."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise click.ClickException(f"{host}:{port}: {error.strerror}") from None


@contextmanager
def _metrics_apart(settings: Settings, folder: Path) -> Iterator[None]:
    """Serve the metrics of all workers on a port of their own, from this process, if one is set."""
    if settings.metrics_port is None:
        yield
        return
    # Here, because prometheus_client decides at its import whether it counts for several processes.
    from cds_service.operations.metrics import served_apart

    _require_free(settings.metrics_host, settings.metrics_port)
    with served_apart(settings.metrics_host, settings.metrics_port, folder):
        yield


def _announce(settings: Settings, edition: str, production: Production | None) -> None:
    if production is not None:
        click.echo(f"{mode_words(production)} {edition}.", err=True)
        return
    click.secho("DEMO MODE: no authentication, any caller, synthetic data only.", fg="yellow", bold=True, err=True)
    if not settings.is_loopback:
        warning = f"Listening on {settings.host}: everybody on the network can call it. Never with patients' data."
        click.secho(warning, fg="red", bold=True, err=True)
    click.echo(f"{edition}.", err=True)
