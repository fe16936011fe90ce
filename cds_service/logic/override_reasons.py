"""Which override reasons a card offers: not those that repeat what it rests on."""

from collections.abc import Iterable

from cds_service.model.conditions import Duration
from cds_service.model.content import Content, OverrideBasis
from cds_service.model.facts import Fact, Finding, FindingValue
from cds_service.model.outcome import Outcome, Truth


def offered_overrides(
    names: Iterable[str], content: Content, facts: Iterable[Fact], outcomes: Iterable[Outcome]
) -> tuple[str, ...]:
    """Return the reasons to offer, given the facts and outcomes on which the card rests.

    A clinician who is told of pain that has lasted is not asked whether it has lasted.
    """
    found = {fact.id for fact in facts if isinstance(fact, Finding) and fact.value is FindingValue.PRESENT}
    lasted = max(map(_lasted, outcomes), default=0)
    bases = content.override_bases
    return tuple([name for name in names if name not in bases or not _repeats(bases[name], found, lasted)])


def _repeats(basis: OverrideBasis, found: set[str], lasted: int) -> bool:
    return not basis.findings.isdisjoint(found) or (basis.days is not None and lasted >= basis.days)


def _lasted(outcome: Outcome) -> int:
    """Return the longest minimum duration that makes the outcome hold, in days."""
    if outcome.truth is not Truth.YES:
        return 0
    if isinstance(outcome.condition, Duration):
        return outcome.condition.at_least or 0
    return max([_lasted(part) for part in outcome.parts if part.role != "none"], default=0)
