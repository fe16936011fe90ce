"""The content loader: it checks files, codes and references, then builds values. There is no lenient mode."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cds_service.errors import ContentError, Problem
from cds_service.knowledge.about import build_about
from cds_service.knowledge.advisories import find_advisories, list_advisory_problems, load_advisories
from cds_service.knowledge.condition_builder import ConditionBuilder
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.date_anchors import check_date_anchors
from cds_service.knowledge.edition import load_edition
from cds_service.knowledge.evidence import (
    build_caveats,
    build_citations,
    build_discriminators,
    check_evidence,
    check_evidence_lines,
)
from cds_service.knowledge.figure import build_legend
from cds_service.knowledge.files import ContentFiles, load_content_files
from cds_service.knowledge.glossary import Glossary, build_glossary
from cds_service.knowledge.narrative import build_narrative
from cds_service.knowledge.overlay.changes import describe_changes
from cds_service.knowledge.overlay.files import load_overlay, open_overlay_folder
from cds_service.knowledge.overlay.overlaid_content import apply_overlay, with_site_rules_and_links
from cds_service.knowledge.overlay.site_limits import check_site_limits
from cds_service.knowledge.questionnaires import build_questionnaires, check_questionnaires
from cds_service.knowledge.references import check_references
from cds_service.knowledge.restraint import RestraintBuilder
from cds_service.knowledge.rules import build_patterns, build_policy, build_ratings, build_rules
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.knowledge.screen import build_language, build_screen, build_screen_groups, check_screen
from cds_service.knowledge.terminology import (
    ListedCode,
    ListedStudy,
    build_terminology,
    check_code,
    check_codes,
    collect_copyright_notices,
    list_finding_codes,
    list_imaging_codes,
)
from cds_service.knowledge.wording import (
    LAYOUT_FILE,
    build_labels,
    build_offers,
    build_order_templates,
    build_override_bases,
    build_override_reasons,
    build_safety_flags,
    load_wording,
)
from cds_service.model.about import AboutTexts
from cds_service.model.advisories import Advisory
from cds_service.model.content import Content
from cds_service.model.edition import Edition
from cds_service.model.figure import LegendLine
from cds_service.model.screen import SafetyScreen
from cds_service.model.terminology import Terminology
from cds_service.model.vocabulary import FindingDefinition
from cds_service.model.wording import Labels, OrderTemplate, OverrideReason, Wording
from cds_service.narrative.words.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of the content, validated, for the chart readers, the logic and the rendering.

    `legend`: the words beside the figure of a body.
    `site_changes`: sentences that say what the site's overlay changes; empty without an overlay.
    `advisories`: the safety notices that list this content, or the content that its overlay was written for.
    """

    content: Content
    terminology: Terminology
    wording: Mapping[str, Wording]
    order_templates: Mapping[str, OrderTemplate]
    override_reasons: Mapping[str, OverrideReason]
    labels: Labels
    finding_codes: Mapping[str, tuple[ListedCode, ...]]
    narrative: Lexicon
    imaging_codes: tuple[ListedStudy, ...]
    copyright_notices: Mapping[str, str]
    about: AboutTexts
    glossary: Glossary
    screen: SafetyScreen
    legend: tuple[LegendLine, ...] = ()
    site_changes: tuple[str, ...] = ()
    advisories: tuple[Advisory, ...] = ()


@dataclass(frozen=True)
class UnresolvedContent:
    """The contents of a content folder before the names in it are resolved."""

    files: ContentFiles
    edition: Edition
    wording: Mapping[str, Wording]
    layout: str


def load_knowledge(root: Path, site: Path | None = None) -> Knowledge:
    """Load the content at `root` and apply the overlay at `site`, if there is one.

    Raises:
        ContentError: with the file and key of every problem. The overlay is checked once the content has none. If a
            safety notice lists the content or the version that the overlay is for, that is a problem of its own.
    """
    try:
        return _load_knowledge(root, site)
    except ContentError as error:
        raise ContentError([*error.problems, *list_advisory_problems(root, site)]) from None


def _load_knowledge(root: Path, site: Path | None) -> Knowledge:
    folder, unresolved = _load_unresolved(root)
    shipped = _build_knowledge(folder, unresolved)
    advisories = load_advisories()
    if site is None:
        return replace(shipped, advisories=find_advisories(advisories, root, unresolved.edition))
    overlay_folder = open_overlay_folder(site)
    overlay = load_overlay(overlay_folder)
    overlaid = apply_overlay(overlay_folder, overlay, unresolved.files, unresolved.edition, shipped.terminology)
    knowledge = _build_knowledge(folder, replace(unresolved, files=overlaid.files, edition=overlaid.edition))
    return replace(
        knowledge,
        content=with_site_rules_and_links(knowledge.content, overlay),
        site_changes=(*overlaid.version_notes, *describe_changes(overlay)),
        advisories=find_advisories(advisories, root, unresolved.edition, overlay.about.for_content),
    )


def _load_unresolved(root: Path) -> tuple[ContentFolder, UnresolvedContent]:
    if not root.is_dir():
        raise ContentError([Problem(str(root), "", "is not a folder")])
    folder = ContentFolder(root)
    edition = load_edition(folder)
    wording = load_wording(folder)
    layout = folder.load_text(LAYOUT_FILE)
    files = load_content_files(folder)
    folder.raise_problems()
    assert files is not None  # noqa: S101 - without problems every file is valid
    assert edition is not None  # noqa: S101 - as above
    check_codes(folder, files.terminology)
    for name, table in files.orders.items():
        for row in table.codes:
            check_code(folder, "orders.toml", name, row, files.terminology.systems)
    return folder, UnresolvedContent(files, edition, wording, layout)


def _build_knowledge(folder: ContentFolder, unresolved: UnresolvedContent) -> Knowledge:
    """Resolve every name. The problems raised include those that `_load_unresolved` noted."""
    files = unresolved.files
    orders = build_order_templates(files.orders)
    content = _build_content(folder, unresolved, orders)
    narrative = build_narrative(folder, files.narrative, files.terminology.findings)
    check_site_limits(folder, files)
    legend = build_legend(folder, files.figure, files.evidence)
    check_questionnaires(folder, files.questionnaires, files.terminology.findings)
    folder.raise_problems()
    assert content is not None  # noqa: S101 - as above
    language = build_language(files.own_words, files.clinical_words, files.language)
    screen = build_screen(files.screen, language)
    return Knowledge(
        content=content,
        terminology=replace(
            build_terminology(files.terminology),
            screened_tests=screen.tests,
            questionnaires=build_questionnaires(files.questionnaires),
        ),
        wording=unresolved.wording,
        order_templates=orders,
        override_reasons=build_override_reasons(files.overrides),
        labels=build_labels(files.labels, unresolved.layout),
        finding_codes=list_finding_codes(files.terminology),
        imaging_codes=list_imaging_codes(files.terminology),
        copyright_notices=collect_copyright_notices(files.terminology),
        about=build_about(files.about),
        glossary=build_glossary(files, content),
        narrative=narrative,
        screen=screen,
        legend=legend,
    )


def _build_content(
    folder: ContentFolder, unresolved: UnresolvedContent, orders: Mapping[str, OrderTemplate]
) -> Content | None:
    """Build what the logic judges by; return None when there are problems, which are noted."""
    files = unresolved.files
    findings = files.terminology.findings
    screen_groups = build_screen_groups(files.screen)
    builder = ConditionBuilder(frozenset(findings), files.groups, files.conditions, screen_groups)
    rule_ids = frozenset(file.id for file in files.rules.values())
    restraint = RestraintBuilder(frozenset(files.policy.restraint.received), tuple(screen_groups.values()), rule_ids)
    patterns = build_patterns(folder, files.patterns, builder)
    check_evidence(folder, files.evidence, findings)
    check_evidence_lines(folder, unresolved.wording, files.evidence)
    caveats = build_caveats(folder, files.caveats, files.evidence, builder)
    discriminators = build_discriminators(folder, files.evidence, files.asking, findings, builder)
    rules = build_rules(folder, files.rules, builder, findings, caveats, restraint)
    known = frozenset(rule.id for rule in rules)
    policy = build_policy(folder, files.policy, files.patterns, builder, known, findings)
    offers = build_offers(folder, files.offers, orders, builder)
    citations = build_citations(files.evidence)
    ratings = build_ratings(folder, files.ratings, builder, citations, restraint)
    override_bases = build_override_bases(folder, files.overrides, builder)
    safety_flags = build_safety_flags(folder, files.safety_flags, builder)
    check_references(folder, files, rules, unresolved.wording, builder)
    check_screen(folder, files.screen, findings, {rule.id for rule in rules})
    check_date_anchors(folder, rules, patterns, offers.values(), policy, ratings)
    if policy is None or folder.problems:
        return None
    groups = {name: builder.build_group(name) for name in files.groups}
    return Content(
        unresolved.edition,
        _define_findings(findings),
        *(patterns, rules, offers, citations, policy, groups, ratings, discriminators, caveats),
        override_bases=override_bases,
        screen_groups=screen_groups,
        safety_flags=safety_flags,
    )


def _define_findings(tables: Mapping[str, FindingTable]) -> dict[str, FindingDefinition]:
    return {
        name: FindingDefinition(
            id=name,
            label=table.label,
            kind=table.kind,
            window_days=table.window if isinstance(table.window, int) else None,
            stays=table.window == "never",
            is_imaged=table.imaged,
        )
        for name, table in tables.items()
    }
