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
_SIDE_WORDS = {
    "this": "",
    "opposite": "on the other side",
    "either": "on either side",
    "covered": "on a side the order covers",
    "all-covered": "on every side the order covers",
}
_ASKED_WORDS: Mapping[bool | str, str] = {False: "", True: "or asked to be ruled out", "only": "asked to be ruled out"}
ROLE_HEADINGS = (("all", "all of"), ("any", "at least one of"), ("none", "none of"))


def outline_block(block: Block, findings: Vocabulary, depth: int = 0) -> list[str]:
    """A block as indented lines: what must all hold, of what one must, of what none may."""
    lines = []
    for role, heading in ROLE_HEADINGS:
        conditions: tuple[Condition, ...] = getattr(block, role)
        if len(conditions) == 1 and role != "none":
            lines += _outline_condition(conditions[0], findings, depth)
        elif conditions:
            lines.append(f"{INDENT * depth}{heading}:")
            lines += [line for one in conditions for line in _outline_condition(one, findings, depth + 1)]
    return lines


def _outline_condition(condition: Condition, findings: Vocabulary, depth: int) -> list[str]:
    if isinstance(condition, Block):
        return outline_block(condition, findings, depth)
    return [f"{INDENT * depth}{describe_condition(condition, findings)}"]


def describe_condition(condition: Condition, findings: Vocabulary) -> str:
    """One condition in plain words; a block as one line."""
    if isinstance(condition, Block):
        return describe_block(condition, findings)
    return " ".join(_DESCRIBERS[type(condition)](condition, findings).split())


def describe_block(block: Block, findings: Vocabulary) -> str:
    """A block as one line."""
    parts = []
    for role, heading in ROLE_HEADINGS:
        conditions: tuple[Condition, ...] = getattr(block, role)
        said = "; ".join(describe_condition(one, findings) for one in conditions)
        if said:
            parts.append(said if role == "all" else f"{heading} ({said})")
    return " and ".join(parts)


def describe_leaf(leaf: Leaf, findings: Vocabulary) -> str:
    """One entry of a group, with its filters and block."""
    beside = f" and {describe_block(leaf.block, findings)}" if leaf.block else ""
    return " ".join(f"{describe_name(leaf.finding, findings)} {describe_filters(leaf.filters)}{beside}".split())


def describe_name(name: str, findings: Vocabulary) -> str:
    """A finding by its label, a group by its name."""
    return findings[name].label if name in findings else f"any {name}"


def describe_filters(filters: Filters) -> str:
    """The filters in words; nothing for those that ask nothing."""
    parts = [
        "with its side stated" if filters.stated else "",
        {"one": "of one side only", "both": "of both sides"}.get(filters.sides or "", ""),
        *(f"with {name} {_join_words(values)}" for name, values in filters.qualifiers.items()),
        _ASKED_WORDS[filters.asked],
        _SIDE_WORDS[filters.side],
        _describe_time_filters(filters),
        f"(its date: {filters.anchor})" if filters.anchor else "",
    ]
    return " ".join(part for part in parts if part)


def _describe_time_filters(filters: Filters) -> str:
    parts = [f"since the {_join_words(filters.since, 'and the')}"] if filters.since else []
    if filters.within is not None:
        parts.append(f"within {filters.within} days")
    if filters.ago is not None:
        parts.append(f"at least {filters.ago} days ago")
    return f"{', '.join(parts)} (undated {filters.undated})" if parts else ""


def _shared_filters(leaves: Iterable[Leaf]) -> Filters:
    """The filters that all entries have alike: those of the condition around them."""
    all_filters = [leaf.filters for leaf in leaves]
    alike: dict[str, Any] = {}
    for part in (one for one in fields(Filters) if one.init):
        values = [getattr(filters, part.name) for filters in all_filters]
        same = all(value == values[0] for value in values)
        alike[part.name] = values[0] if same else getattr(ANY_FACT, part.name)
    return Filters(**alike)


def _join_words(values: Iterable[object], conjunction: str = "or") -> str:
    *most, last = [str(value) for value in values]
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _join_names(condition: Present | Absent | NotRecorded, findings: Vocabulary, conjunction: str = "or") -> str:
    return _join_words([describe_name(name, findings) for name in condition.names], conjunction)


def _describe_present(condition: Present, findings: Vocabulary) -> str:
    count = f"at least {condition.at_least} of: " if condition.at_least > 1 else ""
    shared = _shared_filters(condition.leaves)
    present = "" if shared.asked == "only" else "present"
    return f"{count}{_join_names(condition, findings)} {present} {describe_filters(shared)}"


def _describe_absent(condition: Absent, findings: Vocabulary) -> str:
    filters = describe_filters(_shared_filters(condition.leaves))
    return f"{_join_names(condition, findings, 'and')} recorded absent {filters}"


def _describe_not_recorded(condition: NotRecorded, findings: Vocabulary) -> str:
    filters = describe_filters(_shared_filters(condition.leaves))
    return f"{_join_names(condition, findings, 'and')} not recorded either way {filters}"


def _describe_newest(condition: Newest, findings: Vocabulary) -> str:
    among = _join_words([describe_name(name, findings) for name in condition.names], "and")
    stating = f"that states its {condition.stating}" if condition.stating else ""
    winner = describe_name(condition.winner, findings)
    return f"the newest of {among} {stating} is {winner} {describe_filters(condition.filters)}"


def _describe_pattern_is(condition: PatternIs, _: Vocabulary) -> str:
    return f"the pattern is {_join_words(sorted(condition.patterns))} {_SIDE_WORDS[condition.side]}"


def _describe_imaged(condition: Imaged, _: Vocabulary) -> str:
    return f"imaging done: {describe_spec(condition.spec)} {describe_filters(condition.filters)}"


def _describe_ordered(condition: Ordered, findings: Vocabulary) -> str:
    what = [describe_spec(condition.spec)] if condition.spec != ImagingSpec() or not condition.treatments else []
    what += [describe_name(name, findings) for name in sorted(condition.treatments)]
    stage = f" as {_join_words(sorted(condition.stages))}" if condition.stages else ""
    return f"also ordered: {', '.join(what)}{stage} {describe_filters(condition.filters)}"


def _describe_order_is(condition: OrderIs, _: Vocabulary) -> str:
    parts = [describe_spec(condition.spec)] if condition.spec != ImagingSpec() else []
    if condition.one_side is not None:
        parts.append("names one side only")
    if condition.sides_differ is not None:
        agree = "name different sides" if condition.sides_differ else "do not name different sides"
        parts.append(f"its code and body site {agree}")
    return f"the order: {', '.join(parts)}"


def describe_spec(spec: ImagingSpec) -> str:
    """Which imaging is meant."""
    asked = (("region", spec.region), ("modality", spec.modality), ("contrast", spec.contrast))
    parts = [_describe_spec_values(what, values) for what, values in asked if values]
    return ", ".join(parts) or "any imaging"


def _describe_spec_values(attribute: str, values: frozenset[str]) -> str:
    if "same" in values:
        return f"the same {attribute}"
    prefix = "contrast " if attribute == "contrast" else ""
    return prefix + _join_words(sorted(values))


def _describe_duration(condition: Duration, _: Vocabulary) -> str:
    bounds = _describe_range(condition.at_least, condition.below, "days")
    return f"symptoms known to have lasted {bounds} {_SIDE_WORDS[condition.side]}"


def _describe_age(condition: Age, _: Vocabulary) -> str:
    return f"age {_describe_range(condition.at_least, condition.below, 'years')}"


def _describe_range(at_least: int | None, below: int | None, unit: str) -> str:
    bounds = [f"at least {at_least} {unit}"] if at_least is not None else []
    return " and ".join(bounds + ([f"less than {below} {unit}"] if below is not None else []))


def _describe_spoke(condition: Spoke, _: Vocabulary) -> str:
    return f"the rule {_join_words(sorted(condition.rules))} speaks"


_DESCRIBERS: Mapping[type, Callable[[Any, Vocabulary], str]] = {
    Present: _describe_present,
    Absent: _describe_absent,
    NotRecorded: _describe_not_recorded,
    Newest: _describe_newest,
    PatternIs: _describe_pattern_is,
    Imaged: _describe_imaged,
    Ordered: _describe_ordered,
    OrderIs: _describe_order_is,
    Duration: _describe_duration,
    Age: _describe_age,
    Spoke: _describe_spoke,
}
