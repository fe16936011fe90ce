"""The codes a site adds: each must be new, of a known system and shape, and clash with nothing unless it says so."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from cds_service.knowledge.codes import expand_side_digit
from cds_service.knowledge.files import Files
from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.schema.site import SiteCodesFile, SiteFindingCode
from cds_service.knowledge.schema.terms import BareCode, CodeRow, FindingCodeRow, SystemTable
from cds_service.knowledge.site.reading import CODES
from cds_service.knowledge.terminology import TermFiles, check_shape
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code, Terminology

CHECKED: Final = "site"  # how a site's codes were checked: by the site
_BRANCHED = "icd10cm"  # the one system whose codes say by their form what lies below them


def check_site_codes(folder: Folder, codes: SiteCodesFile, files: TermFiles, terms: Terminology) -> None:
    """Note every code that is wrong, stands here already, or stands for something else."""
    systems = {**files.systems, **codes.system}
    _check_systems(folder, codes, terms, files)
    _check_places(folder, codes, files)
    seen: set[Code] = set()
    for key, row in _rows(codes):
        check_shape(folder, CODES, key, row, systems)
        for code in _spelt_out(row):
            if code in seen:
                folder.refuse(CODES, key, f"{row.system} {code.code} stands in this file twice")
            seen.add(code)
            _check_other_uses(folder, key, row, code, terms)
    for row in codes.finding:
        _check_findings(folder, row, terms)


def with_codes(files: Files, codes: SiteCodesFile) -> Files:
    """The content's files with the site's codes among them."""
    terms = files.terms
    findings = {
        name: table.model_copy(update={"codes": [*table.codes, *_of_finding(name, codes)]})
        for name, table in terms.findings.items()
    }
    studies = [
        study.model_copy(update={"codes": [*study.codes, *(_plain(row) for row in codes.study if row.study == label)]})
        for study in terms.imaging.study
        for label in [study.label]
    ]
    sites = [
        site.model_copy(
            update={"codes": [*site.codes, *(_plain(row) for row in codes.body_site if row.body_site == name)]}
        )
        for site in terms.sites.site
        for name in [site.id]
    ]
    return replace(
        files,
        terms=TermFiles(
            systems={**terms.systems, **codes.system},
            findings=findings,
            sites=terms.sites.model_copy(update={"site": sites}),
            imaging=terms.imaging.model_copy(update={"study": studies}),
            values=terms.values,
        ),
    )


def _of_finding(name: str, codes: SiteCodesFile) -> Iterator[FindingCodeRow]:
    for row in codes.finding:
        if row.finding == name:
            table = row.model_dump(by_alias=True, exclude={"finding", "besides", "why"})
            yield FindingCodeRow.model_validate({**table, "checked": CHECKED})


def _plain(row: BareCode) -> CodeRow:
    return CodeRow(system=row.system, code=row.code, side=row.side, checked=CHECKED)


def _rows(codes: SiteCodesFile) -> Iterator[tuple[str, BareCode]]:
    yield from ((f"finding.{row.finding}", row) for row in codes.finding)
    yield from ((f"study.{row.study}", row) for row in codes.study)
    yield from ((f"body_site.{row.body_site}", row) for row in codes.body_site)


def _spelt_out(row: BareCode) -> list[Code]:
    return [Code(row.system, code) for code, _ in expand_side_digit(row.code, Side.UNSTATED)]


def _check_systems(folder: Folder, codes: SiteCodesFile, terms: Terminology, files: TermFiles) -> None:
    used = {row.system for _, row in _rows(codes)}
    for name, table in codes.system.items():
        key = f"system.{name}"
        if name in files.systems:
            folder.refuse(CODES, key, "is the name of a system of the content")
        if name not in used:
            folder.refuse(CODES, key, "is used by no code")
        for uri in _uris(table):
            if uri in terms.systems:
                folder.refuse(CODES, key, f"{uri} is the content's {terms.systems[uri]} already: use that name")


def _uris(table: SystemTable) -> tuple[str, ...]:
    return (table.uri, *table.aliases)


def _check_places(folder: Folder, codes: SiteCodesFile, files: TermFiles) -> None:
    findings, labels = files.findings, [study.label for study in files.imaging.study]
    sites = [site.id for site in files.sites.site]
    for what, names, known in (
        ("finding", [row.finding for row in codes.finding], list(findings)),
        ("finding", [name for row in codes.finding for name in row.besides], list(findings)),
        ("study", [row.study for row in codes.study], labels),
        ("body site", [row.body_site for row in codes.body_site], sites),
    ):
        for name in names:
            if name not in known:
                folder.refuse(CODES, what.replace(" ", "_"), f"no {what} is called {name}{nearest(name, known)}")


def _check_other_uses(folder: Folder, key: str, row: BareCode, code: Code, terms: Terminology) -> None:
    """Refuse a code that means something of another kind; for findings see `_check_findings`."""
    uses: list[tuple[str, bool]] = [
        ("imaging", code in terms.studies),
        ("a body site", code in terms.sites),
        ("a side", code in terms.laterality),
        ("an answer", code in terms.present | terms.absent or code in terms.severity or code in terms.questions),
    ]
    if not isinstance(row, SiteFindingCode):
        uses.append((_either(_standing(code, terms)), bool(_standing(code, terms))))
    for use, taken in uses:
        if taken:
            folder.refuse(CODES, key, f"{code.system} {code.code} already stands for {use}")


def _check_findings(folder: Folder, row: SiteFindingCode, terms: Terminology) -> None:
    key = f"finding.{row.finding}"
    if row.prefix and row.system != _BRANCHED:
        folder.refuse(
            CODES, key, f'"prefix" is for {_BRANCHED} alone: no other code says by its form what lies below it'
        )
    found = {code: _standing(code, terms) for code in [*_spelt_out(row), *(_below(row, terms) if row.prefix else ())]}
    for code, findings in found.items():
        said = f"{code.system} {code.code} already stands for"
        if row.finding in findings:
            folder.refuse(CODES, key, f"{said} {row.finding}")
        elif clash := findings - set(row.besides):
            folder.refuse(
                CODES, key, f"{said} {_either(clash)}; where both are meant, say besides = [{_listed(clash)}]"
            )
    for name in sorted(set(row.besides) - {name for findings in found.values() for name in findings}):
        folder.refuse(CODES, key, f"besides: {row.system} {row.code} does not stand for {name}")


def _below(row: SiteFindingCode, terms: Terminology) -> list[Code]:
    """The codes of the content below a prefix, but those it excepts."""
    excepted = tuple(row.excepted) or ("\0",)
    return [
        code
        for code in (*terms.findings, *terms.prefixes)
        if code.system == row.system and code.code.startswith(row.code) and not code.code.startswith(excepted)
    ]


def _standing(code: Code, terms: Terminology) -> set[str]:
    return {meaning.finding for meaning in terms.meanings(code)}


def _either(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
