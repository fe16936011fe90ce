"""The numbers a site changes: found by what stands there, held within bounds, in what is protected only made safer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from cds_service.knowledge.files import Files
from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.schema.conditions import CONDITION_KEYS, GroupEntry
from cds_service.knowledge.schema.rules import RuleFile
from cds_service.knowledge.schema.site import ChangeRow, SiteLimitsFile
from cds_service.knowledge.site.reading import NUMBERS

_KEYS = ("within", "ago", "at_least", "below")
Changed: TypeAlias = dict[tuple[int, str], int]  # by table and key: the number that stood there


@dataclass(frozen=True, slots=True)
class Place:
    """A number in a rule or group: the table and key that hold it, what its condition names, whether it silences."""

    table: dict[str, Any]
    key: str
    names: frozenset[str]
    silences: bool

    def __str__(self) -> str:
        return f"{self.key} {self.table[self.key]} (of {', '.join(sorted(self.names))})"


def with_numbers(folder: Folder, rows: list[ChangeRow], files: Files) -> Files:
    """The content's files with the site's numbers; what is refused is noted and left as it was."""
    rules = {table.id: _plain(table) for table in files.rules.values()}
    groups = {name: [_plain(entry) for entry in group] for name, group in files.groups.items()}
    changed: Changed = {}
    for row in rows:
        if row.rule is not None:
            _change_places(folder, row, rules, files.limits, row.rule in files.limits.protected.rules, changed)
        elif row.group is not None:
            _change_places(folder, row, groups, files.limits, row.group in files.limits.protected.groups, changed)
    with_windows = _with_windows(folder, rows, files)
    return replace(
        with_windows,
        rules={name: _shaped(folder, RuleFile, rules[table.id], table) for name, table in files.rules.items()},
        groups={
            name: [_shaped(folder, GroupEntry, *both) for both in zip(groups[name], group, strict=True)]
            for name, group in files.groups.items()
        },
        policy=files.policy.model_copy(update={"limits": _limits(folder, rows, files)}),
    )


def _plain(table: BaseModel) -> dict[str, Any]:
    return table.model_dump(by_alias=True, exclude_unset=True)


def _shaped(folder: Folder, model: Any, table: dict[str, Any], before: Any) -> Any:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            folder.refuse(NUMBERS, before.id, f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}")
        return before


def _change_places(
    folder: Folder,
    row: ChangeRow,
    tables: Mapping[str, Any],
    limits: SiteLimitsFile,
    protected: bool,
    changed: Changed,
) -> None:
    what, name = ("rule", row.rule) if row.rule else ("group", str(row.group))
    key = f"{what}.{name}"
    if name not in tables:
        folder.refuse(NUMBERS, key, f"no {what} is called {name}{nearest(name, tables)}")
        return
    places = list(_places(tables[name], frozenset(), silences=False))
    fitting = [place for place in places if _is_meant(place, row, changed)]
    if not fitting:
        there = "; ".join(sorted({str(place) for place in places})) or "no number at all"
        folder.refuse(NUMBERS, key, f"has no {row.key} = {row.old}{f' of {row.of}' if row.of else ''}; it has: {there}")
    for place in fitting:
        if (id(place.table), place.key) in changed:
            folder.refuse(NUMBERS, key, f"{row.key} {row.old} is changed twice")
        elif _is_in_bounds(folder, key, row, limits) and _is_safe(folder, key, row, place, protected):
            changed[id(place.table), place.key] = row.old
            place.table[place.key] = row.new


def _places(found: Any, around: frozenset[str], *, silences: bool) -> Iterator[Place]:
    if isinstance(found, list):
        for entry in found:
            yield from _places(entry, around, silences=silences)
    if not isinstance(found, dict):
        return
    names = _names(found) or around
    yield from (Place(found, key, names, silences) for key in _KEYS if isinstance(found.get(key), int))
    for key, value in found.items():
        yield from _places(value, names, silences=silences or key == "none")


def _names(table: Mapping[str, Any]) -> frozenset[str]:
    """What a condition or a group's entry is called by: its kind, and the findings and groups it names."""
    kinds = [key for key in CONDITION_KEYS if key in table]
    listed = [name for kind in kinds if isinstance(table[kind], list) for name in table[kind]]
    own = [table["id"]] if "id" in table and "title" not in table else []
    return frozenset([*kinds, *listed, *own])


def _is_meant(place: Place, row: ChangeRow, changed: Changed) -> bool:
    stood = changed.get((id(place.table), place.key), place.table[place.key])
    return place.key == row.key and stood == row.old and (row.of is None or row.of in place.names)


def _is_in_bounds(folder: Folder, key: str, row: ChangeRow, limits: SiteLimitsFile) -> bool:
    least, most = ceil(row.old * limits.numbers.least), floor(row.old * limits.numbers.most)
    if least <= row.new <= most:
        return True
    folder.refuse(NUMBERS, key, f"to = {row.new} is out of bounds: {row.old} may become {least} to {most}")
    return False


def _is_safe(folder: Folder, key: str, row: ChangeRow, place: Place, protected: bool) -> bool:
    """Whether a change in what must not be missed goes the safe way; any change elsewhere."""
    if not protected:
        return True
    if place.key != "within":
        folder.refuse(NUMBERS, key, f"is protected: of its numbers only within may change, not {place.key}")
        return False
    if (row.new < row.old) is place.silences:
        return True
    way = "narrower, because it silences" if place.silences else "wider"
    folder.refuse(NUMBERS, key, f"is protected: within {row.old} may only become {way}, not {row.new}")
    return False


def _with_windows(folder: Folder, rows: list[ChangeRow], files: Files) -> Files:
    findings = dict(files.terms.findings)
    seen: set[str] = set()
    for row in rows:
        if row.finding is None:
            continue
        key, table = f"finding.{row.finding}", findings.get(row.finding)
        if table is None:
            folder.refuse(NUMBERS, key, f"no finding is called {row.finding}{nearest(row.finding, findings)}")
        elif row.finding in seen:
            folder.refuse(NUMBERS, key, "is changed twice")
        elif table.window != row.old:
            folder.refuse(NUMBERS, key, f"its window is {table.window}, not {row.old}")
        elif table.kind in files.limits.protected.kinds and row.new < row.old:
            folder.refuse(NUMBERS, key, f"is protected: its window may only become wider than {row.old}")
        elif _is_in_bounds(folder, key, row, files.limits):
            findings[row.finding] = table.model_copy(update={"window": row.new})
            seen.add(row.finding)
    return replace(files, terms=replace(files.terms, findings=findings))


def _limits(folder: Folder, rows: list[ChangeRow], files: Files) -> Any:
    limits, seen = files.policy.limits, set[str]()
    for row in rows:
        if row.limit is None:
            continue
        key, stands = f"limit.{row.limit}", getattr(files.policy.limits, row.limit)
        if row.limit in seen:
            folder.refuse(NUMBERS, key, "is changed twice")
        elif stands != row.old:
            folder.refuse(NUMBERS, key, f"is {stands}, not {row.old}")
        elif _is_in_bounds(folder, key, row, files.limits):
            limits = limits.model_copy(update={row.limit: row.new})
        seen.add(row.limit)
    return limits
