"""Does a run add up? Every line is accounted for, types that are missing are known, the manifest's numbers compared."""

from collections import Counter

from cds_service.errors import ExportRefused
from cds_service.population.counts import Counts, Measure, Row
from cds_service.population.export_files import Export
from cds_service.population.prefetch_filter import PrefetchFilter


def settle_counts(export: Export, read: Counts, judged: Counts, absent: frozenset[str]) -> Counts:
    """Return all counts of a run: of what was read and judged, of its files, and of the types that are `absent`.

    Raises:
        ExportRefused: lines were lost or counted twice, which is a fault of this program.
    """
    counts = read + judged + export.told
    counts.update(compare_with_manifest(export, counts))
    counts.update(Row(Measure.FILES, detail=f"none of a type that is asked for|{kind}") for kind in absent)
    check_lines(counts)
    return counts


def check_lines(counts: Counts) -> None:
    """Check that every line is accounted for, once.

    Raises:
        ExportRefused: lines were lost or counted twice, which is a fault of this program.
    """
    sums: Counter[Measure] = Counter()
    for row, number in counts.items():
        sums[row.measure] += number
    used = sums[Measure.LINES_JUDGED] + sums[Measure.LINES_UNUSED] + sums[Measure.LINES_TOLD]
    if sums[Measure.LINES] != used:
        raise ExportRefused(f"{sums[Measure.LINES]} lines were read and {used} accounted for; please report this")


def find_absent(asked: PrefetchFilter, optional: frozenset[str], read: Counts) -> frozenset[str]:
    """Return the types that are asked for and of which the export holds nothing, but for those that are optional."""
    there = {row.detail for row in read if row.measure is Measure.LINES}
    names = {"ServiceRequest" if kind == "ProcedureRequest" else kind for kind in there}
    return frozenset(asked.types - optional - names)


def compare_with_manifest(export: Export, counts: Counts) -> Counts:
    """Return a row for each type of which more or fewer lines came than the manifest says."""
    found = {row.detail: number for row, number in counts.items() if row.measure is Measure.LINES}
    differing = [(kind, found.get(kind, 0) - number) for kind, number in export.expected.items()]
    return Counter(
        {
            Row(
                Measure.FILES, detail=f"{'more' if difference > 0 else 'fewer'} lines than the manifest says|{kind}"
            ): abs(difference)
            for kind, difference in differing
            if difference
        }
    )
