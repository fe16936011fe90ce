"""Every limit that stands in the content, and what a clinicians' case must hold to lie on it or just beyond it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from case_reading import Case

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.conditions import Absent, Age, Block, Condition, Duration, Imaged, Leaf, NotRecorded, Present
from cds_service.model.content import Content, Rule
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Stage
from cds_service.model.sides import EACH_SIDE

Lies = Callable[[Case, ChartIndex], bool]


@dataclass(frozen=True)
class Threshold:
    """One limit: whose it is, in words, and whether a case lies on the last day or year in, or the first out.

    `rule`: its own file must hold both cases; None: any file.
    """

    rule: str | None
    words: str
    inside: Lies
    outside: Lies


def conditions_of(block: Block) -> Iterator[Condition]:
    """Every condition of a block, those of inner blocks and of groups' entries among them."""
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
    """The blocks a rule decides by."""
    return [rule.block, *(row.block for row in rule.advice), *(note.block for note in rule.notes)]


def thresholds(content: Content) -> list[Threshold]:
    """Every limit of rules, groups, patterns, policy and findings; the same one once."""
    found = [one for rule in content.rules for one in _of_rule(rule, content)]
    shared = [pattern.block for pattern in content.patterns]
    shared += [row.block for row in (*content.policy.silences, *content.policy.withheld_imaging)]
    shared += [offer.withheld_when for offer in content.offers.values() if offer.withheld_when]
    found += [one for block in shared for one in _of_block(block, None, content)]
    found += [one for leaves in content.groups.values() for one in _of_leaves(leaves, None, content)]
    found += _of_policy(content)
    return list({(one.rule, one.words): one for one in found}.values())


def _of_rule(rule: Rule, content: Content) -> Iterator[Threshold]:
    for block in blocks_of(rule):
        yield from _of_block(block, rule.id, content)


def _of_block(block: Block, rule: str | None, content: Content) -> Iterator[Threshold]:
    for condition in conditions_of(block):
        match condition:
            case Present(leaves=leaves, names=named) | Absent(leaves=leaves, names=named):
                own = [leaf for leaf in leaves if leaf.finding in named]
                if own:
                    yield from _of_leaves(tuple(own), rule, content)
            case Duration(at_least=low, below=limit):
                yield from (_lasting(rule, days) for days in (low, limit) if days is not None)
            case Age(at_least=low, below=limit):
                yield from (_aged(rule, years) for years in (low, limit) if years is not None)
            case Imaged() if condition.filters.within is not None:
                yield _imaged(rule, condition, condition.filters.within)
            case _:
                continue


def _of_leaves(leaves: tuple[Leaf, ...], rule: str | None, content: Content) -> Iterator[Threshold]:
    """One limit for all that a condition names together, or for each entry of a group."""
    for key, beyond in (("within", 1), ("ago", -1)):
        days_of = {leaf.finding: getattr(leaf.filters, key) for leaf in leaves}
        for days in sorted({days for days in days_of.values() if days is not None}):
            names = sorted(name for name, own in days_of.items() if own == days)
            for together in [names] if rule else [[name] for name in names]:
                yield _dated(rule, tuple(together), days, beyond, content)


def _dated(rule: str | None, names: tuple[str, ...], days: int, beyond: int, content: Content) -> Threshold:
    labels = " or ".join(sorted(content.findings[name].label for name in names))

    def lies(age: int) -> Lies:
        return lambda case, _: any(
            fact.id in names and fact.value is not FindingValue.ABSENT and _days_ago(case, fact.when) == age
            for fact in case.chart.findings
        )

    words = f"{labels} recorded {'at least' if beyond < 0 else 'at most'} {days} days ago"
    return Threshold(rule, words, lies(days), lies(days + beyond))


def _imaged(rule: str | None, condition: Imaged, days: int) -> Threshold:
    regions = condition.spec.region - {"same"}

    def lies(age: int) -> Lies:
        return lambda case, _: any(
            one.stage is Stage.STUDY and (not regions or one.region in regions) and _days_ago(case, one.when) == age
            for one in case.chart.imaging
        )

    where = " or ".join(sorted(regions)) or "the region ordered"
    return Threshold(rule, f"imaging of {where} done at most {days} days ago", lies(days), lies(days + 1))


def _days_ago(case: Case, when: PartialDate | None) -> int | None:
    return (case.chart.today - when.first).days if when and when.is_exact else None


def _lasting(rule: str | None, days: int) -> Threshold:
    """Pain known to have lasted at least so long, or known to be a day short of it."""
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
    """How long a request counts as ordered, a finding as current, and a treatment where no onset is recorded."""
    days = content.policy.recent_request

    def requested(age: int) -> Lies:
        return lambda case, _: any(
            one.stage is Stage.REQUEST and _days_ago(case, one.when) == age for one in case.chart.imaging
        )

    yield Threshold(None, f"a request {days} days old", requested(days), requested(days + 1))
    for window in sorted({one.window_days for one in content.findings.values() if one.window_days is not None}):
        names = tuple(one.id for one in content.findings.values() if one.window_days == window)
        dated = _dated(None, names, window, 1, content)
        yield Threshold(None, f"a finding that counts for {window} days", dated.inside, dated.outside)
    care = tuple(leaf.finding for leaf in content.groups["care-tried"])
    back = content.policy.onset_not_recorded
    tried = _dated(None, care, back, 1, content)
    yield Threshold(None, f"care begun {back} days ago, no onset recorded", tried.inside, tried.outside)
