"""What commands share: options that stand for settings, and errors in plain words with exit code 1."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from cds_service.errors import CallerFault, ProblemsFound, ServerFault
from cds_service.settings import CONFIG_VARIABLE, environment_variable

P = ParamSpec("P")
R = TypeVar("R")


def _export_as(variable: str) -> Callable[[click.Context, click.Parameter, Path | None], Path | None]:
    """Return a callback that sets an environment variable: workers are processes of their own and read it there."""

    def set_variable(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
        if value is not None:
            os.environ[variable] = str(value.resolve())
        return value

    return set_variable


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    callback=_export_as(CONFIG_VARIABLE),
    help="TOML file with settings; environment variables (HIP_SPINE_CDS_*) take precedence.",
)


site_option = click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    callback=_export_as(environment_variable("site")),
    expose_value=False,
    help="Folder of a site's overlay on the content; overrides the setting.",
)


clients_option = click.option(
    "--clients",
    type=click.Path(path_type=Path),
    callback=_export_as(environment_variable("clients")),
    expose_value=False,
    help="Client table: production mode.",
)


def without_traceback(command: Callable[P, R]) -> Callable[P, R]:
    """Print expected errors without a traceback."""

    @wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except ProblemsFound as error:
            raise click.ClickException(f"{len(error.problems)} problem(s):\n{error}") from None
        except ServerFault as error:
            raise click.ClickException(str(error)) from None
        except CallerFault as error:
            message = f"{error.field} {error.message}" if error.field else error.message
            raise click.ClickException(f"the request is refused ({error.status}): {message}") from None

    return wrapped
