"""`serve`: check everything that can be wrong once, then run the service with granian."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cds_service.cli.check import announce_advisories, describe_mode
from cds_service.cli.greeting import greet_once_listening
from cds_service.cli.nightly_purge import start_nightly_purge
from cds_service.cli.options import clients_option, config_option, site_option, without_traceback
from cds_service.cli.supervisor import build_server
from cds_service.clock import system_clock
from cds_service.log import configure_log
from cds_service.operations.core_dumps import forbid_core_dumps
from cds_service.operations.shared_folder import create_shared_folder
from cds_service.production import ProductionConfig
from cds_service.settings import Settings, environment_variable, load_settings
from cds_service.startup_check import check_startup
from cds_service.store_setup import open_recorder
from cds_service.worker import share_with_workers


@click.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on [default: 8080].")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes [default: 1].")
@click.option("--metrics-port", type=click.IntRange(1, 65_535), help="Port that serves /metrics only.")
@clients_option
@click.option("--public-url", help="https URL under which clients reach the service (production).")
@site_option
@config_option
@without_traceback
def serve(config: object, **overrides: object) -> None:  # noqa: ARG001 - see options
    """Run the service for the clients of a table, or without one in demo mode: any caller, synthetic data only."""
    for name, value in overrides.items():
        if value is not None:
            os.environ[environment_variable(name)] = str(value)  # workers read the environment
    settings = load_settings()
    if not settings.core_dumps:
        forbid_core_dumps()
    prepared, production = check_startup(settings)
    open_recorder(settings)
    _require_free_port(settings.host, settings.port)
    with create_shared_folder() as folder, _serve_metrics(settings, folder):
        _announce(settings, prepared.knowledge.content.edition.statement, production)
        announce_advisories(prepared.knowledge)
        configure_log(settings.log_level)
        share_with_workers(prepared)
        start_nightly_purge(settings, system_clock, time.monotonic)
        server = build_server(settings, folder)
        greet_once_listening(server, settings)
        server.serve()


def _require_free_port(host: str, port: int) -> None:
    """Report a port that is taken, or an address of another host, before each worker does so at length."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise click.ClickException(f"{host}:{port}: {error.strerror}") from None


@contextmanager
def _serve_metrics(settings: Settings, folder: Path) -> Iterator[None]:
    """Serve the metrics of all workers from this process, on a separate port if one is set."""
    # Imported here because prometheus_client decides when it is imported whether it counts for several processes; and
    # also without that port, for the workers.
    from cds_service.operations.metrics import metrics_server

    if settings.metrics_port is None:
        yield
        return
    _require_free_port(settings.metrics_host, settings.metrics_port)
    with metrics_server(settings.metrics_host, settings.metrics_port, folder):
        yield


def _announce(settings: Settings, edition_statement: str, production: ProductionConfig | None) -> None:
    if production is not None:
        click.echo(f"{describe_mode(production)} {edition_statement}.", err=True)
        return
    click.secho("DEMO MODE: no authentication, any caller, synthetic data only.", fg="yellow", bold=True, err=True)
    if not settings.is_loopback:
        warning = f"Listening on {settings.host}: everybody on the network can call it. Never with patients' data."
        click.secho(warning, fg="red", bold=True, err=True)
    click.echo(f"{edition_statement}.", err=True)
