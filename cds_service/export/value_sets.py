"""Value sets, one for each finding and each kind of imaging. They list codes only, no text of the terminologies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cds_service.export.icd10cm import code_patterns, select_codes
from cds_service.export.metadata import Resource, build_metadata
from cds_service.knowledge import Knowledge
from cds_service.knowledge.code_formats import ICD10CM
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.terminology import FINDING_SYSTEM


def build_value_sets(knowledge: Knowledge, release: Sequence[str]) -> Iterator[Resource]:
    """Build every value set. ICD-10-CM branches list the codes of `release`; without a release they are filters."""
    finding_uri = knowledge.terminology.uri_by_system[FINDING_SYSTEM]
    edition, notices = knowledge.content.edition, knowledge.copyright_notices
    for finding in knowledge.content.findings.values():
        title, description = f"Finding: {finding.label}", f"Codes that stand for {finding.label}."
        metadata = build_metadata("ValueSet", f"finding-{finding.id}", title, description, edition)
        include = [{"system": finding_uri, "concept": [{"code": finding.id}]}]
        yield _with_compose(metadata, knowledge.finding_codes[finding.id], include, notices, release)
    for (region, modality), codes in _codes_by_imaging_kind(knowledge).items():
        title = f"{knowledge.labels.modalities[modality]} of the {knowledge.labels.regions[region]}"
        name = f"imaging-{region}-{modality.lower()}"
        metadata = build_metadata("ValueSet", name, f"Imaging: {title}", f"Codes that stand for: {title}.", edition)
        yield _with_compose(metadata, codes, [], notices, release)


def _codes_by_imaging_kind(knowledge: Knowledge) -> dict[tuple[str, str], list[ListedCode]]:
    codes: dict[tuple[str, str], list[ListedCode]] = defaultdict(list)
    for study in knowledge.imaging_codes:
        codes[study.region, study.modality] += study.codes
    return dict(sorted(codes.items()))


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
    copyright_notices = dict.fromkeys(notices[row.system_uri] for row in codes if row.system_uri in notices)
    copyright_element = {"copyright": "\n\n".join(copyright_notices)} if copyright_notices else {}
    return metadata | {"compose": compose} | copyright_element


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
    for uri, members in listed.items():
        if members:
            yield {"system": uri, "concept": [{"code": code} for code in sorted(members)]}
    for uri, patterns in filtered.items():
        yield from ({"system": uri, "filter": [_regex_filter(pattern)]} for pattern in sorted(patterns))


def _exclude_elements(codes: Iterable[ListedCode]) -> Iterator[dict[str, Any]]:
    for row in codes:
        if row.system_id == ICD10CM:
            yield from (
                {"system": row.system_uri, "filter": [_regex_filter(pattern)]} for pattern in code_patterns(row)[1]
            )


def _regex_filter(pattern: str) -> dict[str, str]:
    """Build a filter on the whole code (R4, ValueSet.compose.include.filter)."""
    return {"property": "code", "op": "regex", "value": pattern}
