"""Loads the content folder: shapes, codes, references, then values. Refuses loudly; there is no lenient mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import RootModel

from cds_service.errors import ContentError, Problem
from cds_service.knowledge.anchors import check_anchors
from cds_service.knowledge.building import Builder
from cds_service.knowledge.edition import read_edition
from cds_service.knowledge.evidence import build_caveats, build_citations, build_discriminators, check_evidence
from cds_service.knowledge.folder import Folder
from cds_service.knowledge.narrative import CUES, FINDINGS, PLACES, WORDS, NarrativeFiles, build_narrative
from cds_service.knowledge.references import check_references
from cds_service.knowledge.rules import build_patterns, build_policy, build_ratings, build_rules
from cds_service.knowledge.schema.conditions import GroupEntry
from cds_service.knowledge.schema.evidence import AskingFile, CaveatTable, EvidenceTable
from cds_service.knowledge.schema.narrative import CuesFile, PhrasesTable, PlaceTable, WordsFile
from cds_service.knowledge.schema.rules import PatternsFile, PolicyFile, RatingsFile, RuleFile
from cds_service.knowledge.schema.terms import BodySitesFile, FindingTable, ImagingFile, SystemTable, ValuesFile
from cds_service.knowledge.schema.wording import LabelsFile, OfferTable, OrderTable, OverrideTable
from cds_service.knowledge.terminology import (
    CheckedCode,
    TermFiles,
    build_terminology,
    check_code,
    check_codes,
    checked_codes,
)
from cds_service.knowledge.wording import (
    LAYOUT,
    build_labels,
    build_offers,
    build_orders,
    build_overrides,
    read_wording,
)
from cds_service.logic.content import Content
from cds_service.logic.narrative import Narrative
from cds_service.logic.terminology import Terminology
from cds_service.logic.vocabulary import FindingDefinition
from cds_service.logic.wording import Labels, OrderTemplate, OverrideReason, Wording


class Group(RootModel[list[str | GroupEntry]]):
    """A group: findings, groups, or entries with filters."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of the content, validated: what the readers, the logic and the rendering each take."""

    content: Content
    terminology: Terminology
    wording: Mapping[str, Wording]
    orders: Mapping[str, OrderTemplate]
    overrides: Mapping[str, OverrideReason]
    labels: Labels
    checked: Mapping[str, tuple[CheckedCode, ...]]
    narrative: Narrative


@dataclass(frozen=True)
class Files:
    """Every content file in its shape."""

    terms: TermFiles
    narrative: NarrativeFiles
    groups: Mapping[str, list[GroupEntry]]
    patterns: PatternsFile
    rules: Mapping[str, RuleFile]
    policy: PolicyFile
    ratings: RatingsFile
    evidence: Mapping[str, EvidenceTable]
    caveats: Mapping[str, CaveatTable]
    asking: AskingFile
    offers: Mapping[str, OfferTable]
    orders: Mapping[str, OrderTable]
    overrides: Mapping[str, OverrideTable]
    labels: LabelsFile


def load(root: Path) -> Knowledge:
    """Load the content at `root`.

    Raises:
        ContentError: with every problem found, each with file and key.
    """
    if not root.is_dir():
        raise ContentError([Problem(str(root), "", "is not a folder")])
    folder = Folder(root)
    edition = read_edition(folder)
    wording = read_wording(folder)
    layout = folder.text(LAYOUT)
    files = read_files(folder)
    folder.stop_on_problems()
    assert files is not None  # noqa: S101 - no problems means every file has its shape
    assert edition is not None  # noqa: S101 - as above
    check_codes(folder, files.terms)
    for name, table in files.orders.items():
        for row in table.codes:
            check_code(folder, "orders.toml", name, row, files.terms.systems)
    knowledge = _build(folder, files, edition, wording, build_labels(files.labels, layout))
    folder.stop_on_problems()
    assert knowledge is not None  # noqa: S101 - as above
    return knowledge


def read_files(folder: Folder) -> Files | None:
    """Every file in its shape; None, with the problems noted, when one is not."""
    shapes: dict[str, Any] = {
        "groups": {name: _entries(group) for name, group in folder.tables("groups.toml", Group).items()},
        "patterns": folder.file("patterns.toml", PatternsFile),
        "rules": {name: folder.file(name, RuleFile) for name in folder.names("rules/*.toml")},
        "policy": folder.file("policy.toml", PolicyFile),
        "ratings": folder.file("ratings.toml", RatingsFile),
        "evidence": folder.tables("evidence/*.toml", EvidenceTable),
        "caveats": folder.tables("caveats.toml", CaveatTable),
        "asking": folder.file("asking.toml", AskingFile),
        "offers": folder.tables("offers.toml", OfferTable),
        "orders": folder.tables("orders.toml", OrderTable),
        "overrides": folder.tables("overrides.toml", OverrideTable),
        "labels": folder.file("labels.toml", LabelsFile),
    }
    terms: dict[str, Any] = {
        "systems": folder.tables("systems.toml", SystemTable),
        "findings": folder.tables("findings/*.toml", FindingTable),
        "sites": folder.file("body-sites.toml", BodySitesFile),
        "imaging": folder.file("imaging.toml", ImagingFile),
        "values": folder.file("values.toml", ValuesFile),
    }
    told: dict[str, Any] = {
        "findings": folder.tables(FINDINGS, PhrasesTable),
        "places": folder.tables(PLACES, PlaceTable),
        "cues": folder.file(CUES, CuesFile),
        "words": folder.file(WORDS, WordsFile),
    }
    if folder.problems:
        return None
    return Files(terms=TermFiles(**terms), narrative=NarrativeFiles(**told), **shapes)


def _entries(group: Group) -> list[GroupEntry]:
    return [GroupEntry(id=entry) if isinstance(entry, str) else entry for entry in group.root]


def _build(
    folder: Folder, files: Files, edition: Any, wording: Mapping[str, Wording], labels: Labels
) -> Knowledge | None:
    findings = files.terms.findings
    builder = Builder(frozenset(findings), dict(files.groups))
    patterns = build_patterns(folder, files.patterns, builder)
    check_evidence(folder, files.evidence, findings)
    caveats = build_caveats(folder, files.caveats, files.evidence, builder)
    discriminators = build_discriminators(folder, files.evidence, files.asking, findings, builder)
    rules = build_rules(folder, files.rules, builder, findings, caveats)
    policy = build_policy(folder, files.policy, files.patterns, builder, frozenset(rule.id for rule in rules))
    orders = build_orders(files.orders)
    offers = build_offers(folder, files.offers, orders, builder)
    citations = build_citations(files.evidence)
    ratings = build_ratings(folder, files.ratings, builder, citations)
    overrides = build_overrides(files.overrides)
    check_references(folder, files, rules, wording, builder)
    check_anchors(folder, rules, patterns, offers.values(), policy, ratings)
    narrative = build_narrative(folder, files.narrative, findings)
    if policy is None or folder.problems:
        return None
    groups = {name: builder.group(name) for name in files.groups}
    definitions = {name: _definition(name, table) for name, table in findings.items()}
    content = Content(
        edition,
        definitions,
        patterns,
        rules,
        offers,
        citations,
        policy,
        groups,
        ratings,
        discriminators,
        caveats,
    )
    return Knowledge(
        content,
        build_terminology(files.terms),
        wording,
        orders,
        overrides,
        labels,
        checked_codes(files.terms),
        narrative,
    )


def _definition(name: str, table: FindingTable) -> FindingDefinition:
    window = None if table.window == "never" else table.window
    return FindingDefinition(name, table.label, table.ask, table.kind, window, tuple(table.sites))
