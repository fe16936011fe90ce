"""Loads the content folder: shapes, codes, references, then values. Refuses loudly; there is no lenient mode."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import RootModel

from cds_service.errors import ContentError, Problem
from cds_service.knowledge.about import build_about
from cds_service.knowledge.anchors import check_anchors
from cds_service.knowledge.building import Builder
from cds_service.knowledge.edition import read_edition
from cds_service.knowledge.evidence import build_caveats, build_citations, build_discriminators, check_evidence
from cds_service.knowledge.files import Files
from cds_service.knowledge.folder import Folder
from cds_service.knowledge.narrative import CUES, FINDINGS, PLACES, WORDS, NarrativeFiles, build_narrative
from cds_service.knowledge.references import check_references
from cds_service.knowledge.rules import build_patterns, build_policy, build_ratings, build_rules
from cds_service.knowledge.schema.about import AboutFile
from cds_service.knowledge.schema.conditions import GroupEntry
from cds_service.knowledge.schema.evidence import AskingFile, CaveatTable, EvidenceTable
from cds_service.knowledge.schema.narrative import CuesFile, PhrasesTable, PlaceTable, WordsFile
from cds_service.knowledge.schema.rules import PatternsFile, PolicyFile, RatingsFile, RuleFile
from cds_service.knowledge.schema.site import SiteLimitsFile
from cds_service.knowledge.schema.terms import BodySitesFile, FindingTable, ImagingFile, SystemTable, ValuesFile
from cds_service.knowledge.schema.wording import LabelsFile, OfferTable, OrderTable, OverrideTable
from cds_service.knowledge.site.applying import as_the_site_has_it, check_limits, lay
from cds_service.knowledge.site.reading import read_overlay, site_folder
from cds_service.knowledge.site.telling import tell
from cds_service.knowledge.terminology import (
    CheckedCode,
    CheckedStudy,
    TermFiles,
    build_terminology,
    check_code,
    check_codes,
    checked_codes,
    checked_studies,
    notices,
)
from cds_service.knowledge.wording import (
    LAYOUT,
    build_labels,
    build_offers,
    build_orders,
    build_overrides,
    read_wording,
)
from cds_service.logic.about import AboutTexts
from cds_service.logic.content import Content, Edition
from cds_service.logic.narrative import Narrative
from cds_service.logic.terminology import Terminology
from cds_service.logic.vocabulary import FindingDefinition
from cds_service.logic.wording import Labels, OrderTemplate, OverrideReason, Wording


class Group(RootModel[list[str | GroupEntry]]):
    """A group: findings, groups, or entries with filters."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of the content, validated: what the readers, the logic and the rendering each take.

    `site_changes`: what the site's overlay changes, in sentences; none without one.
    """

    content: Content
    terminology: Terminology
    wording: Mapping[str, Wording]
    orders: Mapping[str, OrderTemplate]
    overrides: Mapping[str, OverrideReason]
    labels: Labels
    checked: Mapping[str, tuple[CheckedCode, ...]]
    narrative: Narrative
    studies: tuple[CheckedStudy, ...]
    notices: Mapping[str, str]
    about: AboutTexts
    site_changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    """What a content folder holds, before its names are resolved."""

    files: Files
    edition: Edition
    wording: Mapping[str, Wording]
    layout: str


def load(root: Path, site: Path | None = None) -> Knowledge:
    """Load the content at `root`, with the overlay at `site` laid on it.

    Raises:
        ContentError: with every problem found, with file and key; the overlay's once the content has none.
    """
    folder, parts = _read(root)
    shipped = _resolved(folder, parts)
    return shipped if site is None else _with_site(folder, parts, shipped, site)


def _with_site(folder: Folder, parts: Parts, shipped: Knowledge, site: Path) -> Knowledge:
    over = site_folder(site)
    overlay = read_overlay(over)
    laid = lay(over, overlay, parts.files, parts.edition, shipped.terminology)
    knowledge = _resolved(folder, replace(parts, files=laid.files, edition=laid.edition))
    return replace(knowledge, content=as_the_site_has_it(knowledge.content, overlay), site_changes=tell(overlay))


def _read(root: Path) -> tuple[Folder, Parts]:
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
    return folder, Parts(files, edition, wording, layout)


def _resolved(folder: Folder, parts: Parts) -> Knowledge:
    """The parts with every name resolved; what `_read` noted is told too."""
    files = parts.files
    knowledge = _build(folder, files, parts.edition, parts.wording, build_labels(files.labels, parts.layout))
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
        "about": folder.file("about.toml", AboutFile),
        "limits": folder.file("site-limits.toml", SiteLimitsFile),
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
    folder: Folder, files: Files, edition: Edition, wording: Mapping[str, Wording], labels: Labels
) -> Knowledge | None:
    orders = build_orders(files.orders)
    content = _content(folder, files, edition, wording, orders)
    narrative = build_narrative(folder, files.narrative, files.terms.findings)
    check_limits(folder, files.limits, files.rules, files.groups)
    if content is None or folder.problems:
        return None
    return Knowledge(
        content=content,
        terminology=build_terminology(files.terms),
        wording=wording,
        orders=orders,
        overrides=build_overrides(files.overrides),
        labels=labels,
        checked=checked_codes(files.terms),
        studies=checked_studies(files.terms),
        notices=notices(files.terms),
        about=build_about(files.about),
        narrative=narrative,
    )


def _content(
    folder: Folder,
    files: Files,
    edition: Edition,
    wording: Mapping[str, Wording],
    orders: Mapping[str, OrderTemplate],
) -> Content | None:
    """What the logic judges by; None, with the problems noted, when there is no policy to judge by."""
    findings = files.terms.findings
    builder = Builder(frozenset(findings), dict(files.groups))
    patterns = build_patterns(folder, files.patterns, builder)
    check_evidence(folder, files.evidence, findings)
    caveats = build_caveats(folder, files.caveats, files.evidence, builder)
    discriminators = build_discriminators(folder, files.evidence, files.asking, findings, builder)
    rules = build_rules(folder, files.rules, builder, findings, caveats)
    policy = build_policy(folder, files.policy, files.patterns, builder, frozenset(rule.id for rule in rules))
    offers = build_offers(folder, files.offers, orders, builder)
    citations = build_citations(files.evidence)
    ratings = build_ratings(folder, files.ratings, builder, citations)
    check_references(folder, files, rules, wording, builder)
    check_anchors(folder, rules, patterns, offers.values(), policy, ratings)
    if policy is None or folder.problems:
        return None
    groups = {name: builder.group(name) for name in files.groups}
    definitions = {name: _definition(name, table) for name, table in findings.items()}
    return Content(
        edition, definitions, patterns, rules, offers, citations, policy, groups, ratings, discriminators, caveats
    )


def _definition(name: str, table: FindingTable) -> FindingDefinition:
    window = None if table.window == "never" else table.window
    return FindingDefinition(name, table.label, table.ask, table.kind, window, tuple(table.sites))
