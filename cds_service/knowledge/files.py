"""The content files, each in its checked shape, before names are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.knowledge.narrative import NarrativeFiles
from cds_service.knowledge.schema.about import AboutFile
from cds_service.knowledge.schema.conditions import GroupEntry
from cds_service.knowledge.schema.evidence import AskingFile, CaveatTable, EvidenceTable
from cds_service.knowledge.schema.rules import PatternsFile, PolicyFile, RatingsFile, RuleFile
from cds_service.knowledge.schema.site import SiteLimitsFile
from cds_service.knowledge.schema.wording import LabelsFile, OfferTable, OrderTable, OverrideTable
from cds_service.knowledge.terminology import TermFiles


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
    limits: SiteLimitsFile
    about: AboutFile
