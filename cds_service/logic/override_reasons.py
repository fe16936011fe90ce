"""Which override reasons a card offers: not those that repeat what it rests on."""

from collections.abc import Iterable, Iterator

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
    lasted = max((days for outcome in outcomes for days in _lasting_days(outcome)), default=0)
    bases = content.override_bases
    return tuple(name for name in names if not _repeats(bases.get(name, OverrideBasis()), found, lasted))


def _repeats(basis: OverrideBasis, found: set[str], lasted: int) -> bool:
    return not basis.findings.isdisjoint(found) or (basis.days is not None and lasted >= basis.days)


def _lasting_days(outcome: Outcome) -> Iterator[int]:
    """Yield every minimum duration that makes the outcome hold."""
    if outcome.truth is not Truth.YES:
        return
    if isinstance(outcome.condition, Duration) and outcome.condition.at_least is not None:
        yield outcome.condition.at_least
    for part in outcome.parts:
        if part.role != "none":
            yield from _lasting_days(part)
