"""What cannot be read here: codes, names of orders, notes, dates, resources and lines."""

from typing import NamedTuple

from cds_service.population.counts import Measure
from cds_service.population_report.cells import Cells, Key
from cds_service.population_report.tables import Cell, Section, Table, count_cell, make_rows, name_cell

MOST_ROWS = 40


class UnmappedCode(NamedTuple):
    """A code that stands for nothing here, the type of resource that has it, and how many patients, rounded."""

    resource_type: str
    system: str
    code: str
    patients: int


def list_unmapped(cells: Cells) -> list[UnmappedCode]:
    """Return the codes that enough patients have, the commonest first. A rare code could tell who its patient is."""
    shown = ((key.value.split("|", 2), cells.show(*key)) for key in cells.list_keys(Measure.UNMAPPED, "detail"))
    return [UnmappedCode(parts[0], parts[1], parts[2], patients) for parts, patients in shown if patients is not None]


def build_not_read(cells: Cells, known_systems: frozenset[str]) -> Section:
    """Return the section of what cannot be read. `known_systems`: URIs of the code systems that the content knows."""
    return Section(
        "not-read",
        "What it cannot read here",
        "What is not read is never taken as absent, but it cannot speak. Start with your own codes and orders.",
        (
            _tabulate_systems(cells, known_systems),
            _tabulate_codes(cells, known_systems),
            _tabulate_named(
                cells, Measure.ORDER_NAME, "order-names", "Imaging orders whose region is not understood", "Name"
            ),
            _tabulate_details(
                cells, Measure.NOTE_TYPE, "note-types", "Types of notes", ("Read?", "System", "Code"), "Patients"
            ),
            _tabulate_details(
                cells, Measure.NOTE_FORMAT, "note-formats", "Formats of notes", ("Format", "Where"), "Patients"
            ),
            _tabulate_details(
                cells, Measure.NO_DATE, "no-date", "No date of recording", ("Type", "What stands for it"), "Records"
            ),
            _tabulate_details(
                cells, Measure.UNREADABLE, "unreadable", "Resources that cannot be decoded", ("Type",), "Records"
            ),
            _tabulate_told(cells),
            _tabulate_lines(cells),
        ),
    )


def _tabulate_systems(cells: Cells, known_systems: frozenset[str]) -> Table:
    codes = list_unmapped(cells)
    systems = sorted({code.system for code in codes}, key=lambda uri: (uri in known_systems, uri))
    rows = [
        (
            name_cell(uri or "no system"),
            Cell("yes" if uri in known_systems else "no"),
            Cell(f"{sum(code.system == uri for code in codes):,}"),
        )
        for uri in systems
    ]
    rare = sum(cells.show(*key) is None for key in cells.list_keys(Measure.UNMAPPED, "detail"))
    note = f"{rare:,} codes of too few patients are not listed." if rare else ""
    columns = ("Code system", "Known to the content?", "Codes that stand for nothing here")
    return Table("code-systems", "Code systems", columns, make_rows(rows), note=note)


def _tabulate_codes(cells: Cells, known_systems: frozenset[str]) -> Table:
    codes = sorted(list_unmapped(cells), key=lambda code: code.system in known_systems)
    rows = [
        (name_cell(code.code), Cell(code.system or "no system"), Cell(code.resource_type), count_cell(code.patients))
        for code in codes[:MOST_ROWS]
    ]
    note = (
        "Systems that the content does not know come first. Most codes of known systems have nothing to do with hip or "
        "spine. All of them stand in overlay/codes.toml, ready to fill in."
    )
    columns = ("Code", "System", "In", "Patients")
    return Table("codes", "Codes", columns, make_rows(rows), note=note, more=max(len(codes) - MOST_ROWS, 0))


def _shown(cells: Cells, measure: Measure) -> tuple[list[tuple[Key, int]], int]:
    """Return the details that enough patients share, with their counts, and how many are left out.

    A detail itself may tell something that few charts hold, so it is left out with its count.
    """
    keys = cells.list_keys(measure, "detail")
    shown = [(key, count) for key in keys if (count := cells.show(*key)) is not None]
    return shown, len(keys) - len(shown)


def _tabulate_named(cells: Cells, measure: Measure, name: str, title: str, column: str) -> Table:
    shown, rare = _shown(cells, measure)
    rows = [(name_cell(key.value), count_cell(count)) for key, count in shown[:MOST_ROWS]]
    note = "A # stands for a digit." + (f" {rare:,} names of too few patients are not listed." if rare else "")
    return Table(name, title, (column, "Patients"), make_rows(rows), note=note, more=max(len(shown) - MOST_ROWS, 0))


def _tabulate_details(
    cells: Cells, measure: Measure, name: str, title: str, columns: tuple[str, ...], unit: str
) -> Table:
    """Return a table of a measure whose detail has one part for each column."""
    shown, rare = _shown(cells, measure)
    rows = [(*_split(key.value, len(columns)), count_cell(count)) for key, count in shown[:MOST_ROWS]]
    note = f"{rare:,} rows of too few are not listed." if rare else ""
    more = max(len(shown) - MOST_ROWS, 0)
    return Table(name, title, (*columns, unit), make_rows(rows), note=note, more=more)


def _split(detail: str, parts: int) -> list[Cell]:
    found = detail.split("|", parts - 1)
    return [name_cell(part or "none") for part in found] + [name_cell("")] * (parts - len(found))


def _tabulate_told(cells: Cells) -> Table:
    rows = [
        (*_split(value, 2), _exact(cells, Measure.LINES_TOLD, value))
        for value in cells.list_values(Measure.LINES_TOLD, "detail")
    ]
    title = "Lines that were not used, though they might have mattered"
    note = "Lines are counted exactly: that a line is broken says nothing of anyone."
    return Table("lines-told", title, ("Type", "Why", "Lines"), make_rows(rows), note=note)


def _tabulate_lines(cells: Cells) -> Table:
    measures = {
        Measure.LINES: "Read",
        Measure.LINES_JUDGED: "Judged",
        Measure.LINES_UNUSED: "Of no use to the service",
        Measure.LINES_TOLD: "Not used, though they might have mattered",
    }
    rows = [(name_cell(words), _exact(cells, measure)) for measure, words in measures.items()]
    rows += [
        (name_cell(f"Files: {value}"), _exact(cells, Measure.FILES, value))
        for value in cells.list_values(Measure.FILES, "detail")
    ]
    note = "Lines read are lines judged, of no use, and not used together."
    return Table("lines", "Lines and files of the export", ("What", "Number"), make_rows(rows), note=note)


def _exact(cells: Cells, measure: Measure, value: str = "") -> Cell:
    return count_cell(cells.exact(measure, "detail" if value else "", value))
