"""Puts conditions and blocks of the content into plain words, for traces and for the document a clinician signs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from cds_service.model.conditions import (
    ANY_FACT,
    Absent,
    Age,
    Block,
    Condition,
    Duration,
    Filters,
    Imaged,
    ImagingSpec,
    Leaf,
    Newest,
    NotRecorded,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Spoke,
)
from cds_service.model.vocabulary import Vocabulary

INDENT = "  "
_SIDES = {
    "this": "",
    "opposite": "on the other side",
    "either": "on either side",
    "covered": "on a side the order covers",
    "all-covered": "on every side the order covers",
}
_ASKED: Mapping[bool | str, str] = {False: "", True: "or asked to be ruled out", "only": "asked to be ruled out"}
ROLES = (("all", "all of"), ("any", "at least one of"), ("none", "none of"))


def outline(block: Block, findings: Vocabulary, depth: int = 0) -> list[str]:
    """A block as indented lines: what must all hold, of what one must, of what none may."""
    lines = []
    for role, heading in ROLES:
        conditions: tuple[Condition, ...] = getattr(block, role)
        if len(conditions) == 1 and role != "none":
            lines += _entry(conditions[0], findings, depth)
        elif conditions:
            lines.append(f"{INDENT * depth}{heading}:")
            lines += [line for one in conditions for line in _entry(one, findings, depth + 1)]
    return lines


def _entry(condition: Condition, findings: Vocabulary, depth: int) -> list[str]:
    if isinstance(condition, Block):
        return outline(condition, findings, depth)
    return [f"{INDENT * depth}{describe(condition, findings)}"]


def describe(condition: Condition, findings: Vocabulary) -> str:
    """One condition in plain words; a block as one line."""
    if isinstance(condition, Block):
        return inline(condition, findings)
    return " ".join(_WORDS[type(condition)](condition, findings).split())


def inline(block: Block, findings: Vocabulary) -> str:
    """A block as one line."""
    parts = []
    for role, heading in ROLES:
        conditions: tuple[Condition, ...] = getattr(block, role)
        said = "; ".join(describe(one, findings) for one in conditions)
        if said:
            parts.append(said if role == "all" else f"{heading} ({said})")
    return " and ".join(parts)


def leaf_words(leaf: Leaf, findings: Vocabulary) -> str:
    """One entry of a group, with its filters and block."""
    beside = f" and {inline(leaf.block, findings)}" if leaf.block else ""
    return " ".join(f"{name_words(leaf.finding, findings)} {filter_words(leaf.filters)}{beside}".split())


def name_words(name: str, findings: Vocabulary) -> str:
    """A finding by its label, a group by its name."""
    return findings[name].label if name in findings else f"any {name}"


def filter_words(filters: Filters) -> str:
    """The filters in words; nothing for those that ask nothing."""
    parts = [
        "with its side stated" if filters.stated else "",
        {"one": "of one side only", "both": "of both sides"}.get(filters.sides or "", ""),
        *(f"with {name} {_either(values)}" for name, values in filters.qualifiers.items()),
        _ASKED[filters.asked],
        _SIDES[filters.side],
        _time_words(filters),
        f"(its date: {filters.anchor})" if filters.anchor else "",
    ]
    return " ".join(part for part in parts if part)


def _time_words(filters: Filters) -> str:
    parts = [f"since the {_either(filters.since, 'and the')}"] if filters.since else []
    if filters.within is not None:
        parts.append(f"within {filters.within} days")
    if filters.ago is not None:
        parts.append(f"at least {filters.ago} days ago")
    return f"{', '.join(parts)} (undated {filters.undated})" if parts else ""


def _shared(leaves: Iterable[Leaf]) -> Filters:
    """The filters that all entries have alike: those of the condition around them."""
    all_filters = [leaf.filters for leaf in leaves]
    alike: dict[str, Any] = {}
    for part in (one for one in fields(Filters) if one.init):
        values = [getattr(filters, part.name) for filters in all_filters]
        same = all(value == values[0] for value in values)
        alike[part.name] = values[0] if same else getattr(ANY_FACT, part.name)
    return Filters(**alike)


def _either(values: Iterable[object], word: str = "or") -> str:
    *most, last = [str(value) for value in values]
    return f"{', '.join(most)} {word} {last}" if most else last


def _names(condition: Present | Absent | NotRecorded, findings: Vocabulary, word: str = "or") -> str:
    return _either([name_words(name, findings) for name in condition.named], word)


def _present(condition: Present, findings: Vocabulary) -> str:
    count = f"at least {condition.at_least} of: " if condition.at_least > 1 else ""
    shared = _shared(condition.leaves)
    present = "" if shared.asked == "only" else "present"
    return f"{count}{_names(condition, findings)} {present} {filter_words(shared)}"


def _absent(condition: Absent, findings: Vocabulary) -> str:
    return f"{_names(condition, findings, 'and')} recorded absent {filter_words(_shared(condition.leaves))}"


def _not_recorded(condition: NotRecorded, findings: Vocabulary) -> str:
    return f"{_names(condition, findings, 'and')} not recorded either way {filter_words(_shared(condition.leaves))}"


def _newest(condition: Newest, findings: Vocabulary) -> str:
    among = _either([name_words(name, findings) for name in condition.named], "and")
    stating = f"that states its {condition.stating}" if condition.stating else ""
    winner = name_words(condition.winner, findings)
    return f"the newest of {among} {stating} is {winner} {filter_words(condition.filters)}"


def _pattern_is(condition: PatternIs, _: Vocabulary) -> str:
    return f"the pattern is {_either(sorted(condition.patterns))} {_SIDES[condition.side]}"


def _imaged(condition: Imaged, _: Vocabulary) -> str:
    return f"imaging done: {spec_words(condition.spec)} {filter_words(condition.filters)}"


def _ordered(condition: Ordered, findings: Vocabulary) -> str:
    what = [spec_words(condition.spec)] if condition.spec != ImagingSpec() or not condition.treatments else []
    what += [name_words(name, findings) for name in sorted(condition.treatments)]
    stage = f" as {_either(sorted(condition.stages))}" if condition.stages else ""
    return f"also ordered: {', '.join(what)}{stage} {filter_words(condition.filters)}"


def _order_is(condition: OrderIs, _: Vocabulary) -> str:
    parts = [spec_words(condition.spec)] if condition.spec != ImagingSpec() else []
    if condition.one_side is not None:
        parts.append("names one side only")
    if condition.sides_differ is not None:
        agree = "name different sides" if condition.sides_differ else "do not name different sides"
        parts.append(f"its code and body site {agree}")
    return f"the order: {', '.join(parts)}"


def spec_words(spec: ImagingSpec) -> str:
    """Which imaging is meant."""
    asked = (("region", spec.region), ("modality", spec.modality), ("contrast", spec.contrast))
    parts = [_wanted(what, values) for what, values in asked if values]
    return ", ".join(parts) or "any imaging"


def _wanted(what: str, values: frozenset[str]) -> str:
    if "same" in values:
        return f"the same {what}"
    prefix = "contrast " if what == "contrast" else ""
    return prefix + _either(sorted(values))


def _duration(condition: Duration, _: Vocabulary) -> str:
    bounds = _range_words(condition.at_least, condition.below, "days")
    return f"symptoms known to have lasted {bounds} {_SIDES[condition.side]}"


def _age(condition: Age, _: Vocabulary) -> str:
    return f"age {_range_words(condition.at_least, condition.below, 'years')}"


def _range_words(at_least: int | None, below: int | None, unit: str) -> str:
    bounds = [f"at least {at_least} {unit}"] if at_least is not None else []
    return " and ".join(bounds + ([f"less than {below} {unit}"] if below is not None else []))


def _spoke(condition: Spoke, _: Vocabulary) -> str:
    return f"the rule {_either(sorted(condition.rules))} speaks"


_WORDS: Mapping[type, Callable[[Any, Vocabulary], str]] = {
    Present: _present,
    Absent: _absent,
    NotRecorded: _not_recorded,
    Newest: _newest,
    PatternIs: _pattern_is,
    Imaged: _imaged,
    Ordered: _ordered,
    OrderIs: _order_is,
    Duration: _duration,
    Age: _age,
    Spoke: _spoke,
}
