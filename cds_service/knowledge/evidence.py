"""Builds the evidence: what its sources say, checked number by number, and how well findings tell hip from spine."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from cds_service.knowledge.condition_builder import ConditionBuilder, note_unknown_names
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.rules import build_ask
from cds_service.knowledge.schema.evidence import SHOWABLE_STATUSES, AskingFile, CaveatTable, EvidenceTable, FigureRow
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.model.conditions import Block
from cds_service.model.content import Caveat, Discriminator
from cds_service.model.vocabulary import Citation

MAX_LIKELIHOOD_WEIGHT = (
    3.0  # an infinite ratio comes to this (evidence notes, section 4: a sum beyond it says nothing more)
)
MAX_ODDS_WEIGHT = 1.5  # where only odds are published, and not how often the finding is there without the disease
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VERTEBRAL_LEVEL = re.compile(r"\b[LS]\d(?:-[LS]?\d)?\b")  # vertebral levels and roots are no figures
EvidenceTables = Mapping[str, EvidenceTable]


def build_citations(tables: EvidenceTables) -> dict[str, Citation]:
    """The sources; what one says that was neither verified nor computed is left out."""
    return {
        name: Citation(
            name, table.citation, table.strength, table.url, table.says if table.status in SHOWABLE_STATUSES else None
        )
        for name, table in tables.items()
    }


def find_numbers(text: str) -> set[float]:
    """The figures that a sentence prints, their signs left out."""
    return {float(number) for number in _NUMBER.findall(_VERTEBRAL_LEVEL.sub("", text))}


def showable_numbers(table: EvidenceTable) -> set[float]:
    """Every number of a source that may be printed: its verified and computed figures, and whom they are about."""
    numbers = find_numbers(table.population or "") | ({float(table.n)} if table.n else set())
    for row in table.figure:
        if row.status in SHOWABLE_STATUSES:
            given = [row.value, row.to, row.count, row.of, row.n, *(row.interval or ())]
            numbers |= {abs(float(number)) for number in given if number is not None} | find_numbers(row.about)
    return numbers


def check_evidence(folder: ContentFolder, tables: EvidenceTables, findings: Mapping[str, FindingTable]) -> None:
    """Refuse a sentence that prints a figure the source may not show, and a computed figure that does not follow."""
    for name, table in tables.items():
        if table.figure:
            check_statement(folder, name, table.says, showable_numbers(table))
        for row in table.figure:
            if row.finding:
                note_unknown_names(folder, "evidence", name, partial(build_ask, row.finding, findings))
            if row.status == "computed" and not _is_consistent(row, table.figure):
                folder.add_problem(
                    "evidence", name, f"{row.measure} {row.value:g} does not follow from the source's figures"
                )
    _check_ranking_figures(folder, tables)


def check_statement(folder: ContentFolder, name: str, statement: str, showable: set[float]) -> None:
    """Refuse every number a sentence prints that is no verified or computed figure."""
    for number in sorted(find_numbers(statement) - showable):
        folder.add_problem("evidence", name, f"says {number:g}, which is no verified or computed figure of its source")


def _is_consistent(row: FigureRow, rows: Iterable[FigureRow]) -> bool:
    computed = _recompute(row, rows)
    return computed is not None and math.isclose(row.value, computed, abs_tol=_rounding_tolerance(row.value))


def _recompute(row: FigureRow, rows: Iterable[FigureRow]) -> float | None:
    """A share from its count, a likelihood ratio from the sensitivity and specificity beside it."""
    if row.measure == "share" and row.count is not None and row.of:
        return row.count / row.of * (100 if row.unit == "%" else 1)
    beside = {one.measure: _to_fraction(one) for one in rows if one.finding == row.finding and one.about == row.about}
    sensitivity, specificity = beside.get("sensitivity"), beside.get("specificity")
    if sensitivity is None or specificity is None:
        return None
    ratios = {"LR+": (sensitivity, 1 - specificity), "LR-": (1 - sensitivity, specificity)}
    if row.measure not in ratios:
        return None
    over, under = ratios[row.measure]
    return over / under if under else math.inf


def _to_fraction(row: FigureRow) -> float:
    return row.value / 100 if row.unit == "%" else row.value


def _rounding_tolerance(value: float) -> float:
    exponent = Decimal(f"{value:g}").as_tuple().exponent
    return 0.0 if math.isinf(value) else 0.5 * 10.0 ** int(exponent) + 1e-9


def _check_ranking_figures(folder: ContentFolder, tables: EvidenceTables) -> None:
    """One ratio for presence and one for absence give a finding's weight, all pointing the same way."""
    seen: dict[tuple[str | None, str], str] = {}
    regions: dict[str | None, str | None] = {}
    for name, row in _ranking_figures(tables):
        key = (row.finding, "odds" if row.measure.startswith("odds") else row.measure)
        if key in seen:
            folder.add_problem("evidence", name, f"{row.finding}: {row.measure} of {seen[key]} ranks already")
        seen[key] = name
        if regions.setdefault(row.finding, row.towards) != row.towards:
            folder.add_problem("evidence", name, f"{row.finding} points to the hip here and to the spine there")


def _ranking_figures(tables: EvidenceTables) -> Iterator[tuple[str, FigureRow]]:
    for name, table in tables.items():
        yield from ((name, row) for row in table.figure if row.ranks)


def compute_weight(row: FigureRow) -> float:
    """How far one figure tells hip from spine: |ln| of it, capped (evidence notes, section 4)."""
    cap = MAX_ODDS_WEIGHT if row.measure.startswith("odds") else MAX_LIKELIHOOD_WEIGHT
    return cap if math.isinf(row.value) else min(abs(math.log(row.value)), cap)


def build_discriminators(
    folder: ContentFolder,
    tables: EvidenceTables,
    asking: AskingFile,
    findings: Mapping[str, FindingTable],
    builder: ConditionBuilder,
) -> tuple[Discriminator, ...]:
    """Every finding with a figure that ranks, the greatest weight first; equal ones in the order of the files."""
    rows: dict[str, list[tuple[str, FigureRow]]] = {}
    for name, row in _ranking_figures(tables):
        rows.setdefault(str(row.finding), []).append((name, row))
    _check_asking(folder, asking, rows)
    made = [
        note_unknown_names(
            folder, "asking.toml", finding, partial(_build_discriminator, finding, group, asking, findings, builder)
        )
        for finding, group in rows.items()
    ]
    return tuple(sorted((one for one in made if one), key=lambda one: -one.weight))


def _check_asking(folder: ContentFolder, asking: AskingFile, ranked: Iterable[str]) -> None:
    known = set(ranked)
    for row in asking.only:
        for name in row.findings:
            if name not in known:
                folder.add_problem("asking.toml", "only", f"no figure ranks {name}{did_you_mean(name, known)}")
    for same in asking.same:
        if known.isdisjoint(same.findings):
            folder.add_problem("asking.toml", "same", f"no figure ranks any that measures {same.what}")


def _build_discriminator(
    finding: str,
    figures: list[tuple[str, FigureRow]],
    asking: AskingFile,
    findings: Mapping[str, FindingTable],
    builder: ConditionBuilder,
) -> Discriminator:
    same = {name for row in asking.same if finding in row.findings for name in row.findings} - {finding}
    blocks = tuple(builder.build_block(row) for row in asking.only if finding in row.findings)
    first = figures[0][1]
    return Discriminator(
        ask=build_ask(finding, findings),
        weight=max(compute_weight(row) for _, row in figures),
        towards=str(first.towards),
        basis="; ".join(_describe_figure(name, row) for name, row in figures),
        same_measure=frozenset(build_ask(name, findings) for name in sorted(same)),
        block=Block(all=blocks),
    )


def _describe_figure(source: str, row: FigureRow) -> str:
    """A figure in words; one that may not be shown is named, not told."""
    value = "infinite" if math.isinf(row.value) else f"{row.value:g}"
    return f"{row.measure} {value if row.status in SHOWABLE_STATUSES else 'not shown'} ({source}, {row.status})"


def build_caveats(
    folder: ContentFolder, tables: Mapping[str, CaveatTable], sources: EvidenceTables, builder: ConditionBuilder
) -> dict[str, Caveat]:
    """The caveats, each number in them a figure of the sources they name."""
    found = {}
    for name, table in tables.items():
        known = [sources[source] for source in table.sources if source in sources]
        for source in table.sources:
            if source not in sources:
                folder.add_problem("caveats.toml", name, f"no source is called {source}{did_you_mean(source, sources)}")
        check_statement(folder, f"caveat {name}", table.says, set().union(*map(showable_numbers, known)))
        block = note_unknown_names(folder, "caveats.toml", name, partial(builder.build_block, table))
        if block is not None:
            found[name] = Caveat(name, table.article, table.says, tuple(table.sources), block)
    return found
