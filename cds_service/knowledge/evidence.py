"""The builders of citations, caveats and discriminators, and the checks of every figure that a source prints."""

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
from cds_service.model.wording import Wording

# An infinite ratio gets this weight (evidence notes, section 4: a larger sum adds no information).
MAX_LIKELIHOOD_WEIGHT = 3.0
# No false positive among few patients says less: such a ratio ranks as this one (clinical design, second edition, U4).
_FEW_PATIENTS = 100
_INFINITE_OF_FEW = 7.0
# For published odds, which do not say how often the finding is present without the disease.
MAX_ODDS_WEIGHT = 1.5
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VERTEBRAL_LEVEL = re.compile(r"\b[LS]\d(?:-[LS]?\d)?\b")  # vertebral levels and roots are not figures
EvidenceTables = Mapping[str, EvidenceTable]


def build_citations(tables: EvidenceTables) -> dict[str, Citation]:
    """Build the citations, without the statements of sources that were neither verified nor computed."""
    return {
        name: Citation(
            name,
            table.citation,
            table.strength,
            table.url,
            table.says if table.status in SHOWABLE_STATUSES else None,
            table.short,
        )
        for name, table in tables.items()
    }


def find_numbers(text: str) -> set[float]:
    """Find the figures that a sentence prints, without their signs."""
    return {float(number) for number in _NUMBER.findall(_VERTEBRAL_LEVEL.sub("", text))}


def showable_numbers(table: EvidenceTable) -> set[float]:
    """Collect the numbers of a source that may be printed: verified and computed figures, and their population."""
    numbers = find_numbers(table.population or "") | ({float(table.n)} if table.n else set())
    for row in table.figure:
        if row.status in SHOWABLE_STATUSES:
            values = [row.value, row.to, row.count, row.of, row.n, *(row.interval or ())]
            numbers |= {abs(float(value)) for value in values if value is not None} | find_numbers(row.about)
    return numbers


def check_evidence(folder: ContentFolder, tables: EvidenceTables, findings: Mapping[str, FindingTable]) -> None:
    """Note statements that print a figure the source may not show, and computed figures that do not follow."""
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


def check_statement(
    folder: ContentFolder, name: str, statement: str, showable: set[float], file: str = "evidence"
) -> None:
    """Note every number in a statement that is not a verified or computed figure."""
    for number in sorted(find_numbers(statement) - showable):
        folder.add_problem(file, name, f"prints {number:g}, which is not a verified or computed figure")


def check_evidence_lines(folder: ContentFolder, wording: Mapping[str, Wording], tables: EvidenceTables) -> None:
    """Note every evidence line of a card whose source cannot be cited on a card, or does not give its numbers."""
    for name, card in wording.items():
        if card.evidence is None:
            continue
        source, file = card.evidence.source, f"wording/{name}.md"
        if source not in tables:
            folder.add_problem(file, "evidence", f"no source is called {source}{did_you_mean(source, tables)}")
        elif tables[source].short is None or tables[source].status not in SHOWABLE_STATUSES:
            folder.add_problem(
                file, "evidence", f"{source} needs a name for cards (short), and figures that were verified"
            )
        else:
            check_statement(folder, "evidence", card.evidence.says, showable_numbers(tables[source]), file)


def _is_consistent(row: FigureRow, rows: Iterable[FigureRow]) -> bool:
    """Return whether a computed figure follows from the others, to within half of its last digit."""
    computed = _recompute(row, rows)
    exponent = Decimal(f"{row.value:g}").as_tuple().exponent
    tolerance = 0.0 if math.isinf(row.value) else 0.5 * 10.0 ** int(exponent) + 1e-9
    return computed is not None and math.isclose(row.value, computed, abs_tol=tolerance)


def _recompute(row: FigureRow, rows: Iterable[FigureRow]) -> float | None:
    """Compute a share from its count, or a likelihood ratio from the sensitivity and specificity beside it."""
    if row.measure == "share" and row.count is not None and row.of:
        return row.count / row.of * (100 if row.unit == "%" else 1)
    fractions = {
        figure.measure: figure.value / 100 if figure.unit == "%" else figure.value
        for figure in rows
        if figure.finding == row.finding and figure.about == row.about
    }
    sensitivity, specificity = fractions.get("sensitivity"), fractions.get("specificity")
    if sensitivity is None or specificity is None:
        return None
    ratios = {"LR+": (sensitivity, 1 - specificity), "LR-": (1 - sensitivity, specificity)}
    if row.measure not in ratios:
        return None
    numerator, denominator = ratios[row.measure]
    return numerator / denominator if denominator else math.inf


def _check_ranking_figures(folder: ContentFolder, tables: EvidenceTables) -> None:
    """Allow one ranking figure for a finding's presence and one for its absence, both pointing the same way."""
    seen: dict[tuple[str | None, str], str] = {}
    regions: dict[str | None, str | None] = {}
    for name, row in _ranking_figures(tables):
        key = (row.finding, "odds" if row.measure.startswith("odds") else row.measure)
        if key in seen:
            folder.add_problem("evidence", name, f"{row.finding}: {row.measure} of {seen[key]} already ranks it")
        seen[key] = name
        if regions.setdefault(row.finding, row.towards) != row.towards:
            folder.add_problem("evidence", name, f"figures for {row.finding} point to both the hip and the spine")


def _ranking_figures(tables: EvidenceTables) -> Iterator[tuple[str, FigureRow]]:
    for name, table in tables.items():
        yield from ((name, row) for row in table.figure if row.ranks)


def compute_weight(row: FigureRow, patients: int | None) -> float:
    """Compute how well one figure tells hip from spine: its |ln|, capped (evidence notes, section 4).

    `patients`: how many the source is about. An infinite ratio from an unknown number counts as one from few.
    """
    cap = MAX_ODDS_WEIGHT if row.measure.startswith("odds") else MAX_LIKELIHOOD_WEIGHT
    is_of_few = (row.n or patients or 0) < _FEW_PATIENTS
    value = _INFINITE_OF_FEW if math.isinf(row.value) and is_of_few else row.value
    return cap if math.isinf(value) else min(abs(math.log(value)), cap)


def build_discriminators(
    folder: ContentFolder,
    tables: EvidenceTables,
    asking: AskingFile,
    findings: Mapping[str, FindingTable],
    builder: ConditionBuilder,
) -> tuple[Discriminator, ...]:
    """Build a discriminator for each finding with a ranking figure: greatest weight first, ties in file order."""
    rows: dict[str, list[tuple[str, FigureRow]]] = {}
    for name, row in _ranking_figures(tables):
        rows.setdefault(str(row.finding), []).append((name, row))
    _check_asking(folder, asking, rows)
    discriminators = [
        note_unknown_names(
            folder,
            "asking.toml",
            finding,
            partial(_build_discriminator, finding, group, tables, asking, findings, builder),
        )
        for finding, group in rows.items()
    ]
    built = (discriminator for discriminator in discriminators if discriminator)
    return tuple(sorted(built, key=lambda discriminator: -discriminator.weight))


def _check_asking(folder: ContentFolder, asking: AskingFile, ranked: Iterable[str]) -> None:
    ranked_findings = set(ranked)
    for row in asking.only:
        for name in row.findings:
            if name not in ranked_findings:
                hint = did_you_mean(name, ranked_findings)
                folder.add_problem("asking.toml", "only", f"no figure ranks {name}{hint}")
    for same in asking.same:
        if ranked_findings.isdisjoint(same.findings):
            folder.add_problem("asking.toml", "same", f"no figure ranks any finding that measures {same.what}")


def _build_discriminator(
    finding: str,
    figures: list[tuple[str, FigureRow]],
    tables: EvidenceTables,
    asking: AskingFile,
    findings: Mapping[str, FindingTable],
    builder: ConditionBuilder,
) -> Discriminator:
    same = {name for row in asking.same if finding in row.findings for name in row.findings} - {finding}
    blocks = tuple(builder.build_block(row) for row in asking.only if finding in row.findings)
    first_figure = figures[0][1]
    return Discriminator(
        ask=build_ask(finding, findings),
        weight=max(compute_weight(row, tables[name].n) for name, row in figures),
        towards=str(first_figure.towards),
        basis="; ".join(_describe_figure(name, row) for name, row in figures),
        same_measure=frozenset(build_ask(name, findings) for name in sorted(same)),
        block=Block(all=blocks),
    )


def _describe_figure(source: str, row: FigureRow) -> str:
    """Describe a figure; one that may not be shown is named without its value."""
    value = "infinite" if math.isinf(row.value) else f"{row.value:g}"
    return f"{row.measure} {value if row.status in SHOWABLE_STATUSES else 'not shown'} ({source}, {row.status})"


def build_caveats(
    folder: ContentFolder, tables: Mapping[str, CaveatTable], sources: EvidenceTables, builder: ConditionBuilder
) -> dict[str, Caveat]:
    """Build the caveats, and check each number in them against the sources they name."""
    caveats = {}
    for name, table in tables.items():
        known_sources = [sources[source] for source in table.sources if source in sources]
        for source in table.sources:
            if source not in sources:
                folder.add_problem("caveats.toml", name, f"no source is called {source}{did_you_mean(source, sources)}")
        check_statement(folder, f"caveat {name}", table.says, set().union(*map(showable_numbers, known_sources)))
        block = note_unknown_names(folder, "caveats.toml", name, partial(builder.build_block, table))
        if block is not None:
            caveats[name] = Caveat(name, table.article, table.says, tuple(table.sources), block)
    return caveats
