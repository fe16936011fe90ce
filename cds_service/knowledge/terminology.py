"""The builder of the terminology, and the checks of each code's system, form and check digit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.knowledge.code_formats import CODE_FORMATS, SNOMED_CT, expand_side_digit
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean, with_str_keys
from cds_service.knowledge.files import TerminologyFiles
from cds_service.knowledge.reading_limits import build_reading_limits, check_finding_names, check_shared_systems
from cds_service.knowledge.schema.terminology import (
    BareCode,
    CodeRow,
    FindingCodeRow,
    FindingTable,
    ImagingFile,
)
from cds_service.model.sides import Side
from cds_service.model.terminology import (
    FINDING_SYSTEM,
    BodySiteMeaning,
    Code,
    FindingMeaning,
    ImagingWords,
    PrefixMeaning,
    StudyMeaning,
    Terminology,
)


@dataclass(frozen=True, slots=True)
class ListedCode:
    """A code as its file lists it, for reviewers; `checked` says how it was verified.

    `expanded_codes`: every code that the row stands for, with the side it states.
    """

    system_label: str
    code: str
    side: str | None
    is_prefix: bool
    excepted: tuple[str, ...]
    not_seventh: str
    expanded_codes: tuple[tuple[str, Side], ...]
    checked: str
    system_id: str
    system_uri: str


@dataclass(frozen=True, slots=True)
class ListedStudy:
    """A kind of imaging, with the codes listed for it."""

    label: str
    region: str
    modality: str
    codes: tuple[ListedCode, ...]


def list_finding_codes(files: TerminologyFiles) -> dict[str, tuple[ListedCode, ...]]:
    """List the codes of each finding."""
    return {
        finding: tuple(_to_listed_code(row, files) for row in table.codes) for finding, table in files.findings.items()
    }


def list_imaging_codes(files: TerminologyFiles) -> tuple[ListedStudy, ...]:
    """List the codes of each kind of imaging."""
    return tuple(
        ListedStudy(
            study.label, study.region, study.modality, tuple(_to_listed_code(row, files) for row in study.codes)
        )
        for study in files.imaging.study
    )


def _to_listed_code(row: CodeRow, files: TerminologyFiles) -> ListedCode:
    system = files.systems[row.system]
    finding_row = row if isinstance(row, FindingCodeRow) else None
    return ListedCode(
        system_label=system.label,
        code=row.code,
        side=row.side,
        is_prefix=finding_row is not None and finding_row.prefix,
        excepted=tuple(finding_row.excepted) if finding_row else (),
        not_seventh=(finding_row.not_seventh or "") if finding_row else "",
        expanded_codes=tuple((code.code, side) for code, side in _expand_rows([row])),
        checked=row.checked,
        system_id=row.system,
        system_uri=system.uri,
    )


def collect_copyright_notices(files: TerminologyFiles) -> dict[str, str]:
    """Collect the copyright notices that code systems require, by URI. Not every system requires one."""
    return {table.uri: table.copyright for table in files.systems.values() if table.copyright}


def check_codes(folder: ContentFolder, files: TerminologyFiles) -> None:
    """Note every code of an unknown system or in the wrong form, and every imaging code listed in two studies."""
    for file, key, row in _all_code_rows(files):
        check_code(folder, file, key, row, files.systems)
    check_finding_names(folder, files.findings)
    check_shared_systems(folder, files.systems)
    seen: set[Code] = set()
    for study in files.imaging.study:
        for row in study.codes:
            if Code(row.system, row.code) in seen:
                folder.add_problem("imaging.toml", study.label, f"{row.system} {row.code} is listed in two studies")
            seen.add(Code(row.system, row.code))


def check_code(folder: ContentFolder, file: str, key: str, row: CodeRow, systems: Mapping[str, object]) -> None:
    """Note a content file's code that is marked as a site's, of an unknown system, or in the wrong form."""
    if row.checked == "site":
        folder.add_problem(
            file, key, f'{row.system} {row.code}: checked = "site" is reserved for the codes of a site overlay'
        )
    check_code_format(folder, file, key, row, systems)


def check_code_format(folder: ContentFolder, file: str, key: str, row: BareCode, systems: Mapping[str, object]) -> None:
    """Note a code of an unknown system or in the wrong form."""
    if row.system not in systems:
        folder.add_problem(file, key, f"no code system is called {row.system}{did_you_mean(row.system, systems)}")
        return
    is_valid, message = CODE_FORMATS.get(row.system, (str.isascii, "is not plain text"))
    if not is_valid(row.code):
        folder.add_problem(file, key, f"{row.system} {row.code} {message}")


def _all_code_rows(files: TerminologyFiles) -> Iterator[tuple[str, str, CodeRow]]:
    for finding, table in files.findings.items():
        yield from (("findings", finding, row) for row in table.codes)
        yield from (("findings", finding, row) for row in (table.measured.codes if table.measured else ()))
        yield from (("findings", finding, row) for row in (table.course.codes if table.course else ()))
    for site in files.body_sites.site:
        yield from (("body-sites.toml", site.id, row) for row in site.codes)
    for study in files.imaging.study:
        yield from (("imaging.toml", study.label, row) for row in study.codes)
    laterality, values = files.body_sites.laterality, files.values
    for row in [*laterality.left, *laterality.right, *laterality.both]:
        yield "body-sites.toml", "laterality", row
    severity = [*values.severity.mild, *values.severity.moderate, *values.severity.severe]
    for row in [
        *values.present.codes,
        *values.absent.codes,
        *severity,
        *values.question,
        *values.document,
        *values.no_disease.codes,
    ]:
        yield "values.toml", row.code, row


def build_terminology(files: TerminologyFiles) -> Terminology:
    """Build the terminology that the chart readers use."""
    laterality = files.body_sites.laterality
    severity = files.values.severity
    return Terminology(
        system_by_uri={uri: name for name, table in files.systems.items() for uri in (table.uri, *table.aliases)},
        uri_by_system={name: table.uri for name, table in files.systems.items()},
        findings=_map_finding_codes(files.findings),
        finding_prefixes=_map_finding_prefixes(files.findings),
        studies={
            code: StudyMeaning(study.region, study.modality, study.contrast, side)
            for study in files.imaging.study
            for code, side in _expand_rows(study.codes)
        },
        body_sites={
            code: BodySiteMeaning(site.id, side)
            for site in files.body_sites.site
            for code, side in _expand_rows(site.codes)
        },
        laterality={
            code: side
            for side in (Side.LEFT, Side.RIGHT, Side.BOTH)
            for code, _ in _expand_rows(getattr(laterality, side.value))
        },
        present=frozenset(code for code, _ in _expand_rows(files.values.present.codes)),
        absent=frozenset(code for code, _ in _expand_rows(files.values.absent.codes)),
        severity={
            code: name for name in ("mild", "moderate", "severe") for code, _ in _expand_rows(getattr(severity, name))
        },
        modalities=dict(files.imaging.modalities),
        region_by_body_site={site.id: site.region for site in files.body_sites.site if site.region},
        findings_by_body_site=_map_findings_by_body_site(files.findings),
        questions={Code(row.system, row.code): row.asks for row in files.values.question},
        documents={Code(row.system, row.code): row.tells for row in files.values.document},
        drug_names={f" {name.lower()} ": finding for finding, table in files.findings.items() for name in table.names},
        imaging_words=_build_imaging_words(files.imaging),
        reason_codes=_map_reason_codes(files.findings),
        limits=build_reading_limits(files.systems, files.findings, files.values),
    )


def _expand_rows(rows: Iterable[CodeRow]) -> Iterator[tuple[Code, Side]]:
    for row in rows:
        row_side = Side(row.side) if row.side else Side.UNSTATED
        digits = {Side(name): numerals for name, numerals in row.digits.items()} if row.digits else None
        for code, side in expand_side_digit(row.code, row_side, digits):
            yield Code(row.system, code), side


def _map_finding_codes(tables: Mapping[str, FindingTable]) -> dict[Code, tuple[FindingMeaning, ...]]:
    meanings: dict[Code, tuple[FindingMeaning, ...]] = {}
    for finding, table in tables.items():
        meanings[Code(FINDING_SYSTEM, finding)] = (FindingMeaning(finding),)
        for row in table.codes:
            if not row.prefix:
                for code, side in _expand_rows([row]):
                    meanings[code] = (*meanings.get(code, ()), _build_meaning(finding, side, row))
    return meanings


def _build_meaning(finding: str, side: Side, row: FindingCodeRow) -> FindingMeaning:
    return FindingMeaning(finding, side, with_str_keys(row.qualifiers), only_orders=row.orders, region=row.region)


def _map_finding_prefixes(tables: Mapping[str, FindingTable]) -> dict[Code, tuple[PrefixMeaning, ...]]:
    meanings: dict[Code, tuple[PrefixMeaning, ...]] = {}
    for finding, table in tables.items():
        for row in table.codes:
            if row.prefix:
                for code, side in _expand_rows([row]):
                    meaning = PrefixMeaning(
                        _build_meaning(finding, side, row), tuple(row.excepted), row.not_seventh or ""
                    )
                    meanings[code] = (*meanings.get(code, ()), meaning)
    return meanings


def _map_findings_by_body_site(tables: Mapping[str, FindingTable]) -> dict[str, tuple[str, ...]]:
    findings: dict[str, tuple[str, ...]] = {}
    for finding, table in tables.items():
        for site in table.sites:
            findings[site] = (*findings.get(site, ()), finding)
    return findings


def _build_imaging_words(imaging: ImagingFile) -> ImagingWords:
    words = imaging.words
    return ImagingWords(
        region=_longest_first(with_str_keys(words.region)),
        modality=_longest_first(with_str_keys(words.modality)),
        contrast=_longest_first(with_str_keys(words.contrast)),
        side=_longest_first(with_str_keys(words.side)),
        modality_else=_longest_first(with_str_keys(words.modality_else)),
        purpose=_longest_first(with_str_keys(words.purpose)),
        region_holds={region: frozenset(parts) for region, parts in words.region_holds.items()},
        modality_holds={modality: frozenset(parts) for modality, parts in words.modality_holds.items()},
    )


def _longest_first(table: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    pairs = [(word.lower(), name) for name, words in table.items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def _map_reason_codes(tables: Mapping[str, FindingTable]) -> dict[str, tuple[Code, ...]]:
    """Map findings to the codes that orders give as reasons: the first unsided SNOMED CT code, and our own."""
    reason_codes = {}
    for finding, table in tables.items():
        snomed = [Code(row.system, row.code) for row in table.codes if row.system == SNOMED_CT and row.side is None]
        reason_codes[finding] = (*snomed[:1], Code(FINDING_SYSTEM, finding))
    return reason_codes
