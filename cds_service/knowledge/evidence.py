"""Builds the evidence: what its sources say, checked number by number, and how well findings tell hip from spine."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from cds_service.knowledge.building import Builder
from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.rules import attempt, build_ask
from cds_service.knowledge.schema.evidence import SHOWABLE, AskingFile, CaveatTable, EvidenceTable, FigureRow
from cds_service.knowledge.schema.terms import FindingTable
from cds_service.logic.conditions import Block
from cds_service.logic.content import Caveat, Discriminator
from cds_service.logic.vocabulary import Citation

FROM_LIKELIHOOD = 3.0  # an infinite ratio comes to this (evidence notes, section 4: a sum beyond it says nothing more)
FROM_ODDS = 1.5  # where only odds are published, and not how often the finding is there without the disease
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LEVEL = re.compile(r"\b[LS]\d(?:-[LS]?\d)?\b")  # vertebral levels and roots are no figures
Sources = Mapping[str, EvidenceTable]


def build_citations(tables: Sources) -> dict[str, Citation]:
    """The sources; what one says that was neither verified nor computed is left out."""
    return {
        name: Citation(
            name, table.citation, table.strength, table.url, table.says if table.status in SHOWABLE else None
        )
        for name, table in tables.items()
    }


def numbers_in(text: str) -> set[float]:
    """The figures that a sentence prints, their signs left out."""
    return {float(number) for number in _NUMBER.findall(_LEVEL.sub("", text))}


def showable_numbers(table: EvidenceTable) -> set[float]:
    """Every number of a source that may be printed: its verified and computed figures, and whom they are about."""
    numbers = numbers_in(table.population or "") | ({float(table.n)} if table.n else set())
    for row in table.figure:
        if row.status in SHOWABLE:
            given = [row.value, row.to, row.count, row.of, row.n, *(row.interval or ())]
            numbers |= {abs(float(number)) for number in given if number is not None} | numbers_in(row.about)
    return numbers


def check_evidence(folder: Folder, tables: Sources, findings: Mapping[str, FindingTable]) -> None:
    """Refuse a sentence that prints a figure the source may not show, and a computed figure that does not follow."""
    for name, table in tables.items():
        if table.figure:
            check_says(folder, name, table.says, showable_numbers(table))
        for row in table.figure:
            if row.finding:
                attempt(folder, "evidence", name, partial(build_ask, row.finding, findings))
            if row.status == "computed" and not _follows(row, table.figure):
                folder.refuse(
                    "evidence", name, f"{row.measure} {row.value:g} does not follow from the source's figures"
                )
    _check_ranking(folder, tables)


def check_says(folder: Folder, name: str, says: str, showable: set[float]) -> None:
    """Refuse every number a sentence prints that is no verified or computed figure."""
    for number in sorted(numbers_in(says) - showable):
        folder.refuse("evidence", name, f"says {number:g}, which is no verified or computed figure of its source")


def _follows(row: FigureRow, rows: Iterable[FigureRow]) -> bool:
    computed = _computed(row, rows)
    return computed is not None and math.isclose(row.value, computed, abs_tol=_half_of_last_digit(row.value))


def _computed(row: FigureRow, rows: Iterable[FigureRow]) -> float | None:
    """A share from its count, a likelihood ratio from the sensitivity and specificity beside it."""
    if row.measure == "share" and row.count is not None and row.of:
        return row.count / row.of * (100 if row.unit == "%" else 1)
    beside = {one.measure: _fraction(one) for one in rows if one.finding == row.finding and one.about == row.about}
    sensitivity, specificity = beside.get("sensitivity"), beside.get("specificity")
    if sensitivity is None or specificity is None:
        return None
    ratios = {"LR+": (sensitivity, 1 - specificity), "LR-": (1 - sensitivity, specificity)}
    if row.measure not in ratios:
        return None
    over, under = ratios[row.measure]
    return over / under if under else math.inf


def _fraction(row: FigureRow) -> float:
    return row.value / 100 if row.unit == "%" else row.value


def _half_of_last_digit(value: float) -> float:
    exponent = Decimal(f"{value:g}").as_tuple().exponent
    return 0.0 if math.isinf(value) else 0.5 * 10.0 ** int(exponent) + 1e-9


def _check_ranking(folder: Folder, tables: Sources) -> None:
    """One ratio for presence and one for absence give a finding's weight, all pointing the same way."""
    seen: dict[tuple[str | None, str], str] = {}
    regions: dict[str | None, str | None] = {}
    for name, row in _ranking(tables):
        key = (row.finding, "odds" if row.measure.startswith("odds") else row.measure)
        if key in seen:
            folder.refuse("evidence", name, f"{row.finding}: {row.measure} of {seen[key]} ranks already")
        seen[key] = name
        if regions.setdefault(row.finding, row.towards) != row.towards:
            folder.refuse("evidence", name, f"{row.finding} points to the hip here and to the spine there")


def _ranking(tables: Sources) -> Iterator[tuple[str, FigureRow]]:
    for name, table in tables.items():
        yield from ((name, row) for row in table.figure if row.ranks)


def weight(row: FigureRow) -> float:
    """How far one figure tells hip from spine: |ln| of it, capped (evidence notes, section 4)."""
    cap = FROM_ODDS if row.measure.startswith("odds") else FROM_LIKELIHOOD
    return cap if math.isinf(row.value) else min(abs(math.log(row.value)), cap)


def build_discriminators(
    folder: Folder, tables: Sources, asking: AskingFile, findings: Mapping[str, FindingTable], builder: Builder
) -> tuple[Discriminator, ...]:
    """Every finding with a figure that ranks, the greatest weight first; equal ones in the order of the files."""
    rows: dict[str, list[tuple[str, FigureRow]]] = {}
    for name, row in _ranking(tables):
        rows.setdefault(str(row.finding), []).append((name, row))
    _check_asking(folder, asking, rows)
    made = [
        attempt(folder, "asking.toml", finding, partial(_discriminator, finding, group, asking, findings, builder))
        for finding, group in rows.items()
    ]
    return tuple(sorted((one for one in made if one), key=lambda one: -one.weight))


def _check_asking(folder: Folder, asking: AskingFile, ranked: Iterable[str]) -> None:
    known = set(ranked)
    for row in asking.only:
        for name in row.findings:
            if name not in known:
                folder.refuse("asking.toml", "only", f"no figure ranks {name}{nearest(name, known)}")
    for same in asking.same:
        if known.isdisjoint(same.findings):
            folder.refuse("asking.toml", "same", f"no figure ranks any that measures {same.what}")


def _discriminator(
    finding: str,
    figures: list[tuple[str, FigureRow]],
    asking: AskingFile,
    findings: Mapping[str, FindingTable],
    builder: Builder,
) -> Discriminator:
    same = {name for row in asking.same if finding in row.findings for name in row.findings} - {finding}
    blocks = tuple(builder.block(row) for row in asking.only if finding in row.findings)
    first = figures[0][1]
    return Discriminator(
        ask=build_ask(finding, findings),
        weight=max(weight(row) for _, row in figures),
        towards=str(first.towards),
        basis="; ".join(_basis(name, row) for name, row in figures),
        same=frozenset(build_ask(name, findings) for name in sorted(same)),
        block=Block(all=blocks),
    )


def _basis(source: str, row: FigureRow) -> str:
    """A figure in words; one that may not be shown is named, not told."""
    value = "infinite" if math.isinf(row.value) else f"{row.value:g}"
    return f"{row.measure} {value if row.status in SHOWABLE else 'not shown'} ({source}, {row.status})"


def build_caveats(
    folder: Folder, tables: Mapping[str, CaveatTable], sources: Sources, builder: Builder
) -> dict[str, Caveat]:
    """The caveats, each number in them a figure of the sources they name."""
    found = {}
    for name, table in tables.items():
        known = [sources[source] for source in table.sources if source in sources]
        for source in table.sources:
            if source not in sources:
                folder.refuse("caveats.toml", name, f"no source is called {source}{nearest(source, sources)}")
        check_says(folder, f"caveat {name}", table.says, set().union(*map(showable_numbers, known)))
        block = attempt(folder, "caveats.toml", name, partial(builder.block, table))
        if block is not None:
            found[name] = Caveat(name, table.article, table.says, tuple(table.sources), block)
    return found
