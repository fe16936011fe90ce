"""The content as the logic sees it: patterns, rules, advice, offers, policy. Frozen values that `knowledge` builds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cds_service.model.conditions import ALWAYS, Block, ImagingSpec, Leaf
from cds_service.model.edition import Edition
from cds_service.model.vocabulary import Citation, Vocabulary

LEVELS = ("critical", "warning", "info")  # CDS Hooks 2.0, Card.indicator, most urgent first


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way in which documented pain points to one region; judged for each side (clinical design §4)."""

    id: str
    region: str
    label: str
    block: Block


@dataclass(frozen=True, slots=True)
class Ask:
    """A finding, or one of its qualifiers, whose absence from the record a card may name."""

    finding: str
    qualifier: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Discriminator:
    """A finding that tells hip from spine by published figures, and how well.

    `weight`: the greater of |ln LR+| and |ln LR-|, capped. `towards`: the region its presence points to. `same`: what
    measures the same thing. `block`: the patients whom the figures are about. `basis`: the figures, as may be shown.
    """

    ask: Ask
    weight: float
    towards: str
    basis: str
    same_measure: frozenset[Ask] = frozenset()
    block: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Caveat:
    """What published evidence says against, or does not say for, a statement of the article; shown when it holds."""

    id: str
    article: str
    says: str
    sources: tuple[str, ...]
    block: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence a card adds when its block holds."""

    text: str
    block: Block


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule says when its block holds: level, the card's wording, what it offers. The first that holds counts.

    `select`: how many of its offers may be accepted, "at-most-one" or "any" (CDS Hooks 2.0, Card.selectionBehavior).
    `cites`: its own sources, in place of the rule's.
    """

    level: str
    card: str
    offers: tuple[str, ...]
    block: Block = ALWAYS
    hooks: frozenset[str] | None = None
    select: str = "at-most-one"
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """The static code under which clients remember a card's subject (CDS Hooks 2.0, Source.topic)."""

    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of clinical design §5. `number` ranks it within its level; `about` is "order" or "patient".

    `asks` come first on its card; `asks_towards`: findings that point to these regions follow, by published figures.
    """

    id: str
    number: int
    title: str
    topic: Topic
    about: str
    hooks: frozenset[str]
    purpose: str
    use: str
    misuse: str
    order: ImagingSpec | None
    block: Block
    advice: tuple[Advice, ...]
    asks: tuple[Ask, ...]
    discriminator_regions: frozenset[str]
    notes: tuple[Note, ...]
    cites: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    overrides: tuple[str, ...]
    depends_on: frozenset[str]  # rules that must be judged first


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion: orders it creates (templates), whether it deletes the judged order, or changes its side.

    `changes_side`: "opposite", or "body-site" to make the body site agree with the code.
    `withheld`: not offered when this block holds. `hooks`: offered on these alone.
    """

    id: str
    label: str
    creates: tuple[str, ...] = ()
    modalities: frozenset[str] = frozenset()
    deletes_order: bool = False
    changes_side: str | None = None
    is_recommended: bool = False
    hooks: frozenset[str] | None = None
    withheld_when: Block | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Rules that do not speak when the block holds, for a reason that cuts across rules; or that a site has off."""

    id: str
    label: str
    rules: frozenset[str]
    block: Block
    is_from_site: bool = False


@dataclass(frozen=True, slots=True)
class WithheldImaging:
    """Kinds of imaging that no card offers while the block holds."""

    id: str
    label: str
    modalities: frozenset[str]
    block: Block


@dataclass(frozen=True, slots=True)
class RatingCriterion:
    """What published criteria say of an order when the block holds: "appropriate" or "not-appropriate".

    `criteria`: the source's address, if it has one.
    """

    id: str
    rating: str
    order: ImagingSpec
    block: Block
    criteria_url: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What cuts across rules: silences, the pains whose onset counts, limits on cards. Windows are days."""

    silences: tuple[Silence, ...]
    withheld_imaging: tuple[WithheldImaging, ...]
    duration_of: tuple[Leaf, ...]
    undetermined: Block
    judged_regions: frozenset[str]
    rules_without_judged_order: frozenset[str]
    recent_request: int
    onset_not_recorded: int
    cards_per_call: int
    cards_per_order: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a site puts on cards; absolute, the same for every patient (CDS Hooks 2.0, "Link")."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the logic judges by. `rules` stand in an order in which each comes after those it refers to.

    `discriminators` stand by their weight, greatest first. `links`: those of the site, by rule.
    """

    edition: Edition
    findings: Vocabulary
    patterns: tuple[Pattern, ...]
    rules: tuple[Rule, ...]
    offers: Mapping[str, Offer]
    citations: Mapping[str, Citation]
    policy: Policy
    groups: Mapping[str, tuple[Leaf, ...]]
    ratings: tuple[RatingCriterion, ...] = ()
    discriminators: tuple[Discriminator, ...] = ()
    caveats: Mapping[str, Caveat] = field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
