"""Value sets: one for each finding, one for each kind of imaging. Codes alone: none of the terminologies' words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cds_service.export.icd10cm import code_patterns, select_codes
from cds_service.export.metadata import Resource, build_metadata, with_copyright
from cds_service.knowledge import Knowledge
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.terminology import FINDING_SYSTEM

ICD10CM = "icd10cm"  # the one system of which whole branches are meant


def build_value_sets(knowledge: Knowledge, release: Sequence[str]) -> Iterator[Resource]:
    """Every value set. `icd10cm` are the codes of a release, to list what is meant; without them it is filtered for."""
    own = knowledge.terminology.uri_by_system[FINDING_SYSTEM]
    edition = knowledge.content.edition
    for finding in knowledge.content.findings.values():
        said = f"Codes that stand for {finding.label}."
        head = build_metadata("ValueSet", f"finding-{finding.id}", f"Finding: {finding.label}", said, edition)
        include = [{"system": own, "concept": [{"code": finding.id}]}]
        yield _with_compose(head, knowledge.finding_codes[finding.id], include, knowledge.copyright_notices, release)
    for (region, modality), codes in _codes_by_imaging_kind(knowledge).items():
        title = f"{knowledge.labels.modalities[modality]} of the {knowledge.labels.regions[region]}"
        name = f"imaging-{region}-{modality.lower()}"
        head = build_metadata("ValueSet", name, f"Imaging: {title}", f"Codes that stand for: {title}.", edition)
        yield _with_compose(head, codes, [], knowledge.copyright_notices, release)


def _codes_by_imaging_kind(knowledge: Knowledge) -> dict[tuple[str, str], list[ListedCode]]:
    found: dict[tuple[str, str], list[ListedCode]] = defaultdict(list)
    for study in knowledge.imaging_codes:
        found[study.region, study.modality] += study.codes
    return dict(sorted(found.items()))


def _with_compose(
    metadata: Resource,
    codes: Sequence[ListedCode],
    include: list[dict[str, Any]],
    notices: Mapping[str, str],
    release: Sequence[str],
) -> Resource:
    compose: dict[str, Any] = {"include": include + list(_include_elements(codes, release))}
    if not release and (excluded := list(_exclude_elements(codes))):
        compose["exclude"] = excluded
    of_systems = [notices[row.system_uri] for row in codes if row.system_uri in notices]
    return with_copyright(metadata | {"compose": compose}, of_systems)


def _include_elements(codes: Iterable[ListedCode], release: Sequence[str]) -> Iterator[dict[str, Any]]:
    listed: dict[str, set[str]] = defaultdict(set)
    filtered: dict[str, set[str]] = defaultdict(set)
    for row in codes:
        if row.system_id != ICD10CM or not (row.is_prefix or "?" in row.code):
            listed[row.system_uri].add(row.code)
        elif release:
            listed[row.system_uri].update(select_codes(row, release))
        else:
            filtered[row.system_uri].add(code_patterns(row)[0])
    for uri, found in listed.items():
        if found:
            yield {"system": uri, "concept": [{"code": code} for code in sorted(found)]}
    for uri, wanted in filtered.items():
        yield from ({"system": uri, "filter": [_regex_filter(pattern)]} for pattern in sorted(wanted))


def _exclude_elements(codes: Iterable[ListedCode]) -> Iterator[dict[str, Any]]:
    for row in codes:
        if row.system_id == ICD10CM:
            yield from (
                {"system": row.system_uri, "filter": [_regex_filter(pattern)]} for pattern in code_patterns(row)[1]
            )


def _regex_filter(pattern: str) -> dict[str, str]:
    """A filter of codes by their form (R4, ValueSet.compose.include.filter; the pattern is of the whole code)."""
    return {"property": "code", "op": "regex", "value": pattern}
