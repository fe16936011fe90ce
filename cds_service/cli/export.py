"""`export`: write the content as FHIR R4 resources, one file each or one transaction Bundle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.content_loading import load_content
from cds_service.export import build_transaction, export_resources, parse_code_list
from cds_service.settings import load_settings


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for one file per resource [default: one transaction Bundle on standard output].",
)
@click.option(
    "--icd10cm",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Code list of an ICD-10-CM release, as CMS publishes it; branches are then written out code by code.",
)
@site_option
@config_option
@without_traceback
def export(out: Path | None, icd10cm: Path | None, config: object) -> None:  # noqa: ARG001 - see options
    """Write value sets, code systems, questionnaires and rules as FHIR R4, for a site's FHIR server."""
    resources = export_resources(load_content(load_settings()), _load_code_list(icd10cm))
    if out is None:
        click.echo(_to_json(build_transaction(resources)), nl=False)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for resource in resources:
            file = out / f"{resource['resourceType']}-{resource['id']}.json"
            file.write_text(_to_json(resource), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    click.echo(f"written: {len(resources)} resources in {out}")


def _load_code_list(path: Path | None) -> Sequence[str]:
    return parse_code_list(path.read_text(encoding="utf-8").splitlines()) if path else ()


def _to_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
