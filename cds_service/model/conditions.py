"""The closed set of conditions, filters and blocks that rules are written in (rule format), as frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from cds_service.model.filters import ANY_FACT, Filters


@dataclass(frozen=True, slots=True)
class Leaf:
    """One finding that a condition looks for, with its filters; a group's entry may add a block that must hold too."""

    finding: str
    filters: Filters = ANY_FACT
    block: "Block | None" = None


@dataclass(frozen=True, slots=True)
class Present:
    """Holds if at least `at_least` different findings are present."""

    leaves: tuple[Leaf, ...]
    at_least: int = 1
    names: tuple[str, ...] = ()
    finding_ids: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once: every call asks for them, and most charts record none.
        object.__setattr__(self, "finding_ids", frozenset(leaf.finding for leaf in self.leaves))


@dataclass(frozen=True, slots=True)
class Absent:
    """Holds if every finding is recorded absent and none is present."""

    leaves: tuple[Leaf, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """Holds if no finding is recorded, neither present nor absent."""

    leaves: tuple[Leaf, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """Holds if the newest of these findings is `winner`. The filters apply to the winner only.

    `stating`: only records that state this qualifier are compared.
    """

    leaves: tuple[Leaf, ...]
    winner: str
    filters: Filters = ANY_FACT
    names: tuple[str, ...] = ()
    stating: str | None = None


NO_PATTERN = "none"
PATTERNS = ("spine-only", "hip-only", "both", "undetermined")


@dataclass(frozen=True, slots=True)
class PatternIs:
    """Holds if the pattern of the side is one of these."""

    patterns: frozenset[str]
    side: str = "this"


@dataclass(frozen=True, slots=True)
class ImagingSpec:
    """The imaging to look for. An empty set accepts any value; "same" stands for the value of the judged order."""

    region: frozenset[str] = frozenset()
    modality: frozenset[str] = frozenset()
    contrast: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Imaged:
    """Holds if a study that matches the spec was done."""

    spec: ImagingSpec
    filters: Filters = ANY_FACT


@dataclass(frozen=True, slots=True)
class Ordered:
    """Holds if a matching draft or request exists besides the judged order.

    `stages` narrows this to drafts or requests, `treatments` to orders for these treatments.
    """

    spec: ImagingSpec
    treatments: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    filters: Filters = ANY_FACT


@dataclass(frozen=True, slots=True)
class OrderIs:
    """Holds if the judged order matches.

    `one_side`: it names one side only. `sides_differ`: its code and body site name different sides.
    """

    spec: ImagingSpec
    one_side: bool | None = None
    sides_differ: bool | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """Holds if the symptoms have lasted so many days; the whole possible range must fit."""

    at_least: int | None = None
    below: int | None = None
    side: str = "this"


@dataclass(frozen=True, slots=True)
class Age:
    """Holds if the patient's age, in completed years, lies in the range."""

    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Spoke:
    """Holds if one of these rules speaks in this call, before ranking."""

    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Received:
    """Holds if everything of these kinds arrived and could be read. A kind is a FHIR type, or `ANY_TEXT`."""

    kinds: frozenset[str]


ANY_TEXT = "Text"  # what `Received` calls the words of every record


@dataclass(frozen=True, slots=True)
class Screened:
    """Holds if the safety screen met anything that counts, of one of these groups.

    `since`: an anchor; what is dated before it does not count, unless its group always does.
    """

    groups: frozenset[str]
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A group of conditions: every one in `all`, at least one in `any` and none in `none` must hold.

    `label`: what a named condition of the content is called; it stands for the whole block in texts.

    `has_anchor`: a condition inside names a date for later ones, so every condition must be evaluated. Those in `none`
    must only if one of them does: `none_has_anchor`.
    `requirements`: the block can hold only if the chart records at least one member of each set. A member is a
    finding or a pattern (`name_pattern`) on any side, or one on the judged side (`on_judged_side`).
    `alternatives`: the requirements of each part of `any`, if every part has some. It must meet all those of one.
    """

    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    none: tuple["Condition", ...] = ()
    has_anchor: bool = False
    none_has_anchor: bool = False
    label: str = ""
    requirements: tuple[frozenset[str], ...] = field(init=False, repr=False, compare=False)
    alternatives: tuple[tuple[frozenset[str], ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once: most charts record none of it, and then the block need not be evaluated.
        object.__setattr__(self, "requirements", _find_requirements(self))
        alternatives = tuple(map(_find_requirements, self.any))
        object.__setattr__(self, "alternatives", alternatives if all(alternatives) else ())

    def can_hold(self, recorded: frozenset[str]) -> bool:
        """Return whether the recorded findings, named as in `requirements`, meet what the block requires."""
        for requirement in self.requirements:  # a hot path: every rule in every call
            if recorded.isdisjoint(requirement):
                return False
        for part in self.alternatives:
            if not any(map(recorded.isdisjoint, part)):
                return True
        return not self.alternatives


Condition: TypeAlias = (
    Present
    | Absent
    | NotRecorded
    | Newest
    | PatternIs
    | Imaged
    | Ordered
    | OrderIs
    | Duration
    | Age
    | Spoke
    | Received
    | Screened
    | Block
)


def name_pattern(name: str) -> str:
    """Return what `Block.requirements` calls a pattern."""
    return f"pattern {name}"


def on_judged_side(name: str) -> str:
    """Return what `Block.requirements` calls a finding, or a pattern, on the judged side."""
    return f"{name}, here"


def _find_requirements(condition: Condition) -> tuple[frozenset[str], ...]:
    """Return the requirements of a condition (see `Block`); empty if it has none."""
    match condition:
        case Present():
            return (frozenset(_requirement_for(leaf.finding, leaf.filters.side) for leaf in condition.leaves),)
        case Newest():
            return (frozenset({_requirement_for(condition.winner, condition.filters.side)}),)
        case PatternIs() if NO_PATTERN not in condition.patterns:
            return (frozenset(_requirement_for(name_pattern(name), condition.side) for name in condition.patterns),)
        case Block():
            of_all = (requirement for part in condition.all for requirement in _find_requirements(part))
            return (*of_all, *_requirements_of_any(condition.any))
        case _:
            return ()


_PATTERN_REQUIREMENTS = frozenset(
    member for name in map(name_pattern, PATTERNS) for member in (name, on_judged_side(name))
)


def _requirement_for(name: str, side: str) -> str:
    return on_judged_side(name) if side == "this" else name


def _requirements_of_any(parts: tuple[Condition, ...]) -> Iterator[frozenset[str]]:
    """Yield what at least one of the parts needs: once with patterns counted, and once by findings alone."""
    by_part = [_find_requirements(part) for part in parts]
    by_part_without_patterns = [
        tuple(requirement for requirement in requirements if not requirement <= _PATTERN_REQUIREMENTS)
        for requirements in by_part
    ]
    variants = (by_part, by_part_without_patterns) if by_part_without_patterns != by_part else (by_part,)
    for variant in variants:
        if variant and all(variant):
            yield frozenset().union(*(min(requirements, key=len) for requirements in variant))


ALWAYS = Block()
