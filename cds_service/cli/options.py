"""What commands share: the configuration option, and errors told in plain words with exit code 1."""

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


def _set_config_variable(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    """Workers are processes of their own and read the environment, so the file is named there."""
    if value is not None:
        os.environ[CONFIG_VARIABLE] = str(value.resolve())
    return value


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    callback=_set_config_variable,
    help="TOML file with settings; the environment (HIP_SPINE_CDS_*) stands over it.",
)


def _set_site_variable(_context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    """Named in the environment, as the configuration is."""
    if value is not None:
        os.environ[environment_variable("site")] = str(value.resolve())


site_option = click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    callback=_set_site_variable,
    expose_value=False,
    help="Folder of a site's overlay on the content; stands over the setting.",
)


def without_traceback(command: Callable[P, R]) -> Callable[P, R]:
    """Tell expected errors without a traceback."""

    @wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except ProblemsFound as error:
            raise click.ClickException(f"{len(error.problems)} problem(s):\n{error}") from None
        except ServerFault as error:
            raise click.ClickException(str(error)) from None
        except CallerFault as error:
            said = f"{error.field} {error.message}" if error.field else error.message
            raise click.ClickException(f"the request is refused ({error.status}): {said}") from None

    return wrapped
