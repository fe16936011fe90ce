"""Text never outweighs a code: findings from text that a coded finding contradicts are set apart, and cards say so.

Two findings contradict each other if one is present and the other absent, for the same finding on a side that both
cover, and the coded one still counts. A present finding from text counts beside an older coded absence: it is news.
"""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from cds_service.model.dates import is_within
from cds_service.model.facts import Finding, FindingValue
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary


def drop_contradicted_text(
    findings: Iterable[Finding], vocabulary: Vocabulary, today: date
) -> tuple[list[Finding], tuple[Finding, ...]]:
    """Return the findings that count, and those from text that a coded finding contradicts."""
    facts = list(findings)
    if not any(fact.source.kind.is_text for fact in facts):
        return facts, ()
    coded = [fact for fact in facts if not fact.source.kind.is_text and _is_current(fact, vocabulary, today)]
    remaining: list[Finding] = []
    contradicted: list[Finding] = []
    for fact in facts:
        same_finding = [other for other in coded if other.id == fact.id] if fact.source.kind.is_text else []
        part = _uncontradicted_part(fact, same_finding)
        if part is None:
            contradicted.append(fact)
        else:
            remaining.append(part)
    return remaining, tuple(contradicted)


def _is_current(fact: Finding, vocabulary: Vocabulary, today: date) -> bool:
    window = vocabulary[fact.id].window_days
    return window is None or fact.when is None or is_within(fact.when, today, window) is not False


def _uncontradicted_part(fact: Finding, coded: list[Finding]) -> Finding | None:
    """Return the finding on the side that no coded finding contradicts, or None if all of it is contradicted."""
    if fact.value is FindingValue.ABSENT:
        is_contradicted = any(other.value is FindingValue.PRESENT and other.side.covers(fact.side) for other in coded)
        return None if is_contradicted else fact
    if fact.value is FindingValue.ASKED:
        return fact
    absent = [other for other in coded if other.value is FindingValue.ABSENT and not _is_newer(fact, other)]
    sides = [side for side in fact.side.single_sides if not any(other.side.covers(side) for other in absent)]
    if len(sides) == len(fact.side.single_sides):
        return fact
    return replace(fact, side=sides[0]) if sides and fact.side in {Side.BOTH, Side.UNSTATED} else None


def _is_newer(fact: Finding, other: Finding) -> bool:
    return fact.when is not None and other.when is not None and fact.when.first > other.when.last
