"""Builds the terminology from its files, and refuses codes whose system, shape or check digit is wrong."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.knowledge.codes import SHAPES, expand_side_digit
from cds_service.knowledge.folder import Folder, named, nearest
from cds_service.knowledge.schema.terms import (
    BareCode,
    BodySitesFile,
    CodeRow,
    FindingCodeRow,
    FindingTable,
    ImagingFile,
    SystemTable,
    ValuesFile,
)
from cds_service.logic.sides import Side
from cds_service.logic.terminology import (
    OWN_FINDINGS,
    Code,
    Meaning,
    PrefixMeaning,
    SiteMeaning,
    StudyMeaning,
    Terminology,
    Words,
)


@dataclass(frozen=True)
class TermFiles:
    """The terminology files in their shapes."""

    systems: Mapping[str, SystemTable]
    findings: Mapping[str, FindingTable]
    sites: BodySitesFile
    imaging: ImagingFile
    values: ValuesFile


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """A code as its file lists it, by its system's label, for a reviewer; `checked` says how it was verified.

    `codes`: every code the row comes to, with the side it states.
    """

    system: str
    code: str
    side: str | None
    prefix: bool
    excepted: tuple[str, ...]
    not_seventh: str
    codes: tuple[tuple[str, Side], ...]
    checked: str
    system_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class CheckedStudy:
    """A kind of imaging with the codes listed for it."""

    label: str
    region: str
    modality: str
    codes: tuple[CheckedCode, ...]


def checked_codes(files: TermFiles) -> dict[str, tuple[CheckedCode, ...]]:
    """The codes of each finding."""
    return {finding: tuple(_checked(row, files) for row in table.codes) for finding, table in files.findings.items()}


def checked_studies(files: TermFiles) -> tuple[CheckedStudy, ...]:
    """The codes of each kind of imaging."""
    return tuple(
        CheckedStudy(study.label, study.region, study.modality, tuple(_checked(row, files) for row in study.codes))
        for study in files.imaging.study
    )


def _checked(row: CodeRow, files: TermFiles) -> CheckedCode:
    system = files.systems[row.system]
    keys = row if isinstance(row, FindingCodeRow) else None
    return CheckedCode(
        system=system.label,
        code=row.code,
        side=row.side,
        prefix=keys is not None and keys.prefix,
        excepted=tuple(keys.excepted) if keys else (),
        not_seventh=(keys.not_seventh or "") if keys else "",
        codes=tuple((code.code, side) for code, side in _coded([row])),
        checked=row.checked,
        system_id=row.system,
        uri=system.uri,
    )


def notices(files: TermFiles) -> dict[str, str]:
    """The notice that the codes of a system ask for, by its URI; our own, for one, ask for none."""
    return {table.uri: table.copyright for table in files.systems.values() if table.copyright}


def check_codes(folder: Folder, files: TermFiles) -> None:
    """Refuse every code of an unknown system or a wrong shape, and imaging codes that stand twice."""
    for file, key, row in _all_rows(files):
        check_code(folder, file, key, row, files.systems)
    seen: set[Code] = set()
    for study in files.imaging.study:
        for row in study.codes:
            if Code(row.system, row.code) in seen:
                folder.refuse("imaging.toml", study.label, f"{row.system} {row.code} stands in two studies")
            seen.add(Code(row.system, row.code))


def check_code(folder: Folder, file: str, key: str, row: CodeRow, systems: Mapping[str, object]) -> None:
    """Refuse one code row of a content file that claims to be a site's, is of an unknown system or a wrong shape."""
    if row.checked == "site":
        folder.refuse(file, key, f'{row.system} {row.code}: checked = "site" belongs to the codes of a site overlay')
    check_shape(folder, file, key, row, systems)


def check_shape(folder: Folder, file: str, key: str, row: BareCode, systems: Mapping[str, object]) -> None:
    """Refuse one code row of an unknown system or a wrong shape."""
    if row.system not in systems:
        folder.refuse(file, key, f"no code system is called {row.system}{nearest(row.system, systems)}")
        return
    fits, complaint = SHAPES.get(row.system, (str.isascii, "is not plain text"))
    if not fits(row.code):
        folder.refuse(file, key, f"{row.system} {row.code} {complaint}")


def _all_rows(files: TermFiles) -> Iterator[tuple[str, str, CodeRow]]:
    for finding, table in files.findings.items():
        yield from (("findings", finding, row) for row in table.codes)
    for site in files.sites.site:
        yield from (("body-sites.toml", site.id, row) for row in site.codes)
    for study in files.imaging.study:
        yield from (("imaging.toml", study.label, row) for row in study.codes)
    laterality, values = files.sites.laterality, files.values
    for row in [*laterality.left, *laterality.right, *laterality.both]:
        yield "body-sites.toml", "laterality", row
    severity = [*values.severity.mild, *values.severity.moderate, *values.severity.severe]
    for row in [*values.present.codes, *values.absent.codes, *severity, *values.question]:
        yield "values.toml", row.code, row


def build_terminology(files: TermFiles) -> Terminology:
    """The terminology the readers use."""
    laterality = files.sites.laterality
    severity = files.values.severity
    return Terminology(
        systems=_systems(files.systems),
        uris={name: table.uri for name, table in files.systems.items()},
        findings=_findings(files.findings),
        prefixes=_prefixes(files.findings),
        studies=_studies(files.imaging),
        sites={code: SiteMeaning(site.id, side) for site in files.sites.site for code, side in _coded(site.codes)},
        laterality={
            code: side
            for side in (Side.LEFT, Side.RIGHT, Side.BOTH)
            for code, _ in _coded(getattr(laterality, side.value))
        },
        present=frozenset(code for code, _ in _coded(files.values.present.codes)),
        absent=frozenset(code for code, _ in _coded(files.values.absent.codes)),
        severity={code: name for name in ("mild", "moderate", "severe") for code, _ in _coded(getattr(severity, name))},
        modalities=dict(files.imaging.modalities),
        site_regions={site.id: site.region for site in files.sites.site if site.region},
        site_findings=_site_findings(files.findings),
        questions={Code(row.system, row.code): row.asks for row in files.values.question},
        drug_names={name.lower(): finding for finding, table in files.findings.items() for name in table.names},
        words=_words(files.imaging),
        shown=_shown(files.findings),
    )


def _side(row: CodeRow) -> Side:
    return Side(row.side) if row.side else Side.UNSTATED


def _coded(rows: Iterable[CodeRow]) -> Iterator[tuple[Code, Side]]:
    for row in rows:
        digits = {Side(name): named for name, named in row.digits.items()} if row.digits else None
        for code, side in expand_side_digit(row.code, _side(row), digits):
            yield Code(row.system, code), side


def _systems(tables: Mapping[str, SystemTable]) -> dict[str, str]:
    return {uri: name for name, table in tables.items() for uri in (table.uri, *table.aliases)}


def _findings(tables: Mapping[str, FindingTable]) -> dict[Code, tuple[Meaning, ...]]:
    found: dict[Code, tuple[Meaning, ...]] = {}
    for finding, table in tables.items():
        found[Code(OWN_FINDINGS, finding)] = (Meaning(finding),)
        for row in table.codes:
            if not row.prefix:
                for code, side in _coded([row]):
                    found[code] = (*found.get(code, ()), Meaning(finding, side, named(row.qualifiers)))
    return found


def _prefixes(tables: Mapping[str, FindingTable]) -> dict[Code, tuple[PrefixMeaning, ...]]:
    found: dict[Code, tuple[PrefixMeaning, ...]] = {}
    for finding, table in tables.items():
        for row in table.codes:
            if row.prefix:
                for code, side in _coded([row]):
                    stated = Meaning(finding, side, named(row.qualifiers))
                    meaning = PrefixMeaning(stated, tuple(row.excepted), row.not_seventh or "")
                    found[code] = (*found.get(code, ()), meaning)
    return found


def _studies(imaging: ImagingFile) -> dict[Code, StudyMeaning]:
    return {
        code: StudyMeaning(study.region, study.modality, study.contrast, side)
        for study in imaging.study
        for code, side in _coded(study.codes)
    }


def _site_findings(tables: Mapping[str, FindingTable]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for finding, table in tables.items():
        for site in table.sites:
            found[site] = (*found.get(site, ()), finding)
    return found


def _words(imaging: ImagingFile) -> Words:
    words = imaging.words
    tables = (named(words.region), named(words.modality), named(words.contrast), named(words.side))
    return Words(*(_longest_first(table) for table in tables))


def _longest_first(table: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    pairs = [(word.lower(), name) for name, words in table.items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def _shown(tables: Mapping[str, FindingTable]) -> dict[str, tuple[Code, ...]]:
    """The codes an order gives as its reason for a finding: its first unsided SNOMED CT code, and our own."""
    shown = {}
    for finding, table in tables.items():
        snomed = [Code(row.system, row.code) for row in table.codes if row.system == "sct" and row.side is None]
        shown[finding] = (*snomed[:1], Code(OWN_FINDINGS, finding))
    return shown
