"""Value sets: one for each finding, one for each kind of imaging. Codes alone: none of the terminologies' words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cds_service.export.heading import Resource, heading, with_copyright
from cds_service.export.icd10cm import chosen, patterns
from cds_service.knowledge import Knowledge
from cds_service.knowledge.terminology import CheckedCode
from cds_service.logic.terminology import OWN_FINDINGS

ICD10CM = "icd10cm"  # the one system of which whole branches are meant


def value_sets(knowledge: Knowledge, icd10cm: Sequence[str]) -> Iterator[Resource]:
    """Every value set. `icd10cm` are the codes of a release, to list what is meant; without them it is filtered for."""
    own = knowledge.terminology.uris[OWN_FINDINGS]
    edition = knowledge.content.edition
    for finding in knowledge.content.findings.values():
        said = f"Codes that stand for {finding.label}."
        head = heading("ValueSet", f"finding-{finding.id}", f"Finding: {finding.label}", said, edition)
        include = [{"system": own, "concept": [{"code": finding.id}]}]
        yield _filled(head, knowledge.checked[finding.id], include, knowledge.notices, icd10cm)
    for (region, modality), codes in _imaging(knowledge).items():
        title = f"{knowledge.labels.modalities[modality]} of the {knowledge.labels.regions[region]}"
        name = f"imaging-{region}-{modality.lower()}"
        head = heading("ValueSet", name, f"Imaging: {title}", f"Codes that stand for: {title}.", edition)
        yield _filled(head, codes, [], knowledge.notices, icd10cm)


def _imaging(knowledge: Knowledge) -> dict[tuple[str, str], list[CheckedCode]]:
    found: dict[tuple[str, str], list[CheckedCode]] = defaultdict(list)
    for study in knowledge.studies:
        found[study.region, study.modality] += study.codes
    return dict(sorted(found.items()))


def _filled(
    head: Resource,
    codes: Sequence[CheckedCode],
    include: list[dict[str, Any]],
    notices: Mapping[str, str],
    icd10cm: Sequence[str],
) -> Resource:
    compose: dict[str, Any] = {"include": include + list(_included(codes, icd10cm))}
    if not icd10cm and (excluded := list(_excluded(codes))):
        compose["exclude"] = excluded
    of_systems = [notices[row.uri] for row in codes if row.uri in notices]
    return with_copyright(head | {"compose": compose}, of_systems)


def _included(codes: Iterable[CheckedCode], icd10cm: Sequence[str]) -> Iterator[dict[str, Any]]:
    listed: dict[str, set[str]] = defaultdict(set)
    filtered: dict[str, set[str]] = defaultdict(set)
    for row in codes:
        if row.system_id != ICD10CM or not (row.prefix or "?" in row.code):
            listed[row.uri].add(row.code)
        elif icd10cm:
            listed[row.uri].update(chosen(row, icd10cm))
        else:
            filtered[row.uri].add(patterns(row)[0])
    for uri, found in listed.items():
        if found:
            yield {"system": uri, "concept": [{"code": code} for code in sorted(found)]}
    for uri, wanted in filtered.items():
        yield from ({"system": uri, "filter": [_regex(pattern)]} for pattern in sorted(wanted))


def _excluded(codes: Iterable[CheckedCode]) -> Iterator[dict[str, Any]]:
    for row in codes:
        if row.system_id == ICD10CM:
            yield from ({"system": row.uri, "filter": [_regex(pattern)]} for pattern in patterns(row)[1])


def _regex(pattern: str) -> dict[str, str]:
    """A filter of codes by their form (R4, ValueSet.compose.include.filter; the pattern is of the whole code)."""
    return {"property": "code", "op": "regex", "value": pattern}
