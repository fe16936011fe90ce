"""Which override reasons a card offers: not those that repeat what it rests on."""

from collections.abc import Iterable

from cds_service.model.conditions import Duration
from cds_service.model.content import Content, OverrideBasis
from cds_service.model.facts import Fact, Finding, FindingValue
from cds_service.model.outcome import Outcome


def offered_overrides(
    names: Iterable[str], content: Content, facts: Iterable[Fact], holding: Iterable[Outcome]
) -> tuple[str, ...]:
    """Return the reasons to offer, given the facts and the outcomes that hold on which the card rests.

    A clinician who is told of pain that has lasted is not asked whether it has lasted.
    """
    found = {fact.id for fact in facts if isinstance(fact, Finding) and fact.value is FindingValue.PRESENT}
    minima = [one.condition.at_least or 0 for one in holding if isinstance(one.condition, Duration)]
    lasted = max(minima, default=0)
    bases = content.override_bases
    return tuple([name for name in names if name not in bases or not _repeats(bases[name], found, lasted)])


def _repeats(basis: OverrideBasis, found: set[str], lasted: int) -> bool:
    return not basis.findings.isdisjoint(found) or (basis.days is not None and lasted >= basis.days)
