"""The use case of holding cards back: whom it asks, what a store that is away does, and what takes a card's place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from domain_facts import chart, draft, finding

from cds_service.chart.open_orders import OpenOrderFinder
from cds_service.errors import StoreUnavailable
from cds_service.fhir.chart_data import ChartData
from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.suppressing import CardSuppressor, SuppressionCall
from cds_service.suppression.basis import describe_basis
from cds_service.suppression.judging import PastAnswer
from cds_service.wire.request import HookRequest

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Answers(NullRecorder):
    """A store that knows these answers, and counts how often it is asked."""

    def __init__(self, *answers: PastAnswer, is_away: bool = False) -> None:
        self.answers, self.is_away, self.asked = answers, is_away, 0

    def find_answers(self, request: HookRequest, tenant: str) -> tuple[PastAnswer, ...]:  # noqa: ARG002
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("away")
        return self.answers

    def hash_basis(self, tenant: str, basis: str) -> str:
        return f"{tenant} {basis}"


def hold_back(knowledge: Knowledge, decision: Decision, recorder: Answers, user: str = "u") -> Decision:
    request = HookRequest(decision.hook, "i", "Practitioner", user, "p", {})
    suppressor = CardSuppressor(recorder, OpenOrderFinder(knowledge.order_templates, knowledge.terminology))
    return suppressor.hold_back(decision, SuppressionCall(request, "north", ChartData(()), NOW))


def overridden(decision: Decision, rule_id: str, **changed: Any) -> PastAnswer:
    card = next(one for one in (*decision.shown, *decision.held_back) if one.rule.id == rule_id)
    made = PastAnswer(
        card.rule.topic.code,
        f"north {describe_basis(decision, card)}",
        "overridden",
        has_reason=True,
        offers=(),
        began_at=NOW - timedelta(hours=1),
        ends_at=NOW + DAY,
    )
    return replace(made, **changed)


@pytest.fixture
def decision(knowledge: Knowledge) -> Decision:
    read = chart(finding("buttock-pain", "right"), finding("calf-pain", "right"), draft("hip", side="right"))
    return decide(knowledge.content, read, "order-sign")


@pytest.fixture
def emergency(knowledge: Knowledge) -> Decision:
    """Signs of cauda equina beside a fever, of which rule 2 would speak: rule 1 speaks alone."""
    facts = (finding("saddle-anaesthesia", onset="2026-03-08"), finding("low-back-pain"), finding("fever"))
    return decide(knowledge.content, chart(*facts), "patient-view")


def rules(decision: Decision) -> list[str]:
    return [card.rule.id for card in decision.shown]


def test_a_card_that_was_answered_is_held_back_with_the_reason(knowledge: Knowledge, decision: Decision) -> None:
    held = hold_back(knowledge, decision, Answers(overridden(decision, "spine-pattern-hip-imaging")))
    assert rules(decision) == ["spine-pattern-hip-imaging"]
    assert rules(held) == []
    assert [(one.recommendation.rule.id, one.reason) for one in held.suppressed] == [
        ("spine-pattern-hip-imaging", "overridden")
    ]


def test_the_card_behind_it_does_not_take_its_place(knowledge: Knowledge, decision: Decision) -> None:
    held = hold_back(knowledge, decision, Answers(overridden(decision, "spine-pattern-hip-imaging")))
    assert [card.rule.id for card in decision.held_back] == ["plain-films-first"]
    assert [card.rule.id for card in held.held_back] == ["plain-films-first"]


def test_a_red_flag_that_stood_behind_an_answered_card_is_shown(knowledge: Knowledge, emergency: Decision) -> None:
    assert rules(emergency) == ["cauda-equina"]
    assert [card.rule.id for card in emergency.held_back] == ["red-flag-review"]
    held = hold_back(knowledge, emergency, Answers(overridden(emergency, "cauda-equina")))
    assert rules(held) == ["red-flag-review"]
    assert held.held_back == ()
    assert [one.reason for one in held.suppressed] == ["critical-overridden"]


def test_both_may_have_been_answered(knowledge: Knowledge, emergency: Decision) -> None:
    answers = [overridden(emergency, name) for name in ("cauda-equina", "red-flag-review")]
    assert rules(hold_back(knowledge, emergency, Answers(*answers))) == []


def test_without_a_user_nobody_is_asked(knowledge: Knowledge, decision: Decision) -> None:
    recorder = Answers(overridden(decision, "spine-pattern-hip-imaging"))
    assert hold_back(knowledge, decision, recorder, user="") == decision
    assert recorder.asked == 0


def test_without_a_card_nobody_is_asked(knowledge: Knowledge) -> None:
    recorder = Answers()
    silent = decide(knowledge.content, chart(), "patient-view")
    assert hold_back(knowledge, silent, recorder) == silent
    assert recorder.asked == 0


def test_one_look_up_is_enough_for_all_cards(knowledge: Knowledge, emergency: Decision) -> None:
    recorder = Answers(overridden(emergency, "cauda-equina"))
    hold_back(knowledge, emergency, recorder)
    assert recorder.asked == 1


def test_a_store_that_is_away_holds_nothing_back(knowledge: Knowledge, decision: Decision) -> None:
    held = hold_back(knowledge, decision, Answers(is_away=True))
    assert held.shown == decision.shown
    assert held.is_suppression_unknown


def test_another_tenants_hash_is_another(knowledge: Knowledge, decision: Decision) -> None:
    answer = overridden(decision, "spine-pattern-hip-imaging")
    other = replace(answer, basis_hash=answer.basis_hash.replace("north", "south"))
    assert rules(hold_back(knowledge, decision, Answers(other))) == rules(decision)
