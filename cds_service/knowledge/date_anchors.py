"""The check that every date a condition counts from (`since`) is one that its rule names (`as`)."""

from collections.abc import Iterable, Iterator

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.model.conditions import (
    ALWAYS,
    Absent,
    Block,
    Condition,
    Imaged,
    Newest,
    NotRecorded,
    Ordered,
    Present,
    Screened,
)
from cds_service.model.content import Offer, Pattern, Policy, RatingCriterion, Rule, Silence, WithheldImaging
from cds_service.model.filters import Filters

ONSETS = frozenset({"onset", "recorded-onset"})  # known without `as`: when the pain began


def check_date_anchors(
    folder: ContentFolder,
    rules: Iterable[Rule],
    patterns: Iterable[Pattern],
    offers: Iterable[Offer],
    policy: Policy | None,
    ratings: Iterable[RatingCriterion] = (),
) -> None:
    """Note every `since` that counts from a date nothing names: such a condition could never be decided."""
    for rule in rules:
        _check_since(folder, f"rules/{rule.id}.toml", "", rule.block)
        for advice in rule.advice:  # a date that a row names is not known to the rows after it
            _check_since(folder, f"rules/{rule.id}.toml", advice.card, advice.block, rule.block)
        for note in rule.notes:  # evaluated on their own, like patterns, offers and policy
            _check_since(folder, f"rules/{rule.id}.toml", "note", note.block)
    for pattern in patterns:
        _check_since(folder, "patterns.toml", pattern.id, pattern.block)
    for offer in offers:
        if offer.withheld_when:
            _check_since(folder, "offers.toml", offer.id, offer.withheld_when)
    for rating in ratings:
        _check_since(folder, "ratings.toml", rating.id, rating.block)
    policy_rows: list[Silence | WithheldImaging] = [*policy.silences, *policy.withheld_imaging] if policy else []
    for row in policy_rows:
        _check_since(folder, "policy.toml", row.id, row.block)
    for imaging_note in policy.imaging_notes if policy else ():
        _check_since(folder, "policy.toml", imaging_note.id, imaging_note.note.block)


def _check_since(folder: ContentFolder, file: str, key: str, block: Block, outer: Block = ALWAYS) -> None:
    """Note what the block counts from, and neither it nor the `outer` block names."""
    own_filters = list(_collect_filters(block))
    own_dates = {filters.anchor for filters in own_filters if filters.anchor}
    known_dates = own_dates | {filters.anchor for filters in _collect_filters(outer) if filters.anchor}
    for name in sorted(ONSETS & own_dates):
        folder.add_problem(file, key, f'"as" cannot be called {name}: that is when the pain began')
    start_dates = {name for filters in own_filters for name in filters.since}
    for name in sorted(start_dates - known_dates - ONSETS):
        folder.add_problem(file, key, f"since: no date is called {name}{did_you_mean(name, known_dates | ONSETS)}")


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
        case Screened(since=since) if since:
            yield Filters(since=(since,))
        case _:
            return
