"""`export`: the content as FHIR R4 resources, one file each or one transaction Bundle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cds_service.cli.options import config_option, plain_errors, site_option
from cds_service.export import as_bundle, export_resources, read_codes
from cds_service.prepared import load_content
from cds_service.settings import load_settings


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for one file a resource [default: one transaction Bundle on standard output].",
)
@click.option(
    "--icd10cm",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Code list of an ICD-10-CM release, as the CMS publishes it: branches are then spelt out by it.",
)
@site_option
@config_option
@plain_errors
def export(out: Path | None, icd10cm: Path | None, config: object) -> None:  # noqa: ARG001 - see options
    """Write value sets, code systems and rules as FHIR R4, for a site's terminology server."""
    resources = export_resources(load_content(load_settings()), _release(icd10cm))
    if out is None:
        click.echo(_json(as_bundle(resources)), nl=False)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in resources:
            (out / f"{one['resourceType']}-{one['id']}.json").write_text(_json(one), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    click.echo(f"written: {len(resources)} resources in {out}")


def _release(path: Path | None) -> Sequence[str]:
    return read_codes(path.read_text(encoding="utf-8").splitlines()) if path else ()


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
