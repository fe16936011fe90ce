"""Phrases, and the cards that come of findings and imaging, by the shipped content."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from rendering_facts import TODAY

from cds_service.knowledge import Knowledge
from cds_service.logic.deciding import decide
from cds_service.model.facts import Chart, Finding, Imaging
from cds_service.rendering import CardMaker
from cds_service.rendering.phrases import Phrases
from cds_service.rendering.suggestions import Call
from cds_service.startup_state import build_card_maker
from cds_service.wire.response import Card


@pytest.fixture(scope="session")
def phrases(knowledge: Knowledge) -> Phrases:
    return Phrases(knowledge.content, knowledge.labels)


@pytest.fixture(scope="session")
def maker(knowledge: Knowledge) -> CardMaker:
    return build_card_maker(knowledge)


@pytest.fixture
def cards(knowledge: Knowledge, maker: CardMaker) -> Callable[..., list[Card]]:
    """The cards for findings and imaging of one patient."""

    def make(*facts: Finding | Imaging, hook: str = "order-sign", drafts: Any = None, **chart: Any) -> list[Card]:
        numbers = count(1)
        read = Chart(
            TODAY,
            58,
            tuple(fact for fact in facts if isinstance(fact, Finding)),
            tuple(fact for fact in facts if isinstance(fact, Imaging)),
            **chart,
        )
        decision = decide(knowledge.content, read, hook)
        return maker.make(decision, Call("patient-1", drafts or {}), lambda: f"uuid-{next(numbers)}")

    return make
