"""The builder of the conditions that the logic judges: it resolves groups and merges filters."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean, with_str_keys
from cds_service.knowledge.schema import conditions as schema
from cds_service.knowledge.schema.conditions import (
    ConditionKeys,
    FilterKeys,
    GroupEntry,
    ImagingTable,
    NamedCondition,
)
from cds_service.model import conditions as model
from cds_service.model.conditions import Block, Condition, ImagingSpec, Leaf
from cds_service.model.filters import Filters


class UnknownName(Exception):
    """A condition names something that does not exist; the message says what, in plain English."""


class ConditionBuilder:
    """Builds conditions from known findings, groups and named conditions.

    `used_names` collects every finding and group named, `used_conditions` every named condition.
    """

    def __init__(
        self,
        findings: frozenset[str],
        groups: Mapping[str, list[GroupEntry]],
        named: Mapping[str, NamedCondition] = MappingProxyType({}),
        screen_groups: Collection[str] = frozenset(),
    ) -> None:
        self.findings = findings
        self.groups = groups
        self.named = named
        self.screen_groups = screen_groups
        self.used_names: set[str] = set()
        self.used_conditions: set[str] = set()
        self._named_blocks: dict[str, Block | None] = {}
        self._expanded: dict[tuple[str, Filters], tuple[Leaf, ...]] = {}

    def build_outer_block(self, keys: Any) -> Block:
        """Build a block of a rule or row: the dates that it names are read only if it holds, so it may stop early."""
        return replace(self.build_block(keys), has_anchor=False)

    def build_block(self, keys: Any) -> Block:
        """Build a block from any model that has `all`, `any` and `none`."""
        parts = {
            role: tuple(self.build_condition(condition) for condition in getattr(keys, role) or ())
            for role in ("all", "any", "none")
        }
        if any(_holds_none(condition) for condition in parts["none"]):
            raise UnknownName('"none" may not be nested inside "none"')
        names_anchor = {role: any(map(_names_anchor, conditions)) for role, conditions in parts.items()}
        has_anchor = any(names_anchor.values())
        return Block(parts["all"], parts["any"], parts["none"], has_anchor, names_anchor["none"])

    def build_named(self, name: str) -> Block:
        """Build the named condition. It may name others, but not itself."""
        self.used_conditions.add(name)
        if name not in self._named_blocks:
            if name not in self.named:
                raise UnknownName(f"no condition is called {name}{did_you_mean(name, self.named)}")
            self._named_blocks[name] = None  # being built
            keys = self.named[name]
            self._named_blocks[name] = replace(self.build_block(keys), label=keys.label)
        block = self._named_blocks[name]
        if block is None:
            raise UnknownName(f"condition {name} contains itself")
        return block

    def build_condition(self, keys: ConditionKeys) -> Condition:
        """Build one condition."""
        match keys:
            case schema.PresentKeys():
                leaves = self.build_leaves(keys.present, _build_filters(keys))
                return model.Present(leaves, keys.at_least or 1, tuple(keys.present))
            case schema.AbsentKeys():
                return model.Absent(self.build_leaves(keys.absent, _build_filters(keys)), tuple(keys.absent))
            case schema.NotRecordedKeys():
                leaves = self.build_leaves(keys.not_recorded, _build_filters(keys))
                return model.NotRecorded(leaves, tuple(keys.not_recorded))
            case schema.NewestKeys():
                self._mark_used(keys.winner)
                leaves = self.build_leaves(keys.newest, Filters())
                return model.Newest(leaves, keys.winner, _build_filters(keys), tuple(keys.newest), keys.stating)
            case schema.PatternKeys():
                return model.PatternIs(frozenset(keys.pattern), keys.side)
            case schema.ImagedKeys():
                return model.Imaged(build_imaging_spec(keys.imaged), _build_filters(keys))
            case schema.OrderedKeys():
                return self._build_ordered(keys)
            case schema.JudgedOrderKeys():
                one_side = True if keys.order.sides == 1 else None
                return model.OrderIs(build_imaging_spec(keys.order), one_side, keys.order.sides_differ)
            case schema.DurationKeys():
                return model.Duration(keys.duration.at_least, keys.duration.below, keys.side)
            case schema.AgeKeys():
                return model.Age(keys.age.at_least, keys.age.below)
            case schema.SpokeKeys():
                return model.Spoke(frozenset(keys.spoke))
            case schema.ReceivedKeys():
                return model.Received(frozenset(keys.received))
            case schema.ScreenKeys():
                return self._build_screened(keys)
            case schema.NamedConditionKeys():
                return self.build_named(keys.condition)
            case schema.BlockKeys():
                return self.build_block(keys)

    def _build_screened(self, keys: schema.ScreenKeys) -> Condition:
        for name in keys.screen:
            if name not in self.screen_groups:
                raise UnknownName(
                    f"no group of the safety screen is called {name}{did_you_mean(name, self.screen_groups)}"
                )
        return model.Screened(frozenset(keys.screen), keys.since)

    def _build_ordered(self, keys: schema.OrderedKeys) -> Condition:
        table = keys.ordered
        for treatment in table.treatment or ():
            self._mark_used(treatment)
        return model.Ordered(
            build_imaging_spec(table),
            frozenset(table.treatment or ()),
            frozenset(table.stage or ()),
            _build_filters(keys),
        )

    def build_leaves(self, names: list[str], filters: Filters) -> tuple[Leaf, ...]:
        """Expand findings and groups into leaves, each with `filters`."""
        return tuple(leaf for name in names for leaf in self._expand_name(name, filters, ()))

    def build_group(self, name: str) -> tuple[Leaf, ...]:
        """Build the leaves of one group."""
        return self.build_leaves([name], Filters())

    def build_entries(self, name: str) -> tuple[Leaf, ...]:
        """Build the entries of a group as they are written: one that names a group is not expanded."""
        return tuple(
            Leaf(entry.id, _merge_filters(Filters(), entry), None if entry.is_empty else self.build_block(entry))
            for entry in self.groups[name]
        )

    def _expand_name(self, name: str, filters: Filters, parents: tuple[str, ...]) -> tuple[Leaf, ...]:
        """Expand a finding or group, once with the same filters: conditions name the same groups again and again."""
        leaves = self._expanded.get((name, filters))
        if leaves is None:
            leaves = self._expanded[name, filters] = tuple(self._expand_entries(name, filters, parents))
        return leaves

    def _expand_entries(self, name: str, filters: Filters, parents: tuple[str, ...]) -> Iterator[Leaf]:
        self._mark_used(name)
        if name in parents:
            raise UnknownName(f"group {name} contains itself")
        if name in self.findings:
            yield Leaf(name, filters)
            return
        for entry in self.groups[name]:
            block = None if entry.is_empty else self.build_block(entry)
            for leaf in self._expand_name(entry.id, _merge_if_any(filters, entry), (*parents, name)):
                yield _with_block(leaf, block) if block else leaf

    def _mark_used(self, name: str) -> None:
        if name not in self.findings and name not in self.groups:
            raise UnknownName(
                f"no finding or group is called {name}{did_you_mean(name, self.findings | self.groups.keys())}"
            )
        self.used_names.add(name)


def build_imaging_spec(table: ImagingTable) -> ImagingSpec:
    """Build the imaging specification of a table."""
    return ImagingSpec(*(_to_frozenset(value) for value in (table.region, table.modality, table.contrast)))


def _to_frozenset(value: list[Any] | str | None) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())


def _build_filters(keys: FilterKeys) -> Filters:
    return _merge_filters(Filters(), keys)


def _merge_if_any(outer: Filters, entry: GroupEntry) -> Filters:
    """Merge an entry's filters. Most entries are a name alone, and there are thousands."""
    return outer if entry.model_fields_set == {"id"} else _merge_filters(outer, entry)


def _merge_filters(outer: Filters, keys: FilterKeys) -> Filters:
    """Merge an entry's filters over those of the condition or group around it."""
    since = (keys.since,) if isinstance(keys.since, str) else tuple(keys.since or ())
    qualifiers = {name: tuple(values) for name, values in with_str_keys(keys.qualifiers or {}).items()}
    return Filters(
        side=keys.side or outer.side,
        stated=outer.stated if keys.stated is None else keys.stated,
        sides=keys.sides or outer.sides,
        within=outer.within if keys.within is None else keys.within,
        ago=outer.ago if keys.ago is None else keys.ago,
        since=since or outer.since,
        for_days=outer.for_days if keys.for_days is None else keys.for_days,
        by=keys.by or outer.by,
        undated=keys.undated or outer.undated,
        qualifiers=MappingProxyType({**outer.qualifiers, **qualifiers}),
        asked=outer.asked if keys.asked is None else keys.asked,
        anchor=keys.anchor or outer.anchor,
    )


def _with_block(leaf: Leaf, block: Block) -> Leaf:
    both = block if leaf.block is None else Block(all=(leaf.block, block))
    return Leaf(leaf.finding, leaf.filters, both)


def _holds_none(condition: Condition) -> bool:
    return isinstance(condition, Block) and (
        bool(condition.none) or any(_holds_none(part) for part in (*condition.all, *condition.any))
    )


def _names_anchor(condition: Condition) -> bool:
    match condition:
        case Block():
            return condition.has_anchor
        case model.Imaged() | model.Newest():
            return condition.filters.anchor is not None
        case model.Present():
            return any(leaf.filters.anchor for leaf in condition.leaves)
        case _:
            return False


T = TypeVar("T")


def note_unknown_names(folder: ContentFolder, file: str, key: str, build: Callable[[], T]) -> T | None:
    """Return what `build` returns; return None, with a problem noted, when it names something unknown."""
    try:
        return build()
    except UnknownName as error:
        folder.add_problem(file, key, str(error))
        return None
