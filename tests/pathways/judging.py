"""Judges a call without HTTP: the cards that come of it, and what of its advice is restraint."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.engine import CdsEngine, build_engine
from cds_service.logic.rating import rate_orders
from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Chart
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.settings import Settings
from cds_service.wire.request import decode_request
from tests.shipped import shipped_knowledge

from .chart_reading import NOW, TODAY, ShortChart


class Judgement(NamedTuple):
    """What came of a call: level and detail of each card by topic, and the restraint in it."""

    levels: dict[str, str]
    details: str
    restraint: frozenset[str]
    chart: Chart

    def __str__(self) -> str:
        cards = ", ".join(f"{topic} ({level})" for topic, level in self.levels.items()) or "no card"
        hits = sorted({hit.group for hit in self.chart.screen_hits})
        return (
            f"{cards}; restraint: {', '.join(sorted(self.restraint)) or 'none'}; screen: {', '.join(hits) or 'nothing'}"
        )


@cache
def _engine() -> CdsEngine:
    numbers = count(1)
    return build_engine(
        Settings(),
        recorder=NullRecorder(),
        clock=lambda: NOW,
        uuid_factory=lambda: f"00000000-0000-4000-8000-{next(numbers):012}",
    )


def judge(request: dict[str, Any]) -> Judgement:
    """Return what comes of a call, cards and all."""
    service_id = next(name for name, service in SERVICES.items() if request["hook"] in service.accepted_hooks)
    service = _engine().service
    decoded = service.decode_request(json.dumps(request).encode(), SERVICES[service_id].accepted_hooks)
    result = service.answer_call(service_id, decoded, "test", explain=False)
    cards = json.loads(result.body)["cards"]
    levels = {card["source"]["topic"]["code"]: card["indicator"] for card in cards}
    if result.decision is None:
        raise AssertionError("the call was not judged")
    details = "\n".join(f"{card['summary']}\n{card.get('detail', '')}" for card in cards)
    return Judgement(levels, details, restraint_of(result.decision), result.decision.chart)


def decision_of(request: dict[str, Any], today: date = TODAY) -> Decision:
    """Return the decision alone, which is much faster."""
    decoded = decode_request(json.dumps(request).encode(), frozenset({request["hook"]}))
    service = _engine().service
    data = service.gatherer.gather(decoded, decode_draft_orders(decoded))
    return decide(
        shipped_knowledge().content, service.chart_reader.build_chart(data, decoded.patient_id, today), decoded.hook
    )


def restraint_of(decision: Decision) -> frozenset[str]:
    """Return each advice to wait, cancel, replace or not repeat, shown or held back, and each such rating."""
    advised = {name for card in (*decision.shown, *decision.held_back) for name in _restraint_of_card(card)}
    ratings = rate_orders(decision)
    return frozenset(advised | {"rating" for rating in ratings if rating.criterion.rating == "not-appropriate"})


def _restraint_of_card(card: Recommendation) -> Iterator[str]:
    if card.advice.is_restraint:
        yield card.rule.id
    for offer in card.offers:
        if offer.deletes_order or offer.is_restraint:
            yield f"{card.rule.id}: {offer.id}"


def faults(chart: ShortChart, came: Judgement) -> list[str]:
    """Return what is wrong with what came of a chart, in words."""
    wrong = [f"{topic} must come" for topic in chart.must if topic not in came.levels]
    wrong += [f"{topic} must not come" for topic in chart.must_not if topic in came.levels]
    levels = chart.level.items()
    wrong += [f"{topic} must be {level}" for topic, level in levels if came.levels.get(topic) not in {None, level}]
    if chart.restrains is not None and chart.restrains is not bool(came.restraint):
        wrong.append("restraint must come" if chart.restrains else "no restraint may come")
    if chart.silent and came.levels:
        wrong.append("no card may come")
    if chart.says and chart.says not in came.details:
        wrong.append(f"a card must say {chart.says!r}")
    return wrong
