"""Every card of the clinicians' cases and of the scenarios: what it says, and of which patient."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Recommendation
from cds_service.model.facts import Chart
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.phrases import FactPhrases
from cds_service.startup_state import build_card_maker
from cds_service.wire.response import Card

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "fixtures" / "fhir"


@dataclass(frozen=True)
class Row:
    """A row of advice: its rule, its place among the rule's rows, and the wording that it shows."""

    rule: str
    number: int
    wording: str

    def __str__(self) -> str:
        return f"{self.rule} {self.number} {self.wording}"


@dataclass(frozen=True)
class Sighting:
    """A card that a case or a scenario shows. `row` is None for a scenario, whose answer does not say it."""

    row: Row | None
    title: str
    patient: tuple[str, ...]
    level: str
    summary: str
    detail: str
    buttons: tuple[str, ...]
    source: str


def all_rows(knowledge: Knowledge) -> list[Row]:
    """Return every row of advice, by the number of its rule."""
    rules = sorted(knowledge.content.rules, key=lambda rule: rule.number)
    return [Row(rule.id, place, row.card) for rule in rules for place, row in enumerate(rule.advice, 1)]


def collect(knowledge: Knowledge) -> Iterator[Sighting]:
    """Yield each distinct card once: those of the cases, then those of the scenarios."""
    seen: set[tuple[str, str]] = set()
    for sighting in (*_of_cases(knowledge), *_of_scenarios()):
        if (sighting.summary, sighting.detail) not in seen:
            seen.add((sighting.summary, sighting.detail))
            yield sighting


def _of_cases(knowledge: Knowledge) -> Iterator[Sighting]:
    sys.path.insert(0, str(ROOT / "tests"))  # the reader of the cases is the tests' own
    from case_reading import read_cases

    maker = build_card_maker(knowledge)
    phrases = FactPhrases(knowledge.content, knowledge.labels)
    for case in read_cases(knowledge.content):
        decision = decide(knowledge.content, case.chart, case.hook)
        patient = tuple(_describe_patient(case.chart, case.hook, phrases))
        for recommendation, card in zip(
            decision.shown, maker.build(decision, CardContext("p"), lambda: "uuid"), strict=True
        ):
            yield _to_sighting(_row_of(recommendation), f"{case.rule}: {case.name}", patient, card)


def _row_of(recommendation: Recommendation) -> Row:
    rule, advice = recommendation.rule, recommendation.advice
    return Row(rule.id, rule.advice.index(advice) + 1, advice.card)


def _to_sighting(row: Row, title: str, patient: tuple[str, ...], card: Card) -> Sighting:
    buttons = tuple(suggestion.label for suggestion in card.suggestions or ())
    return Sighting(row, title, patient, card.indicator, card.summary, card.detail or "", buttons, card.source.label)


def _describe_patient(chart: Chart, hook: str, phrases: FactPhrases) -> Iterator[str]:
    """Yield the whole chart, so that a reader can judge what the card makes of it."""
    yield f"Age {chart.age if chart.age is not None else 'unknown'}; {hook}; today {chart.today:%-d %b %Y}"
    yield from (phrases.describe_fact(fact) for fact in (*chart.findings, *chart.imaging))


def _of_scenarios() -> Iterator[Sighting]:
    for path in sorted(SCENARIOS.glob("*/response.json")):
        cards: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cards"]
        for card in cards:
            buttons = tuple(suggestion["label"] for suggestion in card.get("suggestions", ()))
            yield Sighting(
                None,
                f"scenario {path.parent.name}",
                (f"See fixtures/fhir/{path.parent.name}",),
                card["indicator"],
                card["summary"],
                card["detail"],
                buttons,
                card["source"]["label"],
            )
