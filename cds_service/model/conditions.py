"""The closed set of conditions, filters and blocks that content is made of (rule-format). Values, no judgement."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the facts a condition looks at; each field is the key of the same name in the content.

    `within` and `ago` are days, limits included. `since` holds anchor names, "onset" among them.
    `undated` is "counts" or "ignored": for a fact, or an anchor, whose date is missing or too coarse to tell.
    `asked`: what an order asks to rule out counts too; "only": it alone counts, not what is present.
    """

    side: str = "this"
    stated: bool = False
    sides: str | None = None
    within: int | None = None
    ago: int | None = None
    since: tuple[str, ...] = ()
    undated: str | None = None
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    asked: bool | Literal["only"] = False
    anchor: str | None = None
    is_unfiltered: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Kept ready because most conditions ask only for what is present in its finding's own window.
        asks_more = self.stated or self.sides or self.has_time_filter or self.qualifiers or self.asked
        object.__setattr__(self, "is_unfiltered", not asks_more)

    @property
    def has_time_filter(self) -> bool:
        """Whether a time filter stands in for the finding's own window."""
        return self.within is not None or self.ago is not None or bool(self.since)


ANY_FACT = Filters()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One finding a condition looks for, with its filters and, from a group's entry, a block that must hold too."""

    finding: str
    filters: Filters = ANY_FACT
    block: "Block | None" = None


@dataclass(frozen=True, slots=True)
class Present:
    """At least `at_least` different entries are present."""

    leaves: tuple[Leaf, ...]
    at_least: int = 1
    names: tuple[str, ...] = ()
    finding_ids: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Kept ready because most charts record none of them, and every call asks.
        object.__setattr__(self, "finding_ids", frozenset(leaf.finding for leaf in self.leaves))


@dataclass(frozen=True, slots=True)
class Absent:
    """Each is recorded absent, none present."""

    leaves: tuple[Leaf, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """None is recorded either way."""

    leaves: tuple[Leaf, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest of these is `winner`; the filters of the condition apply to it alone.

    `stating`: only records that state this qualifier compete.
    """

    leaves: tuple[Leaf, ...]
    winner: str
    filters: Filters = ANY_FACT
    names: tuple[str, ...] = ()
    stating: str | None = None


NO_PATTERN = "none"
ANY_PATTERN = "a pattern"  # what `Block.needs` calls the findings of which any pattern is made


@dataclass(frozen=True, slots=True)
class PatternIs:
    """The side's pattern is one of these."""

    patterns: frozenset[str]
    side: str = "this"


@dataclass(frozen=True, slots=True)
class ImagingSpec:
    """What imaging is looked for; an empty set asks nothing, "same" in a set means as the order judged."""

    region: frozenset[str] = frozenset()
    modality: frozenset[str] = frozenset()
    contrast: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Imaged:
    """Such a study is done."""

    spec: ImagingSpec
    filters: Filters = ANY_FACT


@dataclass(frozen=True, slots=True)
class Ordered:
    """Such a draft or request exists beside the order judged. `stages` narrows to drafts or requests."""

    spec: ImagingSpec
    treatments: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    filters: Filters = ANY_FACT


@dataclass(frozen=True, slots=True)
class OrderIs:
    """The order judged is such. `one_side`: it names one side only; `sides_differ`: code and body site disagree."""

    spec: ImagingSpec
    one_side: bool | None = None
    sides_differ: bool | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the symptoms have lasted, in days; holds only if the whole range fits."""

    at_least: int | None = None
    below: int | None = None
    side: str = "this"


@dataclass(frozen=True, slots=True)
class Age:
    """The patient's age in completed years."""

    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Spoke:
    """One of these rules speaks in this call, before ranking."""

    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Block:
    """`all`: every one holds; `any`: one holds; `none`: none holds. All three must be satisfied.

    `names_anchor`: a condition inside names a date for later ones, so nothing in it may be passed over.
    `needs`: of each of these sets something must be on record for it to hold: a finding anywhere, one on the side
    judged (`here`), or what a pattern is made of (`A_PATTERN`).
    """

    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    none: tuple["Condition", ...] = ()
    has_anchor: bool = False
    requirements: tuple[frozenset[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Kept ready because most charts record none of it: then nothing of the block has to be looked at.
        object.__setattr__(self, "requirements", _find_requirements(self))

    def can_hold(self, recorded: frozenset[str]) -> bool:
        """Whether what it needs is on record at all, in the words of `needs`."""
        for needs in self.requirements:  # noqa: SIM110 - asked of every rule in every call, so kept plain
            if needs.isdisjoint(recorded):
                return False
        return True


Condition: TypeAlias = (
    Present | Absent | NotRecorded | Newest | PatternIs | Imaged | Ordered | OrderIs | Duration | Age | Spoke | Block
)


def on_judged_side(name: str) -> str:
    """What `needs` calls a finding, or a pattern, on the side judged."""
    return f"{name}, here"


def _find_requirements(condition: Condition) -> tuple[frozenset[str], ...]:
    """Of each of these sets something must be on record for a condition to hold; none: it needs nothing."""
    match condition:
        case Present():
            return (frozenset(_requirement_for(leaf.finding, leaf.filters.side) for leaf in condition.leaves),)
        case Newest():
            return (frozenset({_requirement_for(condition.winner, condition.filters.side)}),)
        case PatternIs() if NO_PATTERN not in condition.patterns:
            return (frozenset({_requirement_for(ANY_PATTERN, condition.side)}),)
        case Block():
            return (*_requirements_of_all(condition.all), *_requirements_of_any(condition.any))
        case _:
            return ()


_PATTERN_REQUIREMENTS = frozenset({ANY_PATTERN, on_judged_side(ANY_PATTERN)})


def _requirement_for(name: str, side: str) -> str:
    return on_judged_side(name) if side == "this" else name


def _requirements_of_all(parts: tuple[Condition, ...]) -> Iterator[frozenset[str]]:
    for part in parts:
        yield from _find_requirements(part)


def _requirements_of_any(parts: tuple[Condition, ...]) -> Iterator[frozenset[str]]:
    """One part must hold, so something of what each needs: told with patterns, and again by findings alone."""
    needs = [_find_requirements(part) for part in parts]
    findings = [tuple(one for one in found if not one <= _PATTERN_REQUIREMENTS) for found in needs]
    for each in (needs, findings) if findings != needs else (needs,):
        if each and all(each):
            yield frozenset().union(*(min(found, key=len) for found in each))


ALWAYS = Block()
