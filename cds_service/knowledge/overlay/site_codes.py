"""The codes a site adds: each must be new, of a known system, well-formed, and free of undeclared conflicts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from cds_service.knowledge.code_formats import ICD10CM, expand_side_digit
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import ContentFiles, TerminologyFiles
from cds_service.knowledge.overlay.files import CODES_FILE
from cds_service.knowledge.schema.overlay import SiteCodesFile, SiteFindingCode
from cds_service.knowledge.schema.terminology import BareCode, CodeRow, FindingCodeRow
from cds_service.knowledge.terminology import check_code_format
from cds_service.model.sides import Side
from cds_service.model.terminology import Code, Terminology

CHECKED_BY_SITE: Final = "site"  # the value of `checked` for every code that a site adds


def check_site_codes(
    folder: ContentFolder, codes: SiteCodesFile, files: TerminologyFiles, terminology: Terminology
) -> None:
    """Note every code that is malformed, listed already, or stands for something else."""
    systems = {**files.systems, **codes.system}
    _check_systems(folder, codes, terminology, files)
    _check_targets(folder, codes, files)
    seen: set[Code] = set()
    for key, row in _keyed_rows(codes):
        check_code_format(folder, CODES_FILE, key, row, systems)
        for code in _expand_codes(row):
            if code in seen:
                folder.add_problem(CODES_FILE, key, f"{row.system} {code.code} is listed twice in this file")
            seen.add(code)
            _check_other_uses(folder, key, row, code, terminology)
    for row in codes.finding:
        _check_finding_conflicts(folder, row, terminology)


def with_site_codes(files: ContentFiles, codes: SiteCodesFile) -> ContentFiles:
    """Return the content's files with the site's codes added."""
    terms = files.terminology
    findings = {
        name: table.model_copy(update={"codes": [*table.codes, *_finding_code_rows(name, codes)]})
        for name, table in terms.findings.items()
    }
    studies = []
    for study in terms.imaging.study:
        added = [_to_code_row(row) for row in codes.study if row.study == study.label]
        studies.append(study.model_copy(update={"codes": [*study.codes, *added]}))
    body_sites = []
    for body_site in terms.body_sites.site:
        added = [_to_code_row(row) for row in codes.body_site if row.body_site == body_site.id]
        body_sites.append(body_site.model_copy(update={"codes": [*body_site.codes, *added]}))
    return replace(
        files,
        terminology=TerminologyFiles(
            systems={**terms.systems, **codes.system},
            findings=findings,
            body_sites=terms.body_sites.model_copy(update={"site": body_sites}),
            imaging=terms.imaging.model_copy(update={"study": studies}),
            values=terms.values,
        ),
    )


def _finding_code_rows(name: str, codes: SiteCodesFile) -> Iterator[FindingCodeRow]:
    for row in codes.finding:
        if row.finding == name:
            table = row.model_dump(by_alias=True, exclude={"finding", "besides", "why"})
            yield FindingCodeRow.model_validate({**table, "checked": CHECKED_BY_SITE})


def _to_code_row(row: BareCode) -> CodeRow:
    return CodeRow(system=row.system, code=row.code, side=row.side, checked=CHECKED_BY_SITE)


def _keyed_rows(codes: SiteCodesFile) -> Iterator[tuple[str, BareCode]]:
    yield from ((f"finding.{row.finding}", row) for row in codes.finding)
    yield from ((f"study.{row.study}", row) for row in codes.study)
    yield from ((f"body_site.{row.body_site}", row) for row in codes.body_site)


def _expand_codes(row: BareCode) -> list[Code]:
    return [Code(row.system, code) for code, _ in expand_side_digit(row.code, Side.UNSTATED)]


def _check_systems(
    folder: ContentFolder, codes: SiteCodesFile, terminology: Terminology, files: TerminologyFiles
) -> None:
    used = {row.system for _, row in _keyed_rows(codes)}
    for name, table in codes.system.items():
        key = f"system.{name}"
        if name in files.systems:
            folder.add_problem(CODES_FILE, key, "is already the name of a code system of the content")
        if name not in used:
            folder.add_problem(CODES_FILE, key, "is used by no code")
        for uri in (table.uri, *table.aliases):
            if uri in terminology.system_by_uri:
                folder.add_problem(
                    CODES_FILE, key, f"{uri} is already the content's {terminology.system_by_uri[uri]}: use that name"
                )


def _check_targets(folder: ContentFolder, codes: SiteCodesFile, files: TerminologyFiles) -> None:
    findings = list(files.findings)
    studies = [study.label for study in files.imaging.study]
    body_sites = [body_site.id for body_site in files.body_sites.site]
    for kind, names, known in (
        ("finding", [row.finding for row in codes.finding], findings),
        ("finding", [name for row in codes.finding for name in row.besides], findings),
        ("study", [row.study for row in codes.study], studies),
        ("body site", [row.body_site for row in codes.body_site], body_sites),
    ):
        for name in names:
            if name not in known:
                folder.add_problem(
                    CODES_FILE, kind.replace(" ", "_"), f"no {kind} is called {name}{did_you_mean(name, known)}"
                )


def _check_other_uses(folder: ContentFolder, key: str, row: BareCode, code: Code, terminology: Terminology) -> None:
    """Note a code that already means something of another kind; for findings see `_check_finding_conflicts`."""
    uses: list[tuple[str, bool]] = [
        ("imaging", code in terminology.studies),
        ("a body site", code in terminology.body_sites),
        ("a side", code in terminology.laterality),
        (
            "an answer",
            code in terminology.present | terminology.absent
            or code in terminology.severity
            or code in terminology.questions,
        ),
    ]
    if not isinstance(row, SiteFindingCode):
        uses.append((_join_names(_findings_of(code, terminology)), bool(_findings_of(code, terminology))))
    for use, is_taken in uses:
        if is_taken:
            folder.add_problem(CODES_FILE, key, f"{code.system} {code.code} already stands for {use}")


def _check_finding_conflicts(folder: ContentFolder, row: SiteFindingCode, terminology: Terminology) -> None:
    key = f"finding.{row.finding}"
    if row.prefix and row.system != ICD10CM:
        folder.add_problem(
            CODES_FILE,
            key,
            f'"prefix" is only for {ICD10CM}: no other code shows by its form which codes are below it',
        )
    findings_by_code = {
        code: _findings_of(code, terminology)
        for code in [*_expand_codes(row), *(_codes_below(row, terminology) if row.prefix else ())]
    }
    for code, findings in findings_by_code.items():
        conflict = f"{code.system} {code.code} already stands for"
        if row.finding in findings:
            folder.add_problem(CODES_FILE, key, f"{conflict} {row.finding}")
        elif undeclared := findings - set(row.besides):
            besides = ", ".join(f'"{name}"' for name in sorted(undeclared))
            folder.add_problem(
                CODES_FILE,
                key,
                f"{conflict} {_join_names(undeclared)}; if the code means both, add besides = [{besides}]",
            )
    for name in sorted(set(row.besides) - set().union(*findings_by_code.values())):
        folder.add_problem(CODES_FILE, key, f"besides: {row.system} {row.code} does not stand for {name}")


def _codes_below(row: SiteFindingCode, terminology: Terminology) -> list[Code]:
    """Return the content's codes below a prefix, except those that the row excepts."""
    excepted = tuple(row.excepted) or ("\0",)
    return [
        code
        for code in (*terminology.findings, *terminology.finding_prefixes)
        if code.system == row.system and code.code.startswith(row.code) and not code.code.startswith(excepted)
    ]


def _findings_of(code: Code, terminology: Terminology) -> set[str]:
    return {meaning.finding for meaning in terminology.find_meanings(code)}


def _join_names(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
