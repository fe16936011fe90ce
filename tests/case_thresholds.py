"""Every limit in the content, with predicates for a clinicians' case that lies on it or just beyond it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from case_reading import Case

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.conditions import Absent, Age, Block, Condition, Duration, Imaged, Leaf, NotRecorded, Present
from cds_service.model.content import Content, Rule
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Stage
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
    """Yield every condition of a block, including those of inner blocks and of groups' entries."""
    for condition in (*block.all, *block.any, *block.none):
        if isinstance(condition, Block):
            yield from conditions_of(condition)
            continue
        yield condition
        if isinstance(condition, Present | Absent | NotRecorded):
            for leaf in condition.leaves:
                if leaf.block:
                    yield from conditions_of(leaf.block)


def blocks_of(rule: Rule) -> list[Block]:
    """Return the blocks that decide what a rule says."""
    return [rule.block, *(row.block for row in rule.advice), *(note.block for note in rule.notes)]


def thresholds(content: Content) -> list[Threshold]:
    """Return every limit of rules, groups, patterns, policy and findings, without duplicates."""
    limits = [
        limit for rule in content.rules for block in blocks_of(rule) for limit in _of_block(block, rule.id, content)
    ]
    shared = [pattern.block for pattern in content.patterns]
    shared += [row.block for row in (*content.policy.silences, *content.policy.withheld_imaging)]
    shared += [offer.withheld_when for offer in content.offers.values() if offer.withheld_when]
    limits += [limit for block in shared for limit in _of_block(block, None, content)]
    limits += [limit for leaves in content.groups.values() for limit in _of_leaves(leaves, None, content)]
    limits += _of_policy(content)
    return list({(limit.rule, limit.words): limit for limit in limits}.values())


def _of_block(block: Block, rule: str | None, content: Content) -> Iterator[Threshold]:
    for condition in conditions_of(block):
        match condition:
            case Present(leaves=leaves, names=named) | Absent(leaves=leaves, names=named):
                named_leaves = tuple(leaf for leaf in leaves if leaf.finding in named)
                if named_leaves:
                    yield from _of_leaves(named_leaves, rule, content)
            case Duration(at_least=minimum, below=limit):
                yield from (_lasting(rule, days) for days in (minimum, limit) if days is not None)
            case Age(at_least=minimum, below=limit):
                yield from (_aged(rule, years) for years in (minimum, limit) if years is not None)
            case Imaged() if condition.filters.within is not None:
                yield _imaged(rule, condition, condition.filters.within)
            case _:
                continue


def _of_leaves(leaves: tuple[Leaf, ...], rule: str | None, content: Content) -> Iterator[Threshold]:
    """Yield one limit for all findings that a condition names together, or one for each entry of a group."""
    for key, beyond in (("within", 1), ("ago", -1)):
        days_of = {leaf.finding: getattr(leaf.filters, key) for leaf in leaves}
        for days in sorted({days for days in days_of.values() if days is not None}):
            names = sorted(name for name, leaf_days in days_of.items() if leaf_days == days)
            for limited_names in [names] if rule else [[name] for name in names]:
                yield _dated(rule, tuple(limited_names), days, beyond, content)


def _dated(rule: str | None, names: tuple[str, ...], days: int, beyond: int, content: Content) -> Threshold:
    labels = " or ".join(sorted(content.findings[name].label for name in names))

    def is_aged(age: int) -> CasePredicate:
        return lambda case, _: any(
            fact.id in names and fact.value is not FindingValue.ABSENT and _days_ago(case, fact.when) == age
            for fact in case.chart.findings
        )

    words = f"{labels} recorded {'at least' if beyond < 0 else 'at most'} {days} days ago"
    return Threshold(rule, words, is_aged(days), is_aged(days + beyond))


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
    care = tuple(leaf.finding for leaf in content.groups["care-tried"])
    fallback_days = content.policy.onset_not_recorded
    tried = _dated(None, care, fallback_days, 1, content)
    yield Threshold(None, f"care begun {fallback_days} days ago, no onset recorded", tried.inside, tried.outside)
