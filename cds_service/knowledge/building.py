"""From the shapes of conditions to the values the logic judges: groups resolved, filters merged."""

from types import MappingProxyType
from typing import Any

from cds_service.knowledge.folder import named, nearest
from cds_service.knowledge.schema import conditions as shape
from cds_service.knowledge.schema.conditions import ConditionKeys, FilterKeys, GroupEntry, StudyTable
from cds_service.logic import conditions as logic
from cds_service.logic.conditions import Block, Condition, Filters, ImagingSpec, Leaf


class UnknownName(Exception):
    """A condition names something that does not exist; the message says what, in plain words."""


class Builder:
    """Builds conditions over known findings and groups. `used` gathers every finding and group named."""

    def __init__(self, findings: frozenset[str], groups: dict[str, list[GroupEntry]]) -> None:
        self.findings = findings
        self.groups = groups
        self.used: set[str] = set()

    def block(self, keys: Any) -> Block:
        """A block from any shape that has `all`, `any` and `none`."""
        parts = {
            role: tuple(self.condition(entry) for entry in getattr(keys, role) or ()) for role in ("all", "any", "none")
        }
        named = any(_names_anchor(condition) for conditions in parts.values() for condition in conditions)
        return Block(**parts, names_anchor=named)

    def condition(self, keys: ConditionKeys) -> Condition:
        """One condition."""
        match keys:
            case shape.PresentKeys():
                return logic.Present(self.leaves(keys.present, _filters(keys)), keys.at_least or 1, tuple(keys.present))
            case shape.AbsentKeys():
                return logic.Absent(self.leaves(keys.absent, _filters(keys)), tuple(keys.absent))
            case shape.NotRecordedKeys():
                return logic.NotRecorded(self.leaves(keys.not_recorded, _filters(keys)), tuple(keys.not_recorded))
            case shape.NewestKeys():
                self._check(keys.winner)
                leaves = self.leaves(keys.newest, Filters())
                return logic.Newest(leaves, keys.winner, _filters(keys), tuple(keys.newest), keys.stating)
            case shape.OrderedKeys():
                for treatment in keys.ordered.treatment or ():
                    self._check(treatment)
                return _plain_condition(keys)
            case shape.BlockKeys():
                return self.block(keys)
            case _:
                return _plain_condition(keys)

    def leaves(self, names: list[str], filters: Filters) -> tuple[Leaf, ...]:
        """The leaves that a list of findings and groups comes to, each under `filters`."""
        return tuple(leaf for name in names for leaf in self._leaves_of(name, filters, ()))

    def group(self, name: str) -> tuple[Leaf, ...]:
        """The leaves of a group by itself."""
        return self.leaves([name], Filters())

    def _leaves_of(self, name: str, filters: Filters, above: tuple[str, ...]) -> list[Leaf]:
        self._check(name)
        if name in above:
            raise UnknownName(f"group {name} contains itself")
        if name in self.findings:
            return [Leaf(name, filters)]
        return [
            _under_block(leaf, self.block(entry) if _has_block(entry) else None)
            for entry in self.groups[name]
            for leaf in self._leaves_of(entry.id, _merged(filters, entry), (*above, name))
        ]

    def _check(self, name: str) -> None:
        if name not in self.findings and name not in self.groups:
            raise UnknownName(
                f"no finding or group is called {name}{nearest(name, self.findings | self.groups.keys())}"
            )
        self.used.add(name)


def _plain_condition(keys: ConditionKeys) -> Condition:
    match keys:
        case shape.PatternKeys():
            return logic.PatternIs(frozenset(keys.pattern), keys.side)
        case shape.ImagedKeys():
            return logic.Imaged(spec(keys.imaged), _filters(keys))
        case shape.OrderedKeys():
            table = keys.ordered
            return logic.Ordered(
                spec(table), frozenset(table.treatment or ()), frozenset(table.stage or ()), _filters(keys)
            )
        case shape.OrderKeys():
            one_side = True if keys.order.sides == 1 else None
            return logic.OrderIs(spec(keys.order), one_side, keys.order.sides_differ)
        case shape.DurationKeys():
            return logic.Duration(keys.duration.at_least, keys.duration.below, keys.side)
        case shape.AgeKeys():
            return logic.Age(keys.age.at_least, keys.age.below)
        case shape.SpokeKeys():
            return logic.Spoke(frozenset(keys.spoke))
    raise AssertionError(keys)


def spec(table: StudyTable) -> ImagingSpec:
    """What imaging a table means."""
    return ImagingSpec(*(_wanted(value) for value in (table.region, table.modality, table.contrast)))


def _wanted(value: list[Any] | str | None) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())


def _filters(keys: FilterKeys) -> Filters:
    return _merged(Filters(), keys)


def _merged(outer: Filters, keys: FilterKeys) -> Filters:
    """The filters of an entry, each standing over the same filter of the condition or group around it."""
    since = (keys.since,) if isinstance(keys.since, str) else tuple(keys.since or ())
    qualifiers = {name: tuple(values) for name, values in named(keys.qualifiers or {}).items()}
    return Filters(
        side=keys.side or outer.side,
        stated=outer.stated if keys.stated is None else keys.stated,
        sides=keys.sides or outer.sides,
        within=outer.within if keys.within is None else keys.within,
        ago=outer.ago if keys.ago is None else keys.ago,
        since=since or outer.since,
        undated=keys.undated or outer.undated,
        qualifiers=MappingProxyType({**outer.qualifiers, **qualifiers}),
        asked=outer.asked if keys.asked is None else keys.asked,
        anchor=keys.anchor or outer.anchor,
    )


def _under_block(leaf: Leaf, block: Block | None) -> Leaf:
    if block is None:
        return leaf
    both = block if leaf.block is None else Block(all=(leaf.block, block))
    return Leaf(leaf.finding, leaf.filters, both)


def _has_block(entry: GroupEntry) -> bool:
    return bool(entry.all or entry.any or entry.none)


def _names_anchor(condition: Condition) -> bool:
    match condition:
        case Block():
            return condition.names_anchor
        case logic.Imaged() | logic.Newest():
            return condition.filters.anchor is not None
        case logic.Present():
            return any(leaf.filters.anchor for leaf in condition.leaves)
        case _:
            return False
