"""Words never outweigh a code: what was read from words and a coded fact contradicts is set apart, and cards say so.

They contradict each other when one says present and the other absent, of one finding on a side that both speak of, and
the coded fact still counts. Words that say present count beside a coded absence that is surely older: that is news.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from cds_service.model.dates import is_within
from cds_service.model.facts import Finding, FindingValue
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary


def drop_contradicted_text(
    findings: Iterable[Finding], vocabulary: Vocabulary, today: date
) -> tuple[list[Finding], tuple[Finding, ...]]:
    """The facts that count, and those read from words that a coded fact contradicts."""
    facts = list(findings)
    if not any(fact.source.kind.is_text for fact in facts):
        return facts, ()
    coded = [fact for fact in facts if not fact.source.kind.is_text and _is_current(fact, vocabulary, today)]
    kept: list[Finding] = []
    differing: list[Finding] = []
    for fact in facts:
        against = [one for one in coded if one.id == fact.id] if fact.source.kind.is_text else []
        left = _uncontradicted_part(fact, against)
        kept += [left] if left else []
        differing += [] if left else [fact]
    return kept, tuple(differing)


def _is_current(fact: Finding, vocabulary: Vocabulary, today: date) -> bool:
    window = vocabulary[fact.id].window_days
    return window is None or fact.when is None or is_within(fact.when, today, window) is not False


def _uncontradicted_part(fact: Finding, coded: list[Finding]) -> Finding | None:
    """The fact, narrowed to the side that no coded fact contradicts; None when they contradict all of it."""
    if fact.value is FindingValue.ABSENT:
        contradicted = any(one.value is FindingValue.PRESENT and one.side.covers(fact.side) for one in coded)
        return None if contradicted else fact
    if fact.value is FindingValue.ASKED:
        return fact
    absent = [one for one in coded if one.value is FindingValue.ABSENT and not _is_newer(fact, one)]
    sides = [side for side in fact.side.single_sides if not any(one.side.covers(side) for one in absent)]
    if len(sides) == len(fact.side.single_sides):
        return fact
    return replace(fact, side=sides[0]) if sides and fact.side in {Side.BOTH, Side.UNSTATED} else None


def _is_newer(fact: Finding, other: Finding) -> bool:
    return fact.when is not None and other.when is not None and fact.when.first > other.when.last
