"""The content that the logic evaluates, as frozen values: patterns, rules, advice, offers and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cds_service.model.conditions import ALWAYS, Block, ImagingSpec, Leaf
from cds_service.model.edition import Edition
from cds_service.model.screen import ScreenGroup
from cds_service.model.suppression import SuppressionPolicy
from cds_service.model.vocabulary import Citation, Vocabulary

LEVELS = ("critical", "warning", "info")  # CDS Hooks 2.0, Card.indicator, most urgent first


@dataclass(frozen=True, slots=True)
class Pattern:
    """A combination of findings that points to one region; evaluated for each side (clinical design §4)."""

    id: str
    region: str
    label: str
    block: Block


@dataclass(frozen=True, slots=True)
class Ask:
    """A finding, or one of its qualifiers, that a card may name as not recorded."""

    finding: str
    qualifier: str | None
    label: str


@dataclass(frozen=True, slots=True)
class ConditionalAsk:
    """What a rule asks for where its block holds."""

    ask: Ask
    block: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Discriminator:
    """A finding that distinguishes hip from spine according to published figures, and how well it does so.

    `weight`: the greater of |ln LR+| and |ln LR-|, capped. `towards`: the region that its presence points to.
    `same_measure`: findings that measure the same thing. `block`: the patients to whom the figures apply.
    `basis`: the figures, in a form that may be shown.
    """

    ask: Ask
    weight: float
    towards: str
    basis: str
    same_measure: frozenset[Ask] = frozenset()
    block: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Caveat:
    """Published evidence that limits a statement of the article; shown when its block holds."""

    id: str
    article: str
    says: str
    sources: tuple[str, ...]
    block: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that a card adds when its block holds."""

    text: str
    block: Block


@dataclass(frozen=True, slots=True)
class Advice:
    """One row of a rule's advice: level, card wording and offers. The first row whose block holds applies.

    `select`: how many of its offers may be accepted, "at-most-one" or "any" (CDS Hooks 2.0, Card.selectionBehavior).
    `cites`, `asks`: the row's own, which replace the rule's. `is_restraint`: it advises to wait, cancel, replace or
    not repeat; its block then holds what restraint must earn.
    """

    level: str
    card: str
    offers: tuple[str, ...]
    block: Block = ALWAYS
    hooks: frozenset[str] | None = None
    select: str = "at-most-one"
    cites: tuple[str, ...] = ()
    asks: "tuple[ConditionalAsk, ...] | None" = None
    is_restraint: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """The static code by which clients recognise a card's subject (CDS Hooks 2.0, Source.topic)."""

    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of clinical design §5. `number` ranks it within its level; `about` is "order" or "patient".

    A card lists `asks` first, then findings that point to `discriminator_regions`, ordered by published figures.
    `depends_on`: rules that must be evaluated before this one. `restraint`: what must hold before any of its advice or
    offers may be restraint.
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
    asks: tuple[ConditionalAsk, ...]
    discriminator_regions: frozenset[str]
    notes: tuple[Note, ...]
    cites: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    overrides: tuple[str, ...]
    depends_on: frozenset[str]
    restraint: Block = ALWAYS


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion: the order templates it creates, and whether it deletes the judged order or changes its side.

    `changes_side`: "opposite", or "body-site" to make the body site agree with the code.
    `imaging`: the regions and modalities of the imaging it creates. `withheld_when`: not offered while this block
    holds. `hooks`: offered on these hooks only. `is_restraint`: offered only where the rule's restraint is earned.
    """

    id: str
    label: str
    creates: tuple[str, ...] = ()
    modalities: frozenset[str] = frozenset()
    imaging: frozenset[tuple[str, str]] = frozenset()
    deletes_order: bool = False
    changes_side: str | None = None
    is_recommended: bool = False
    hooks: frozenset[str] | None = None
    withheld_when: Block | None = None
    is_restraint: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Rules that stay silent while the block holds, for a reason common to them or because a site switched them off."""

    id: str
    label: str
    rules: frozenset[str]
    block: Block
    is_from_site: bool = False


@dataclass(frozen=True, slots=True)
class WithheldImaging:
    """Modalities that no card offers while the block holds."""

    id: str
    label: str
    modalities: frozenset[str]
    block: Block


@dataclass(frozen=True, slots=True)
class RatingCriterion:
    """The rating that published criteria give an order when the block holds: "appropriate" or "not-appropriate".

    `criteria_url`: the address of the criteria, if they have one.
    """

    id: str
    rating: str
    order: ImagingSpec
    block: Block
    criteria_url: str | None


@dataclass(frozen=True, slots=True)
class ImagingNote:
    """A sentence on every card that keeps or offers imaging of these modalities, while the note's block holds."""

    id: str
    modalities: frozenset[str]
    note: Note


@dataclass(frozen=True, slots=True)
class Solo:
    """A rule that speaks alone: only the rules in `beside` may stand beside it."""

    rule: str
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings that apply to all rules: silences, the pains that count for the duration, limits on cards; in days."""

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
    suppression: SuppressionPolicy
    solos: tuple[Solo, ...] = ()
    imaging_notes: tuple[ImagingNote, ...] = ()


@dataclass(frozen=True, slots=True)
class OverrideBasis:
    """What an override reason repeats: a card that rests on these findings, or on symptoms so old, leaves it out."""

    findings: frozenset[str] = frozenset()
    days: int | None = None


@dataclass(frozen=True, slots=True)
class SafetyFlag:
    """A danger that a card which advises to wait accounts for, such as "bladder" (clinical design, second edition, R4).

    `findings`: what says it, with the words for each denied. `is_always_named`: the card says when none is recorded.
    """

    word: str
    findings: Mapping[str, str]
    is_always_named: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An absolute link that a site puts on cards, the same for every patient (CDS Hooks 2.0, "Link")."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """All content that the logic needs.

    `rules` are sorted so that each comes after the rules it refers to; `discriminators` by weight, greatest first.
    `links` are the site's, by rule. `screen_groups`: the groups of the safety screen, by id. `any_pattern` can hold
    where a pattern can.
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
    override_bases: Mapping[str, OverrideBasis] = field(default_factory=dict)
    safety_flags: tuple[SafetyFlag, ...] = ()
    screen_groups: Mapping[str, ScreenGroup] = field(default_factory=lambda: MappingProxyType({}))
    any_pattern: Block = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once: every call asks whether there may be a pattern at all.
        blocks = (self.policy.undetermined, *(pattern.block for pattern in self.patterns))
        object.__setattr__(self, "any_pattern", Block(any=blocks))
