"""Writes the tables of a report as one Parquet file: a row for each number that the page shows, and no others."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from cds_service.population_report.tables import Section, Table

SCHEMA: Final = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("row", pa.string(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("count", pa.int64()),
        pa.field("rate", pa.float64()),
        pa.field("suppressed", pa.bool_(), nullable=False),
    ]
)
"""`count` is null where it is suppressed; `rate` is null where it or its denominator is, or where there is none."""


def write_parquet(path: Path, sections: Iterable[Section], about: dict[str, str]) -> None:
    """Write every number of the tables. `about`: facts about the run, kept in the file's metadata."""
    rows = [row for section in sections for table in section.tables for row in _list_numbers(table)]
    metadata = {key.encode(): value.encode() for key, value in about.items()}
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA.with_metadata(metadata)), path)


def _list_numbers(table: Table) -> Iterator[dict[str, Any]]:
    for row in table.rows:
        name = " | ".join(cell.text for cell in row if not cell.is_number and cell.text)
        for column, cell in zip(table.columns, row, strict=True):
            if cell.is_number:
                yield {
                    "table": table.id,
                    "row": name,
                    "column": column,
                    "count": cell.number,
                    "rate": cell.rate,
                    "suppressed": cell.is_suppressed,
                }
