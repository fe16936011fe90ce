"""A call as plain values: the JSON document that `try --json` prints, and the page to try it shows.

None of its keys is ever missing:

| key | value |
| --- | --- |
| `judged` | false where the user is the patient or a related person: no card then, and nothing is judged |
| `hook`, `today`, `age` | the call's hook, the day it was judged on, the age in years or null |
| `cards` | the cards as a CDS client gets them (CDS Hooks 2.0, "Card Attributes") |
| `facts` | each with `id` (finding), `label`, `value`, `side`, `date`, `onset`, `qualifiers`, `source`, `in_words` |
| `ignored` | records that do not count; each with `reference`, `reason`, `codes` (with their systems) |
| `unmapped` | how many codes of each system mean nothing here |
| `contradicted` | facts read from words that a code contradicts; each as in `facts` |
| `patterns` | for `left` and `right`: `name`, `holding` (ids), `nearest` (id or null), `lacking` (text or null) |
| `rules` | each with `number`, `id`, `verdict`, `level`, `side`, `orders`, `lacking`, `stopped_by`, `held_back_by` |
| `ratings` | each with `order`, `rating` or null, `criterion`, `criteria_url`, `reason` |
| `gaps` | `unavailable`, `not_sent`, `incomplete` (kinds of data), `unreadable` (type: count), `prefetch` (key: code) |

A date is an ISO day, `[first, last]` for a month or a year, or null. A verdict is "spoke", "held back", "hidden for
role", "nothing to offer", "silent", "stopped", "silenced", "not for this hook" or "no order to judge". Keys, ids and
verdicts are stable. Labels, reasons, `lacking` and `stopped_by` are text for people and may change.
"""

from datetime import date
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.logic.rating_summary import RatingSummary, summarize_ratings
from cds_service.logic.rule_summary import RuleSummary, summarize_patterns, summarize_rules
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Fact, Finding
from cds_service.rendering.phrases import FactPhrases
from cds_service.report.dates import build_date
from cds_service.report.fact_words import describe_value, label_fact
from cds_service.service.hook_service import CallResult


def build_report(answer: CallResult, knowledge: Knowledge, hook: str, today: date) -> dict[str, Any]:
    """Return the document of one call; the module's docstring lists its keys."""
    phrases = FactPhrases(knowledge.content, knowledge.labels)
    decision = answer.decision
    chart = decision.chart if decision else Chart(today)
    facts: list[Fact] = [*chart.findings, *chart.imaging]
    return {
        "judged": decision is not None,
        "hook": hook,
        "today": chart.today.isoformat(),
        "age": chart.age,
        "cards": [card.model_dump(mode="json", exclude_none=True) for card in answer.response.cards],
        "facts": [_build_fact(fact, phrases) for fact in facts],
        "ignored": [
            {
                "reference": record.reference,
                "reason": record.reason,
                "codes": record.code.split(", ") if record.code else [],
            }
            for record in chart.ignored
        ],
        "unmapped": dict(chart.unmapped),
        "contradicted": [_build_fact(fact, phrases) for fact in chart.contradicted],
        "patterns": _build_patterns(decision) if decision else {},
        "rules": [_build_rule(summary) for summary in summarize_rules(decision)] if decision else [],
        "ratings": [_build_rating(rating) for rating in summarize_ratings(decision)] if decision else [],
        "gaps": {
            "unavailable": list(chart.unavailable),
            "not_sent": list(chart.not_sent),
            "incomplete": list(chart.incomplete),
            "unreadable": dict(chart.unreadable),
            "prefetch": dict(answer.gap_codes),
        },
    }


def _build_fact(fact: Fact, phrases: FactPhrases) -> dict[str, Any]:
    return {
        "id": fact.id if isinstance(fact, Finding) else fact.treatment,
        "label": label_fact(fact, phrases),
        "value": describe_value(fact),
        "side": fact.side.value,
        "date": build_date(fact.when),
        "onset": build_date(fact.onset) if isinstance(fact, Finding) else None,
        "qualifiers": dict(fact.qualifiers) if isinstance(fact, Finding) else {},
        "source": fact.source.reference,
        "in_words": fact.source.kind.is_text,
    }


def _build_patterns(decision: Decision) -> dict[str, Any]:
    return {
        pattern.side.value: {
            "name": pattern.name,
            "holding": list(pattern.holding),
            "nearest": pattern.nearest or None,
            "lacking": pattern.lacking or None,
        }
        for pattern in summarize_patterns(decision)
    }


def _build_rule(summary: RuleSummary) -> dict[str, Any]:
    recommendation = summary.recommendation
    return {
        "number": summary.rule.number,
        "id": summary.rule.id,
        "verdict": summary.verdict.value,
        "level": recommendation.advice.level if recommendation else None,
        "side": recommendation.side.value if recommendation else None,
        "orders": [order.source.reference for order in recommendation.orders] if recommendation else [],
        "lacking": summary.lacking or None,
        "stopped_by": summary.stopped_by or None,
        "held_back_by": list(summary.held_back_by),
    }


def _build_rating(rating: RatingSummary) -> dict[str, Any]:
    criterion = rating.criterion
    return {
        "order": rating.order.source.reference,
        "rating": criterion.rating if criterion else None,
        "criterion": criterion.id if criterion else None,
        "criteria_url": criterion.criteria_url if criterion else None,
        "reason": rating.reason or None,
    }
