"""The builder of the figure's legend, from figure.toml."""

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.evidence import EvidenceTables, check_statement, showable_numbers
from cds_service.knowledge.files import FIGURE_FILE
from cds_service.knowledge.schema.evidence import SHOWABLE_STATUSES
from cds_service.knowledge.schema.figure import FigureFile, LegendRow
from cds_service.model.figure import LegendLine


def build_legend(folder: ContentFolder, file: FigureFile | None, sources: EvidenceTables) -> tuple[LegendLine, ...]:
    """Build the legend, and check each number in it against the source of its line. Without the file there is none."""
    rows = file.legend if file else ()
    return tuple(_build_line(folder, f"legend {number}", row, sources) for number, row in enumerate(rows, 1))


def _build_line(folder: ContentFolder, key: str, row: LegendRow, sources: EvidenceTables) -> LegendLine:
    source = sources.get(row.source) if row.source else None
    if row.source and source is None:
        hint = did_you_mean(row.source, sources)
        folder.add_problem(FIGURE_FILE, key, f"no source is called {row.source}{hint}")
    elif source and (source.status not in SHOWABLE_STATUSES or not (source.short and source.url)):
        folder.add_problem(FIGURE_FILE, key, f"{row.source} needs a name (short), an address and verified figures")
    else:
        check_statement(folder, key, row.says, showable_numbers(source) if source else set(), FIGURE_FILE)
    return LegendLine(row.says, source.short, source.url) if source else LegendLine(row.says)
