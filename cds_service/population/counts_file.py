"""The file of a run's counts: a line of facts about the run, then a line for each row. A report is made from it."""

from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from cds_service.errors import ExportRefused
from cds_service.population.counts import Counts, decode_counts, encode_counts


class RunFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="dry-run", tag_field="counts_of"):
    """How a run judged.

    `content`: the digest of the content with its overlay. `made_on`: the day of the run. `since`, `until`: the first
    and last day judged, None where the export alone sets them. `against`: the name of the content compared with, or "".
    `none_of`: types that the export lacks because no patient has any. `rows`: how many follow in the file.
    """

    content: str
    made_on: date
    since: date | None
    until: date | None
    engine: str
    against: str = ""
    reads_all: bool = False
    none_of: frozenset[str] = frozenset()
    rows: int = 0


class CountedRun(NamedTuple):
    """A run that is over."""

    facts: RunFacts
    counts: Counts


_FACTS: Final = msgspec.json.Decoder(RunFacts)


def write_run(path: Path, run: CountedRun) -> None:
    """Write a run into a file.

    Raises:
        OSError: it cannot be written.
    """
    facts = msgspec.structs.replace(run.facts, rows=len(run.counts))
    path.write_bytes(msgspec.json.encode(facts, order="deterministic") + b"\n" + encode_counts(run.counts))


def read_run(path: Path) -> CountedRun:
    """Return the run of a file.

    Raises:
        ExportRefused: it is no file of counts, or not a whole one.
        OSError: it cannot be read.
    """
    first, _, rows = path.read_bytes().partition(b"\n")
    try:
        facts, counts = _FACTS.decode(first), decode_counts(rows)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ExportRefused(f"{path.name}: is no file that dry-run --counts has written") from None
    if facts.rows != len(counts):
        raise ExportRefused(f"{path.name}: holds {len(counts)} of {facts.rows} rows")
    return CountedRun(facts, counts)
