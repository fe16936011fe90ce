"""Phrases, and the cards for findings and imaging, with the shipped content."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from rendering_facts import TODAY

from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.facts import Chart, Finding, Imaging
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from cds_service.rendering.phrases import FactPhrases
from cds_service.startup_state import build_card_maker
from cds_service.wire.response import Card


@pytest.fixture(scope="session")
def phrases(knowledge: Knowledge) -> FactPhrases:
    return FactPhrases(knowledge.content, knowledge.labels)


@pytest.fixture(scope="session")
def maker(knowledge: Knowledge) -> CardBuilder:
    return build_card_maker(knowledge)


@pytest.fixture
def cards(knowledge: Knowledge, maker: CardBuilder) -> Callable[..., list[Card]]:
    """Return the cards for the findings and imaging of a patient."""

    def make(*facts: Finding | Imaging, hook: str = "order-sign", drafts: Any = None, **chart: Any) -> list[Card]:
        numbers = count(1)
        patient_chart = Chart(
            TODAY,
            58,
            tuple(fact for fact in facts if isinstance(fact, Finding)),
            tuple(fact for fact in facts if isinstance(fact, Imaging)),
            **chart,
        )
        decision = decide(knowledge.content, patient_chart, hook)
        return maker.build(decision, CardContext("patient-1", drafts or {}), lambda: f"uuid-{next(numbers)}")

    return make
