"""Groups findings whose words overlap in a text, so that they are marked together."""

from collections.abc import Iterator, Sequence

from cds_service.chart.text_reading import FoundInText


def group_overlapping(findings: Sequence[FoundInText]) -> Iterator[tuple[int, list[FoundInText]]]:
    """Yield the findings whose words overlap together, with the number of the first."""
    group: list[FoundInText] = []
    for number, found in enumerate(findings, start=1):
        if group and found.start >= max(one.end for one in group):
            yield number - len(group), group
            group = []
        group.append(found)
    if group:
        yield len(findings) - len(group) + 1, group
