"""What restraint must earn: the hits of the safety screen that count, and data that did not arrive (R1, R2)."""

from collections.abc import Collection

from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.model.conditions import ANY_TEXT, Screened
from cds_service.model.dates import PartialDate, is_since, is_within
from cds_service.model.facts import Chart, ScreenHit
from cds_service.model.screen import ScreenGroup
from cds_service.model.sides import Side


def find_missing(kinds: Collection[str], chart: Chart) -> list[str]:
    """Return which of these kinds of data did not arrive whole: FHIR types, and the words of records."""
    missing = [kind for kind in kinds if kind in chart.missing_types]
    if ANY_TEXT in kinds and (chart.unscreened or "long text" in chart.unreadable):
        missing.append(ANY_TEXT)
    return missing


def find_counting_hits(condition: Screened, context: EvaluationContext) -> tuple[ScreenHit, ...]:
    """Return the hits of these groups that count today, on a side that the order covers."""
    hits = context.index.chart.screen_hits
    if not hits:
        return ()
    groups = context.index.content.screen_groups
    since = context.anchor_date(condition.since) if condition.since else None
    return tuple(
        hit
        for hit in hits
        if hit.group in condition.groups
        and _is_current(hit, groups[hit.group], context)
        and _is_since(hit, groups[hit.group], since)
        and (not groups[hit.group].is_sided or any(map(hit.side.covers, context.covered_sides)))
    )


def _is_since(hit: ScreenHit, group: ScreenGroup, since: PartialDate | None) -> bool:
    """Return whether a hit counts beside a study: it is newer, undated, or of a group that always counts."""
    if since is None or group.is_always or hit.when is None:
        return True
    return is_since(hit.when, since) is not False


def _is_current(hit: ScreenHit, group: ScreenGroup, context: EvaluationContext) -> bool:
    """Return whether a hit lies within its group's window. A hit without a date does."""
    match group.clock:
        case "sphincter":
            return not _is_long_standing(hit, group, context)
        case "since-pain":
            return _lies_within(hit.when, group, context) and not _is_before_pain(hit.when, context)
        case _:
            return _lies_within(hit.when, group, context)


def _lies_within(when: PartialDate | None, group: ScreenGroup, context: EvaluationContext) -> bool:
    if when is None or group.window_days is None:
        return True
    return is_within(when, context.index.chart.today, group.window_days) is not False


def _is_before_pain(when: PartialDate | None, context: EvaluationContext) -> bool:
    onset = context.index.symptom_onset(Side.BOTH)
    return when is not None and is_since(when, onset) is False


def _is_long_standing(hit: ScreenHit, group: ScreenGroup, context: EvaluationContext) -> bool:
    """Return whether trouble of bladder or bowel is older than the pain, and older than the group's window.

    It is by its stated onset; and without one where an older record says the same.
    """
    dates = [hit.onset] if hit.onset else [hit.when, *_dates_of_same(hit, context)]
    return any(
        _is_before_pain(when, context) and not _lies_within(when, group, context) for when in dates if when is not None
    )


def _dates_of_same(hit: ScreenHit, context: EvaluationContext) -> list[PartialDate | None]:
    same = [
        other
        for other in context.index.chart.screen_hits
        if other.group == hit.group and other.cause == hit.cause and other is not hit
    ]
    return [other.onset or other.when for other in same]
