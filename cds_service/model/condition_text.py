"""Descriptions of conditions and blocks in plain words, for traces and for the document that a clinician signs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from cds_service.model.conditions import (
    ANY_TEXT,
    Absent,
    Age,
    Block,
    Condition,
    Duration,
    Imaged,
    ImagingSpec,
    Leaf,
    Newest,
    NotRecorded,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Received,
    Screened,
    Spoke,
)
from cds_service.model.filters import ANY_FACT, Filters
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
_DATE_WORDS: Mapping[str | None, str] = {
    None: "",
    "onset": ", by its onset if stated",
    "stated-onset": ", by its stated onset",
    "recorded": ", by its newest record",
}
ROLE_HEADINGS = (("all", "all of"), ("any", "at least one of"), ("none", "none of"))


def outline_block(block: Block, findings: Vocabulary, depth: int = 0, *, is_nested: bool = False) -> list[str]:
    """Return a block as indented lines, under the headings "all of", "at least one of" and "none of".

    A nested block with several of these stands under a heading of its own: its "none of" would else read as one more
    alternative of the block around it.
    """
    lines = []
    is_framed = is_nested and sum(bool(getattr(block, role)) for role, _ in ROLE_HEADINGS) > 1
    if is_framed:
        lines.append(f"{INDENT * depth}all of:")
        depth += 1
    for role, heading in ROLE_HEADINGS:
        conditions: tuple[Condition, ...] = getattr(block, role)
        is_framed_all = is_framed and role == "all"
        has_heading = not is_framed_all and (len(conditions) > 1 or (bool(conditions) and role == "none"))
        if has_heading:
            lines.append(f"{INDENT * depth}{heading}:")
        condition_depth = depth + 1 if has_heading else depth
        for condition in conditions:
            if isinstance(condition, Block) and not condition.label:
                lines += outline_block(condition, findings, condition_depth, is_nested=True)
            else:
                lines.append(f"{INDENT * condition_depth}{describe_condition(condition, findings)}")
    return lines


def describe_condition(condition: Condition, findings: Vocabulary) -> str:
    """Describe one condition in plain words; a block on one line."""
    if isinstance(condition, Block):
        return condition.label or describe_block(condition, findings)
    return " ".join(_DESCRIBERS[type(condition)](condition, findings).split())


def describe_block(block: Block, findings: Vocabulary) -> str:
    """Describe a block on one line."""
    parts = []
    for role, heading in ROLE_HEADINGS:
        conditions: tuple[Condition, ...] = getattr(block, role)
        text = "; ".join(describe_condition(condition, findings) for condition in conditions)
        if text:
            parts.append(text if role == "all" else f"{heading} ({text})")
    return " and ".join(parts)


def describe_leaf(leaf: Leaf, findings: Vocabulary) -> str:
    """Describe one entry of a group, with its filters and block."""
    block = f" and {describe_block(leaf.block, findings)}" if leaf.block else ""
    return " ".join(f"{describe_name(leaf.finding, findings)} {describe_filters(leaf.filters)}{block}".split())


def describe_name(name: str, findings: Vocabulary) -> str:
    """Return the label of a finding, or "any …" for a group: "any hip sign", "any leg pain" for `any-leg-pain`."""
    return findings[name].label if name in findings else f"any {name.removeprefix('any-').replace('-', ' ')}"


def describe_filters(filters: Filters) -> str:
    """Describe the filters in words. Filters left at their default add nothing."""
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
    if filters.for_days is not None:
        parts.append(f"for at most {filters.for_days} days after it")
    undated = f" (undated {filters.undated})" if filters.undated else ""  # entries of a group may differ in it
    return f"{', '.join(parts)}{_DATE_WORDS[filters.by]}{undated}" if parts else ""


def _shared_filters(leaves: Iterable[Leaf]) -> Filters:
    """Return the filters that all entries share: those written on the condition itself."""
    all_filters = [leaf.filters for leaf in leaves]
    shared: dict[str, Any] = {}
    for field in fields(Filters):
        if field.init:
            values = [getattr(filters, field.name) for filters in all_filters]
            is_shared = all(value == values[0] for value in values)
            shared[field.name] = values[0] if is_shared else getattr(ANY_FACT, field.name)
    return Filters(**shared)


def _join_words(values: Iterable[object], conjunction: str = "or") -> str:
    *leading, last = [str(value) for value in values]
    return f"{', '.join(leading)} {conjunction} {last}" if leading else last


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
    candidates = _join_words([describe_name(name, findings) for name in condition.names], "and")
    stating = f"that states its {condition.stating}" if condition.stating else ""
    winner = describe_name(condition.winner, findings)
    return f"the newest of {candidates} {stating} is {winner} {describe_filters(condition.filters)}"


def _describe_pattern_is(condition: PatternIs, _: Vocabulary) -> str:
    return f"the pattern is {_join_words(sorted(condition.patterns))} {_SIDE_WORDS[condition.side]}"


def _describe_imaged(condition: Imaged, _: Vocabulary) -> str:
    return f"imaging done: {describe_spec(condition.spec)} {describe_filters(condition.filters)}"


def _describe_ordered(condition: Ordered, findings: Vocabulary) -> str:
    orders = [describe_spec(condition.spec)] if condition.spec != ImagingSpec() or not condition.treatments else []
    orders += [describe_name(name, findings) for name in sorted(condition.treatments)]
    stage = f" as {_join_words(sorted(condition.stages))}" if condition.stages else ""
    return f"also ordered: {', '.join(orders)}{stage} {describe_filters(condition.filters)}"


def _describe_order_is(condition: OrderIs, _: Vocabulary) -> str:
    parts = [describe_spec(condition.spec)] if condition.spec != ImagingSpec() else []
    if condition.one_side is not None:
        parts.append("names one side only")
    if condition.sides_differ is not None:
        verb = "name" if condition.sides_differ else "do not name"
        parts.append(f"its code and body site {verb} different sides")
    return f"the order: {', '.join(parts)}"


def describe_spec(spec: ImagingSpec) -> str:
    """Describe which imaging is meant."""
    parts = []
    for attribute, values in (("region", spec.region), ("modality", spec.modality), ("contrast", spec.contrast)):
        if "same" in values:
            parts.append(f"the same {attribute}")
        elif values:
            parts.append(("contrast " if attribute == "contrast" else "") + _join_words(sorted(values)))
    return ", ".join(parts) or "any imaging"


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


def _describe_received(condition: Received, _: Vocabulary) -> str:
    kinds = [kind for kind in sorted(condition.kinds) if kind != ANY_TEXT]
    texts = ["the words of every record"] if ANY_TEXT in condition.kinds else []
    return f"received whole: {_join_words([*kinds, *texts], 'and')}"


def _describe_screened(condition: Screened, _: Vocabulary) -> str:
    since = f" since the {condition.since}" if condition.since else ""
    return f"the safety screen met {_join_words(sorted(condition.groups))}{since}"


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
    Received: _describe_received,
    Screened: _describe_screened,
}
