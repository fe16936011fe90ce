"""The content files as validated models, before the names in them are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.knowledge.content_folder import ContentFolder, M
from cds_service.knowledge.schema.about import AboutFile
from cds_service.knowledge.schema.conditions import GroupEntry, GroupTable, NamedCondition
from cds_service.knowledge.schema.cues import CuesFile
from cds_service.knowledge.schema.evidence import AskingFile, CaveatTable, EvidenceTable
from cds_service.knowledge.schema.figure import FigureFile
from cds_service.knowledge.schema.narrative import (
    FrameFile,
    PhrasesTable,
    PlaceTable,
    SectionTable,
    TimeFile,
    WordsFile,
)
from cds_service.knowledge.schema.overlay import SiteLimitsFile
from cds_service.knowledge.schema.overlay_upgrade import UpgradeFile
from cds_service.knowledge.schema.questionnaire import QuestionnairesFile
from cds_service.knowledge.schema.rules import PatternsFile, PolicyFile, RatingsFile, RuleFile
from cds_service.knowledge.schema.screen import LanguageFile, SafetyScreenFile
from cds_service.knowledge.schema.terminology import (
    BodySitesFile,
    CodeSystemTable,
    FindingTable,
    ImagingFile,
    ValuesFile,
)
from cds_service.knowledge.schema.wording import (
    LabelsFile,
    OfferTable,
    OrderTemplateTable,
    OverrideReasonTable,
    SafetyFlagsFile,
)

NARRATIVE_FINDINGS = "narrative/findings/*.toml"
NARRATIVE_PLACES = "narrative/places.toml"
NARRATIVE_FRAMES = "narrative/frames/*.toml"
NARRATIVE_TIME = "narrative/time.toml"
NARRATIVE_SECTIONS = "narrative/sections.toml"
NARRATIVE_CUES = "narrative/cues.toml"
NARRATIVE_WORDS = "narrative/words.toml"
SCREEN_FILE = "safety-screen.toml"
OWN_WORDS_FILE = "language/english.txt"
CLINICAL_WORDS_FILE = "language/clinical.txt"
LANGUAGE_FILE = "language/others.toml"
QUESTIONNAIRE_FILE = "questionnaire.toml"
OVERLAY_UPGRADE = "overlay-upgrade.toml"
FIGURE_FILE = "figure.toml"


@dataclass(frozen=True)
class TerminologyFiles:
    """The terminology files."""

    systems: Mapping[str, CodeSystemTable]
    findings: Mapping[str, FindingTable]
    body_sites: BodySitesFile
    imaging: ImagingFile
    values: ValuesFile


@dataclass(frozen=True)
class NarrativeFiles:
    """The narrative files."""

    findings: Mapping[str, PhrasesTable]
    places: Mapping[str, PlaceTable]
    cues: CuesFile
    words: WordsFile
    frames: Mapping[str, FrameFile]
    time: TimeFile
    sections: Mapping[str, SectionTable]


@dataclass(frozen=True)
class ContentFiles:
    """Every content file.

    `overlay_upgrade` may be missing: then no overlay of an earlier major version is applied. `figure` is missing in
    content 1.0.0.
    """

    terminology: TerminologyFiles
    narrative: NarrativeFiles
    groups: Mapping[str, list[GroupEntry]]
    conditions: Mapping[str, NamedCondition]
    patterns: PatternsFile
    rules: Mapping[str, RuleFile]
    policy: PolicyFile
    ratings: RatingsFile
    evidence: Mapping[str, EvidenceTable]
    caveats: Mapping[str, CaveatTable]
    asking: AskingFile
    offers: Mapping[str, OfferTable]
    orders: Mapping[str, OrderTemplateTable]
    overrides: Mapping[str, OverrideReasonTable]
    labels: LabelsFile
    safety_flags: SafetyFlagsFile
    site_limits: SiteLimitsFile
    about: AboutFile
    questionnaires: QuestionnairesFile
    screen: SafetyScreenFile
    language: LanguageFile
    own_words: str
    clinical_words: str
    overlay_upgrade: UpgradeFile | None
    figure: FigureFile | None


def load_content_files(folder: ContentFolder) -> ContentFiles | None:
    """Load every content file; return None, with the problems noted, when any of them is invalid."""
    terminology = _load_terminology(folder)
    narrative: dict[str, Any] = {
        "findings": folder.load_tables(NARRATIVE_FINDINGS, PhrasesTable),
        "places": folder.load_tables(NARRATIVE_PLACES, PlaceTable),
        "cues": folder.load_file(NARRATIVE_CUES, CuesFile),
        "words": folder.load_file(NARRATIVE_WORDS, WordsFile),
        "frames": {name: folder.load_file(name, FrameFile) for name in folder.list_files(NARRATIVE_FRAMES)},
        "time": folder.load_file(NARRATIVE_TIME, TimeFile),
        "sections": folder.load_tables(NARRATIVE_SECTIONS, SectionTable),
    }
    others: dict[str, Any] = {
        "groups": _load_groups(folder),
        "conditions": folder.load_tables("conditions.toml", NamedCondition),
        "patterns": folder.load_file("patterns.toml", PatternsFile),
        "rules": {name: folder.load_file(name, RuleFile) for name in folder.list_files("rules/*.toml")},
        "policy": folder.load_file("policy.toml", PolicyFile),
        "ratings": folder.load_file("ratings.toml", RatingsFile),
        "evidence": folder.load_tables("evidence/*.toml", EvidenceTable),
        "caveats": folder.load_tables("caveats.toml", CaveatTable),
        "asking": folder.load_file("asking.toml", AskingFile),
        "offers": folder.load_tables("offers.toml", OfferTable),
        "orders": folder.load_tables("orders.toml", OrderTemplateTable),
        "overrides": folder.load_tables("overrides.toml", OverrideReasonTable),
        "safety_flags": folder.load_file("safety-flags.toml", SafetyFlagsFile),
        "labels": folder.load_file("labels.toml", LabelsFile),
        "about": folder.load_file("about.toml", AboutFile),
        "questionnaires": folder.load_file(QUESTIONNAIRE_FILE, QuestionnairesFile),
        "screen": folder.load_file(SCREEN_FILE, SafetyScreenFile),
        "own_words": folder.load_text(OWN_WORDS_FILE),
        "clinical_words": folder.load_text(CLINICAL_WORDS_FILE),
        "language": folder.load_file(LANGUAGE_FILE, LanguageFile),
        "site_limits": folder.load_file("site-limits.toml", SiteLimitsFile),
        "overlay_upgrade": _load_optional(folder, OVERLAY_UPGRADE, UpgradeFile),
        "figure": _load_optional(folder, FIGURE_FILE, FigureFile),
    }
    if folder.problems:
        return None
    return ContentFiles(terminology=TerminologyFiles(**terminology), narrative=NarrativeFiles(**narrative), **others)


def _load_groups(folder: ContentFolder) -> dict[str, list[GroupEntry]]:
    return {
        name: [GroupEntry(id=entry) if isinstance(entry, str) else entry for entry in group.root]
        for name, group in folder.load_tables("groups.toml", GroupTable).items()
    }


def _load_terminology(folder: ContentFolder) -> dict[str, Any]:
    return {
        "systems": folder.load_tables("systems.toml", CodeSystemTable),
        "findings": folder.load_tables("findings/*.toml", FindingTable),
        "body_sites": folder.load_file("body-sites.toml", BodySitesFile),
        "imaging": folder.load_file("imaging.toml", ImagingFile),
        "values": folder.load_file("values.toml", ValuesFile),
    }


def _load_optional(folder: ContentFolder, name: str, model: type[M]) -> M | None:
    return folder.load_file(name, model) if (folder.root / name).exists() else None
