"""What a card rests on, as text to be hashed: equal as long as a repeated card would tell its user nothing new.

Left out is what an EHR changes between two calls about the same patient: the order of resources, their ids, and the day
of a draft. Everything else that a card rests on is in it, so any change of it brings the card back.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from cds_service.model.dates import PartialDate
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Chart, Fact, Finding, FindingValue, Imaging, ScreenHit, SourceKind, Stage

# Drafts and running drugs are dated on the day of the call, so their day says nothing of the patient.
_DATED_BY_CALL: Final = frozenset(
    {SourceKind.ORDER, SourceKind.ORDER_REASON, SourceKind.ORDER_TEXT, SourceKind.MEDICATION}
)


def describe_basis(decision: Decision, recommendation: Recommendation) -> str:
    """Return what a card of the decision rests on: content, advice, orders, facts, every red flag, and what is missing.

    It names codes and dates of the patient, so it is only ever hashed with a key.
    """
    chart, orders = decision.chart, recommendation.orders
    facts = [fact for fact in (*recommendation.facts, *recommendation.advice_facts) if fact not in orders]
    flags = decision.content.policy.suppression.flags
    basis = {
        "content": decision.content.edition.full_digest,
        "advice": [recommendation.rule.id, recommendation.advice.card, recommendation.advice.level],
        "side": recommendation.side,
        "patterns": sorted(recommendation.pattern_ids),
        "orders": _distinct(_describe_order(order) for order in orders),
        "facts": _distinct(_describe_fact(fact, chart) for fact in facts),
        "flags": _distinct(_describe_flag(fact, chart) for fact in chart.findings if fact.id in flags),
        "screen": _distinct(_describe_hit(hit, chart) for hit in chart.screen_hits),
        "asks": sorted(f"{ask.finding}.{ask.qualifier or ''}" for ask in recommendation.missing_findings),
        "missing": sorted(chart.missing_types),
        "unscreened": sorted(chart.unscreened),
    }
    return _encode(basis)


def _distinct(described: Iterable[list[Any]]) -> list[str]:
    """Return each once and sorted: neither the order of resources nor a second copy is a change."""
    return sorted({_encode(one) for one in described})


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _describe_order(order: Imaging) -> list[Any]:
    """Describe the order that is judged: the same order is a draft in one call and a request in the next."""
    return [order.region, order.modality, order.contrast, order.side, order.code_side, order.treatment]


def _describe_fact(fact: Fact, chart: Chart) -> list[Any]:
    if isinstance(fact, Imaging):
        when = None if fact.stage is Stage.DRAFT else _describe_date(fact.when)
        return [*_describe_order(fact), fact.stage, when]
    return _describe_finding(fact, chart)


def _describe_flag(fact: Finding, chart: Chart) -> list[Any]:
    """Describe a red flag. A note that denies it again, on another day, is no news."""
    if fact.value is FindingValue.ABSENT:
        return [fact.id, fact.value, fact.side]
    return _describe_finding(fact, chart)


def _describe_finding(fact: Finding, chart: Chart) -> list[Any]:
    when = _describe_day(fact.when, fact.source.kind, chart)
    qualifiers = sorted(fact.qualifiers.items())
    return [fact.id, fact.value, fact.side, when, _describe_date(fact.onset), qualifiers]


def _describe_hit(hit: ScreenHit, chart: Chart) -> list[Any]:
    when = _describe_day(hit.when, hit.source.kind, chart)
    return [hit.group, hit.cause, hit.side, when, _describe_date(hit.onset)]


def _describe_day(when: PartialDate | None, kind: SourceKind, chart: Chart) -> str | None:
    """Describe the day of a record, unless the call gave it: an order's reasons are as old as the order."""
    if when is not None and kind in _DATED_BY_CALL and (kind is not SourceKind.MEDICATION or when.last == chart.today):
        return None
    return _describe_date(when)


def _describe_date(when: PartialDate | None) -> str | None:
    return f"{when.first.isoformat()}/{when.last.isoformat()}" if when else None
