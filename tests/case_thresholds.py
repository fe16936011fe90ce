"""Every limit in the content, with predicates for a clinicians' case that lies on it or just beyond it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from case_reading import Case

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.fact_matcher import date_that_counts
from cds_service.model.conditions import Absent, Age, Block, Condition, Duration, Imaged, Leaf, NotRecorded, Present
from cds_service.model.content import Content, Rule
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Stage
from cds_service.model.filters import Filters
from cds_service.model.screen import ScreenGroup
from cds_service.model.sides import EACH_SIDE

CasePredicate = Callable[[Case, ChartIndex], bool]


@dataclass(frozen=True)
class Threshold:
    """One limit, in words, and predicates for a case on the last day or year inside, or the first outside.

    `rule`: the rule whose file must hold both cases. None: any file may.
    """

    rule: str | None
    words: str
    inside: CasePredicate
    outside: CasePredicate


def conditions_of(block: Block) -> Iterator[Condition]:
    """Yield every condition of a block, including those of inner blocks, named conditions and groups' entries."""
    for condition in (*block.all, *block.any, *block.none):
        if isinstance(condition, Block):
            yield from conditions_of(condition)
            continue
        yield condition
        if isinstance(condition, Present | Absent | NotRecorded):
            for leaf in condition.leaves:
                if leaf.block:
                    yield from conditions_of(leaf.block)


def own_conditions_of(block: Block) -> Iterator[Condition]:
    """Yield the conditions that a block itself writes. Named conditions and groups' entries are shared by rules."""
    for condition in (*block.all, *block.any, *block.none):
        if not isinstance(condition, Block):
            yield condition
        elif not condition.label:
            yield from own_conditions_of(condition)


def named_conditions_of(content: Content) -> list[Block]:
    """Return every named condition that the content uses, once."""
    blocks = [block for rule in content.rules for block in blocks_of(rule)]
    blocks += [*_shared_blocks(content), *(leaf.block for leaf in _group_leaves(content) if leaf.block)]
    found: dict[str, Block] = {}
    while blocks:
        block = blocks.pop()
        parts = (*block.all, *block.any, *block.none)
        blocks += [part for part in parts if isinstance(part, Block)]
        leaves = [leaf for part in parts if isinstance(part, Present | Absent | NotRecorded) for leaf in part.leaves]
        blocks += [leaf.block for leaf in leaves if leaf.block]
        if block.label:
            found[block.label] = block
    return list(found.values())


def blocks_of(rule: Rule) -> list[Block]:
    """Return the blocks that decide what a rule says."""
    asks = [ask.block for ask in (*rule.asks, *(ask for row in rule.advice for ask in row.asks or ()))]
    return [rule.block, *(row.block for row in rule.advice), *(note.block for note in rule.notes), *asks]


def _shared_blocks(content: Content) -> list[Block]:
    shared = [pattern.block for pattern in content.patterns]
    shared += [row.block for row in (*content.policy.silences, *content.policy.withheld_imaging)]
    shared += [offer.withheld_when for offer in content.offers.values() if offer.withheld_when]
    return shared


def _group_leaves(content: Content) -> list[Leaf]:
    return [leaf for leaves in content.groups.values() for leaf in leaves]


def thresholds(content: Content) -> list[Threshold]:
    """Return every limit of rules, named conditions, groups, patterns, policy, screen and findings, each once."""
    limits = [
        limit for rule in content.rules for block in blocks_of(rule) for limit in _of_block(block, rule.id, content)
    ]
    shared = [*_shared_blocks(content), *named_conditions_of(content)]
    shared += [leaf.block for leaf in _group_leaves(content) if leaf.block]
    limits += [limit for block in shared for limit in _of_block(block, None, content)]
    limits += _of_leaves(_group_leaves(content), None, content)
    limits += _of_policy(content)
    limits += [_screened(group) for group in content.screen_groups.values() if group.window_days is not None]
    return list({(limit.rule, limit.words): limit for limit in limits}.values())


def _of_block(block: Block, rule: str | None, content: Content) -> Iterator[Threshold]:
    conditions = list(own_conditions_of(block))
    for condition in conditions:
        match condition:
            case Present(leaves=leaves, names=named) | Absent(leaves=leaves, names=named):
                named_leaves = [leaf for leaf in leaves if leaf.finding in named]
                yield from _of_leaves(named_leaves, rule, content)
                yield from _after_anchors(named_leaves, conditions, rule, content)
            case Duration(at_least=minimum, below=limit):
                yield from (_lasting(rule, days) for days in (minimum, limit) if days is not None)
            case Age(at_least=minimum, below=limit):
                yield from (_aged(rule, years) for years in (minimum, limit) if years is not None)
            case Imaged() if condition.filters.within is not None:
                yield _imaged(rule, condition, condition.filters.within)
            case _:
                continue


def _of_leaves(leaves: Iterable[Leaf], rule: str | None, content: Content) -> Iterator[Threshold]:
    """Yield one limit for all findings that a condition names together, or one for each entry of a group."""
    for key, beyond in (("within", 1), ("ago", -1)):
        names_of: dict[tuple[int, str | None], set[str]] = {}
        for leaf in leaves:
            days = getattr(leaf.filters, key)
            if days is not None:
                names_of.setdefault((days, leaf.filters.by), set()).add(leaf.finding)
        for (days, by), names in names_of.items():
            for limited_names in [sorted(names)] if rule else [[name] for name in sorted(names)]:
                yield _dated(rule, tuple(limited_names), days, beyond, content, by)


_DATE_WORDS = {None: "recorded", "onset": "begun, or recorded,", "stated-onset": "begun", "recorded": "recorded"}


def _dated(
    rule: str | None, names: tuple[str, ...], days: int, beyond: int, content: Content, by: str | None = None
) -> Threshold:
    labels = " or ".join(sorted(content.findings[name].label for name in names))

    def is_aged(age: int) -> CasePredicate:
        return lambda case, _: any(
            fact.id in names
            and fact.value is not FindingValue.ABSENT
            and _days_ago(case, date_that_counts(fact, Filters(by=by))) == age
            for fact in case.chart.findings
        )

    words = f"{labels} {_DATE_WORDS[by]} {'at least' if beyond < 0 else 'at most'} {days} days ago"
    return Threshold(rule, words, is_aged(days), is_aged(days + beyond))


def _after_anchors(
    leaves: Iterable[Leaf], conditions: Iterable[Condition], rule: str | None, content: Content
) -> Iterator[Threshold]:
    """Yield the limits of `for_days`: how long after the date that another condition of the block names."""
    anchored: dict[str, set[str]] = {}
    for condition in conditions:
        for leaf in condition.leaves if isinstance(condition, Present) else ():
            if leaf.filters.anchor:
                anchored.setdefault(leaf.filters.anchor, set()).add(leaf.finding)
    for leaf in leaves:
        if leaf.filters.for_days is not None:
            for anchor in leaf.filters.since:
                yield _after(rule, leaf, anchored[anchor], leaf.filters.for_days, content)


def _after(rule: str | None, leaf: Leaf, earlier: Collection[str], days: int, content: Content) -> Threshold:
    def is_later_by(gap: int) -> CasePredicate:
        def holds(case: Case, _: ChartIndex) -> bool:
            facts = [fact for fact in case.chart.findings if fact.value is not FindingValue.ABSENT]
            later = [_days_ago(case, date_that_counts(fact, leaf.filters)) for fact in facts if fact.id == leaf.finding]
            starts = [_days_ago(case, fact.when) for fact in facts if fact.id in earlier]
            return any(
                start is not None and day is not None and start - day == gap for start in starts for day in later
            )

        return holds

    start_labels = " or ".join(sorted(content.findings[name].label for name in earlier))
    words = f"{content.findings[leaf.finding].label} at most {days} days after {start_labels}"
    return Threshold(rule, words, is_later_by(days), is_later_by(days + 1))


def _screened(group: ScreenGroup) -> Threshold:
    """Return the limit on how long a hit of the safety screen counts."""
    days = group.window_days
    assert days is not None

    def is_aged(age: int) -> CasePredicate:
        return lambda case, _: any(
            hit.group == group.id and _days_ago(case, hit.onset or hit.when) == age for hit in case.chart.screen_hits
        )

    return Threshold(None, f"safety screen: {group.label} {days} days ago", is_aged(days), is_aged(days + 1))


def _imaged(rule: str | None, condition: Imaged, days: int) -> Threshold:
    regions = condition.spec.region - {"same"}

    def is_aged(age: int) -> CasePredicate:
        return lambda case, _: any(
            study.stage is Stage.STUDY
            and (not regions or study.region in regions)
            and _days_ago(case, study.when) == age
            for study in case.chart.imaging
        )

    region_words = " or ".join(sorted(regions)) or "the region ordered"
    words = f"imaging of {region_words} done at most {days} days ago"
    return Threshold(rule, words, is_aged(days), is_aged(days + 1))


def _days_ago(case: Case, when: PartialDate | None) -> int | None:
    return (case.chart.today - when.first).days if when and when.is_exact else None


def _lasting(rule: str | None, days: int) -> Threshold:
    """Return the limit on the duration of pain: known to have lasted so long, or known to be a day short of it."""
    words = f"pain lasting {days} days"
    return Threshold(
        rule,
        words,
        lambda _, index: any(index.symptom_duration(side).at_least == days for side in EACH_SIDE),
        lambda _, index: any(index.symptom_duration(side).at_most == days - 1 for side in EACH_SIDE),
    )


def _aged(rule: str | None, years: int) -> Threshold:
    words = f"age {years}"
    return Threshold(rule, words, lambda case, _: case.chart.age == years, lambda case, _: case.chart.age == years - 1)


def _of_policy(content: Content) -> Iterator[Threshold]:
    """Yield for how long a request counts as ordered, a finding as current, and a treatment if no onset is recorded."""
    days = content.policy.recent_request

    def is_request_aged(age: int) -> CasePredicate:
        return lambda case, _: any(
            order.stage is Stage.REQUEST and _days_ago(case, order.when) == age for order in case.chart.imaging
        )

    yield Threshold(None, f"a request {days} days old", is_request_aged(days), is_request_aged(days + 1))
    findings = content.findings.values()
    for window in sorted({finding.window_days for finding in findings if finding.window_days is not None}):
        names = tuple(finding.id for finding in findings if finding.window_days == window)
        dated = _dated(None, names, window, 1, content)
        yield Threshold(None, f"a finding that counts for {window} days", dated.inside, dated.outside)
    care = tuple({leaf.finding for leaf in content.groups["care-tried"]})
    fallback_days = content.policy.onset_not_recorded
    tried = _dated(None, care, fallback_days, 1, content)
    yield Threshold(None, f"care begun {fallback_days} days ago, no onset recorded", tried.inside, tried.outside)
