"""Writes a report into a folder: `report.html`, `report.parquet` and `overlay/`."""

from pathlib import Path
from typing import Final

from cds_service.population_report.cells import Cells
from cds_service.population_report.disclosure import DisclosureControl
from cds_service.population_report.dry_run import DryRun
from cds_service.population_report.held_back import build_asked, build_differences, build_held_back
from cds_service.population_report.not_read import build_not_read, list_unmapped
from cds_service.population_report.overlay_writer import format_codes_file, format_site_file
from cds_service.population_report.page import render_page
from cds_service.population_report.parquet_writer import write_parquet
from cds_service.population_report.said import build_groups, build_said
from cds_service.population_report.tables import Section

PAGE: Final = "report.html"
DATA: Final = "report.parquet"
OVERLAY: Final = "overlay"


def write_report(folder: Path, run: DryRun, control: DisclosureControl | None = None) -> None:
    """Write the report of a run into a folder, which is made if need be. Without `control` the usual one applies.

    Raises:
        OSError: a file cannot be written.
    """
    cells = Cells(run.counts, control or DisclosureControl())
    sections = build_sections(run, cells)
    overlay = folder / OVERLAY
    overlay.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(render_page(run, cells, sections), encoding="utf-8")
    write_parquet(folder / DATA, sections, _describe(run, cells))
    codes = format_codes_file(list_unmapped(cells), dict(run.terminology.system_by_uri))
    (overlay / "site.toml").write_text(format_site_file(run.content, run.made_on), encoding="utf-8")
    (overlay / "codes.toml").write_text(codes, encoding="utf-8")


def build_sections(run: DryRun, cells: Cells) -> list[Section]:
    """Return every section with its tables, in the order of the page."""
    known_systems = frozenset(run.terminology.system_by_uri)
    sections = [
        build_said(cells, run.content),
        build_groups(cells, run.content),
        build_held_back(cells, run.content),
        build_asked(cells, run.content),
    ]
    if run.against:
        sections.append(build_differences(cells, run.content, run.against))
    return [*sections, build_not_read(cells, known_systems)]


def _describe(run: DryRun, cells: Cells) -> dict[str, str]:
    return {
        "content": run.content.edition.statement,
        "made_on": str(run.made_on),
        "least_count_shown": str(cells.control.least),
        "rounded_to": str(cells.control.rounding),
    }
