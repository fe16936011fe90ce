"""The numbers a site changes: each must match the content, stay within bounds, and keep protected parts safe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import ContentFiles
from cds_service.knowledge.overlay.files import NUMBERS_FILE
from cds_service.knowledge.schema.conditions import CONDITION_KEYS, GroupEntry, NamedCondition
from cds_service.knowledge.schema.overlay import NumberChangeRow, SiteLimitsFile
from cds_service.knowledge.schema.rules import RuleFile

_NUMBER_KEYS = ("within", "ago", "at_least", "below")
ChangedNumbers: TypeAlias = dict[tuple[int, str], int]  # the original number, by table and key


@dataclass(frozen=True, slots=True)
class NumberLocation:
    """A number in a rule or group: its table and key, the names in its condition, and whether it silences."""

    table: dict[str, Any]
    key: str
    names: frozenset[str]
    is_silencing: bool

    def __str__(self) -> str:
        return f"{self.key} {self.table[self.key]} (of {', '.join(sorted(self.names))})"


def with_site_numbers(folder: ContentFolder, rows: list[NumberChangeRow], files: ContentFiles) -> ContentFiles:
    """Return the content's files with the site's numbers; a number that is refused is noted and not changed."""
    rules = {table.id: _to_toml_dict(table) for table in files.rules.values()}
    groups = {name: [_to_toml_dict(entry) for entry in group] for name, group in files.groups.items()}
    conditions = {name: _to_toml_dict(table) for name, table in files.conditions.items()}
    changed: ChangedNumbers = {}
    for row in rows:
        if row.rule is not None:
            _change_number(
                folder, row, rules, files.site_limits, row.rule in files.site_limits.protected.rules, changed
            )
        elif row.group is not None:
            _change_number(
                folder, row, groups, files.site_limits, row.group in files.site_limits.protected.groups, changed
            )
        elif row.condition is not None and _check_way(folder, row, files.site_limits):
            _change_number(folder, row, conditions, files.site_limits, False, changed)
    with_windows = _with_site_windows(folder, rows, files)
    return replace(
        with_windows,
        rules={name: _revalidate(folder, RuleFile, rules[table.id], table) for name, table in files.rules.items()},
        groups={
            name: [_revalidate(folder, GroupEntry, *tables) for tables in zip(groups[name], group, strict=True)]
            for name, group in files.groups.items()
        },
        conditions={
            name: _revalidate(folder, NamedCondition, conditions[name], table)
            for name, table in files.conditions.items()
        },
        policy=files.policy.model_copy(update={"limits": _change_limits(folder, rows, files)}),
    )


def _to_toml_dict(table: BaseModel) -> dict[str, Any]:
    return table.model_dump(by_alias=True, exclude_unset=True)


def _revalidate(folder: ContentFolder, model: Any, table: dict[str, Any], original: Any) -> Any:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            folder.add_problem(
                NUMBERS_FILE, original.id, f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
            )
        return original


def _change_number(
    folder: ContentFolder,
    row: NumberChangeRow,
    tables: Mapping[str, Any],
    limits: SiteLimitsFile,
    is_protected: bool,
    changed: ChangedNumbers,
) -> None:
    kind, name = row.target
    key = f"{kind}.{name}"
    if name not in tables:
        folder.add_problem(NUMBERS_FILE, key, f"no {kind} is called {name}{did_you_mean(name, tables)}")
        return
    locations = list(_find_numbers(tables[name], frozenset(), is_silencing=False))
    targets = [location for location in locations if _is_target(location, row, changed)]
    if not targets:
        numbers = "; ".join(sorted({str(location) for location in locations})) or "no number at all"
        of, shared = f" of {row.of}" if row.of else "", _describe_shared(tables[name])
        folder.add_problem(NUMBERS_FILE, key, f"has no {row.key} = {row.old}{of}; it has: {numbers}{shared}")
    for target in targets:
        if (id(target.table), target.key) in changed:
            folder.add_problem(NUMBERS_FILE, key, f"{row.key} {row.old} is changed twice")
        elif _check_bounds(folder, key, row, limits) and _check_safe_direction(folder, key, row, target, is_protected):
            changed[id(target.table), target.key] = row.old
            target.table[target.key] = row.new


def _describe_shared(table: Any) -> str:
    """Name the conditions that a rule shares with others: their numbers are changed by their own names."""
    names = sorted(_find_named_conditions(table))
    return f"; numbers of the conditions it names are theirs: {', '.join(names)}" if names else ""


def _find_named_conditions(node: Any) -> set[str]:
    """Find the names of the conditions that a table names."""
    if isinstance(node, list):
        return set().union(*(_find_named_conditions(entry) for entry in node))
    if not isinstance(node, dict):
        return set()
    named = {node["condition"]} if isinstance(node.get("condition"), str) else set()
    return named.union(*(_find_named_conditions(value) for value in node.values()))


def has_number(table: BaseModel) -> bool:
    """Return whether a site could change a number of this table."""
    return any(_find_numbers(_to_toml_dict(table), frozenset(), is_silencing=False))


def _check_way(folder: ContentFolder, row: NumberChangeRow, limits: SiteLimitsFile) -> bool:
    """Return whether the content lets a site change a named condition this way: all rules that name it change."""
    way = limits.conditions.get(str(row.condition))
    if way is None or (way == "lower" and row.new < row.old) or (way == "higher" and row.new > row.old):
        return True
    allowed = "its numbers may not change" if way == "fixed" else f"its numbers may only become {way}"
    folder.add_problem(NUMBERS_FILE, f"condition.{row.condition}", f"is protected: {allowed}")
    return False


def _find_numbers(node: Any, outer_names: frozenset[str], *, is_silencing: bool) -> Iterator[NumberLocation]:
    if isinstance(node, list):
        for entry in node:
            yield from _find_numbers(entry, outer_names, is_silencing=is_silencing)
    if not isinstance(node, dict):
        return
    names = _condition_names(node) or outer_names
    yield from (
        NumberLocation(node, key, names, is_silencing) for key in _NUMBER_KEYS if isinstance(node.get(key), int)
    )
    for key, value in node.items():
        yield from _find_numbers(value, names, is_silencing=is_silencing or key == "none")


def _condition_names(table: Mapping[str, Any]) -> frozenset[str]:
    """Return what `of` may call a condition or group entry by: its kind, and the findings and groups it names."""
    kinds = [key for key in CONDITION_KEYS if key in table]
    names = [name for kind in kinds if isinstance(table[kind], list) for name in table[kind]]
    entry_id = [table["id"]] if "id" in table and "title" not in table else []  # a rule has an id too, and a title
    return frozenset([*kinds, *names, *entry_id])


def _is_target(location: NumberLocation, row: NumberChangeRow, changed: ChangedNumbers) -> bool:
    original = changed.get((id(location.table), location.key), location.table[location.key])
    return location.key == row.key and original == row.old and (row.of is None or row.of in location.names)


def _check_bounds(folder: ContentFolder, key: str, row: NumberChangeRow, limits: SiteLimitsFile) -> bool:
    low, high = ceil(row.old * limits.numbers.least), floor(row.old * limits.numbers.most)
    if low <= row.new <= high:
        return True
    folder.add_problem(NUMBERS_FILE, key, f"to = {row.new} is out of bounds: {row.old} may become {low} to {high}")
    return False


def _check_safe_direction(
    folder: ContentFolder, key: str, row: NumberChangeRow, location: NumberLocation, is_protected: bool
) -> bool:
    """Return whether a change is safe: in a protected rule or group only "within" may change, in the safe direction."""
    if not is_protected:
        return True
    if location.key != "within":
        folder.add_problem(NUMBERS_FILE, key, f"is protected: only its within may change, not {location.key}")
        return False
    if (row.new < row.old) is location.is_silencing:
        return True
    direction = "narrower, because it silences" if location.is_silencing else "wider"
    folder.add_problem(NUMBERS_FILE, key, f"is protected: within {row.old} may only become {direction}, not {row.new}")
    return False


def _with_site_windows(folder: ContentFolder, rows: list[NumberChangeRow], files: ContentFiles) -> ContentFiles:
    findings = dict(files.terminology.findings)
    seen: set[str] = set()
    for row in rows:
        if row.finding is None:
            continue
        key, table = f"finding.{row.finding}", findings.get(row.finding)
        if table is None:
            folder.add_problem(
                NUMBERS_FILE, key, f"no finding is called {row.finding}{did_you_mean(row.finding, findings)}"
            )
        elif row.finding in seen:
            folder.add_problem(NUMBERS_FILE, key, "is changed twice")
        elif table.window != row.old:
            folder.add_problem(NUMBERS_FILE, key, f"its window is {table.window}, not {row.old}")
        elif table.kind in files.site_limits.protected.kinds and row.new < row.old:
            folder.add_problem(NUMBERS_FILE, key, f"is protected: its window may only become wider than {row.old}")
        elif _check_bounds(folder, key, row, files.site_limits):
            findings[row.finding] = table.model_copy(update={"window": row.new})
            seen.add(row.finding)
    return replace(files, terminology=replace(files.terminology, findings=findings))


def _change_limits(folder: ContentFolder, rows: list[NumberChangeRow], files: ContentFiles) -> Any:
    limits, seen = files.policy.limits, set[str]()
    for row in rows:
        if row.limit is None:
            continue
        key, shipped = f"limit.{row.limit}", getattr(files.policy.limits, row.limit)
        if row.limit in seen:
            folder.add_problem(NUMBERS_FILE, key, "is changed twice")
        elif shipped != row.old:
            folder.add_problem(NUMBERS_FILE, key, f"is {shipped}, not {row.old}")
        elif _check_bounds(folder, key, row, files.site_limits):
            limits = limits.model_copy(update={row.limit: row.new})
        seen.add(row.limit)
    return limits
