"""The dates that conditions name (`as`) and count from (`since`): each counted from must be named in the same rule."""

from collections.abc import Iterable, Iterator

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.model.conditions import (
    Absent,
    Block,
    Condition,
    Filters,
    Imaged,
    Newest,
    NotRecorded,
    Ordered,
    Present,
)
from cds_service.model.content import Offer, Pattern, Policy, RatingCriterion, Rule, Silence, WithheldImaging

ONSET = "onset"  # the one date every chart names


def check_date_anchors(
    folder: ContentFolder,
    rules: Iterable[Rule],
    patterns: Iterable[Pattern],
    offers: Iterable[Offer],
    policy: Policy | None,
    ratings: Iterable[RatingCriterion] = (),
) -> None:
    """Note every `since` that counts from a date nothing names; such a condition could never be told."""
    for rule in rules:
        _check_since(folder, f"rules/{rule.id}.toml", "", rule.block, *(row.block for row in rule.advice))
        for note in rule.notes:  # judged by themselves, as are patterns, offers and policy
            _check_since(folder, f"rules/{rule.id}.toml", "note", note.block)
    for pattern in patterns:
        _check_since(folder, "patterns.toml", pattern.id, pattern.block)
    for offer in offers:
        if offer.withheld_when:
            _check_since(folder, "offers.toml", offer.id, offer.withheld_when)
    for rating in ratings:
        _check_since(folder, "ratings.toml", rating.id, rating.block)
    across: list[Silence | WithheldImaging] = [*policy.silences, *policy.withheld_imaging] if policy else []
    for row in across:
        _check_since(folder, "policy.toml", row.id, row.block)


def _check_since(folder: ContentFolder, file: str, key: str, block: Block, *dependents: Block) -> None:
    named = {filters.anchor for filters in _collect_filters(block) if filters.anchor}
    if ONSET in named:
        folder.add_problem(file, key, f'"as" cannot be called {ONSET}: that is when the pain began')
    counted = {name for part in (block, *dependents) for filters in _collect_filters(part) for name in filters.since}
    for name in sorted(counted - named - {ONSET}):
        folder.add_problem(file, key, f"since: no date is called {name}{did_you_mean(name, {*named, ONSET})}")


def _collect_filters(condition: Condition) -> Iterator[Filters]:
    match condition:
        case Block():
            for part in (*condition.all, *condition.any, *condition.none):
                yield from _collect_filters(part)
        case Present() | Absent() | NotRecorded():
            for leaf in condition.leaves:
                yield leaf.filters
                if leaf.block:
                    yield from _collect_filters(leaf.block)
        case Newest() | Imaged() | Ordered():
            yield condition.filters
        case _:
            return
