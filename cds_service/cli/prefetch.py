"""`prefetch`: print the prefetch templates, for EHRs that need them entered by hand."""

import json

import click

from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.production import advertised_keys
from cds_service.settings import load_settings
from cds_service.startup_check import check_startup


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON object.")
@site_option
@config_option
@without_traceback
def prefetch(as_json: bool, config: object) -> None:  # noqa: ARG001 - see options
    """Print the prefetch templates, which are generated from the content."""
    (knowledge, *_), production = check_startup(load_settings())
    keys = advertised_keys(build_prefetch_keys(knowledge.content, knowledge.terminology), production)
    if as_json:
        click.echo(json.dumps({key.name: key.template for key in keys}, indent=2))
        return
    for key in keys:
        click.secho(f"{key.name} ({'required' if key.is_required else 'optional'})", bold=True)
        click.echo(f"{key.template}\nscope: {key.scope}\n")
