"""From the shapes of conditions to the values the logic judges: groups resolved, filters merged."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, TypeVar

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean, with_str_keys
from cds_service.knowledge.schema import conditions as shape
from cds_service.knowledge.schema.conditions import ConditionKeys, FilterKeys, GroupEntry, ImagingTable
from cds_service.model import conditions as logic
from cds_service.model.conditions import Block, Condition, Filters, ImagingSpec, Leaf


class UnknownName(Exception):
    """A condition names something that does not exist; the message says what, in plain words."""


class ConditionBuilder:
    """Builds conditions over known findings and groups. `used` gathers every finding and group named."""

    def __init__(self, findings: frozenset[str], groups: dict[str, list[GroupEntry]]) -> None:
        self.findings = findings
        self.groups = groups
        self.used_names: set[str] = set()

    def build_block(self, keys: Any) -> Block:
        """A block from any shape that has `all`, `any` and `none`."""
        parts = {
            role: tuple(self.build_condition(entry) for entry in getattr(keys, role) or ())
            for role in ("all", "any", "none")
        }
        named = any(_names_anchor(condition) for conditions in parts.values() for condition in conditions)
        return Block(**parts, has_anchor=named)

    def build_condition(self, keys: ConditionKeys) -> Condition:
        """One condition."""
        match keys:
            case shape.PresentKeys():
                return logic.Present(
                    self.build_leaves(keys.present, _build_filters(keys)), keys.at_least or 1, tuple(keys.present)
                )
            case shape.AbsentKeys():
                return logic.Absent(self.build_leaves(keys.absent, _build_filters(keys)), tuple(keys.absent))
            case shape.NotRecordedKeys():
                return logic.NotRecorded(
                    self.build_leaves(keys.not_recorded, _build_filters(keys)), tuple(keys.not_recorded)
                )
            case shape.NewestKeys():
                self._mark_used(keys.winner)
                leaves = self.build_leaves(keys.newest, Filters())
                return logic.Newest(leaves, keys.winner, _build_filters(keys), tuple(keys.newest), keys.stating)
            case shape.OrderedKeys():
                for treatment in keys.ordered.treatment or ():
                    self._mark_used(treatment)
                return _build_simple_condition(keys)
            case shape.BlockKeys():
                return self.build_block(keys)
            case _:
                return _build_simple_condition(keys)

    def build_leaves(self, names: list[str], filters: Filters) -> tuple[Leaf, ...]:
        """The leaves that a list of findings and groups comes to, each under `filters`."""
        return tuple(leaf for name in names for leaf in self._expand_name(name, filters, ()))

    def build_group(self, name: str) -> tuple[Leaf, ...]:
        """The leaves of a group by itself."""
        return self.build_leaves([name], Filters())

    def _expand_name(self, name: str, filters: Filters, parents: tuple[str, ...]) -> list[Leaf]:
        self._mark_used(name)
        if name in parents:
            raise UnknownName(f"group {name} contains itself")
        if name in self.findings:
            return [Leaf(name, filters)]
        return [
            _with_block(leaf, self.build_block(entry) if _has_block(entry) else None)
            for entry in self.groups[name]
            for leaf in self._expand_name(entry.id, _merge_filters(filters, entry), (*parents, name))
        ]

    def _mark_used(self, name: str) -> None:
        if name not in self.findings and name not in self.groups:
            raise UnknownName(
                f"no finding or group is called {name}{did_you_mean(name, self.findings | self.groups.keys())}"
            )
        self.used_names.add(name)


def _build_simple_condition(keys: ConditionKeys) -> Condition:
    match keys:
        case shape.PatternKeys():
            return logic.PatternIs(frozenset(keys.pattern), keys.side)
        case shape.ImagedKeys():
            return logic.Imaged(build_imaging_spec(keys.imaged), _build_filters(keys))
        case shape.OrderedKeys():
            table = keys.ordered
            return logic.Ordered(
                build_imaging_spec(table),
                frozenset(table.treatment or ()),
                frozenset(table.stage or ()),
                _build_filters(keys),
            )
        case shape.JudgedOrderKeys():
            one_side = True if keys.order.sides == 1 else None
            return logic.OrderIs(build_imaging_spec(keys.order), one_side, keys.order.sides_differ)
        case shape.DurationKeys():
            return logic.Duration(keys.duration.at_least, keys.duration.below, keys.side)
        case shape.AgeKeys():
            return logic.Age(keys.age.at_least, keys.age.below)
        case shape.SpokeKeys():
            return logic.Spoke(frozenset(keys.spoke))
    raise AssertionError(keys)


def build_imaging_spec(table: ImagingTable) -> ImagingSpec:
    """What imaging a table means."""
    return ImagingSpec(*(_to_frozenset(value) for value in (table.region, table.modality, table.contrast)))


def _to_frozenset(value: list[Any] | str | None) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())


def _build_filters(keys: FilterKeys) -> Filters:
    return _merge_filters(Filters(), keys)


def _merge_filters(outer: Filters, keys: FilterKeys) -> Filters:
    """The filters of an entry, each standing over the same filter of the condition or group around it."""
    since = (keys.since,) if isinstance(keys.since, str) else tuple(keys.since or ())
    qualifiers = {name: tuple(values) for name, values in with_str_keys(keys.qualifiers or {}).items()}
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


def _with_block(leaf: Leaf, block: Block | None) -> Leaf:
    if block is None:
        return leaf
    both = block if leaf.block is None else Block(all=(leaf.block, block))
    return Leaf(leaf.finding, leaf.filters, both)


def _has_block(entry: GroupEntry) -> bool:
    return bool(entry.all or entry.any or entry.none)


def _names_anchor(condition: Condition) -> bool:
    match condition:
        case Block():
            return condition.has_anchor
        case logic.Imaged() | logic.Newest():
            return condition.filters.anchor is not None
        case logic.Present():
            return any(leaf.filters.anchor for leaf in condition.leaves)
        case _:
            return False


T = TypeVar("T")


def note_unknown_names(folder: ContentFolder, file: str, key: str, build: Callable[[], T]) -> T | None:
    """What `build` gives; None, with a problem noted, when it names something unknown."""
    try:
        return build()
    except UnknownName as error:
        folder.add_problem(file, key, str(error))
        return None
