"""Override reasons: those that repeat what a card rests on are not offered."""

import pytest
from domain_facts import absent, asked, chart, draft, finding

from cds_service.logic.override_reasons import offered_overrides
from cds_service.logic.rule_engine import decide
from cds_service.model.conditions import Block, Duration
from cds_service.model.content import Content
from cds_service.model.facts import Finding
from cds_service.model.outcome import Outcome, Truth

LASTING = "symptoms-over-six-weeks"
TRIED = "care-already-tried"
BUTTOCK_TO_CALF = (finding("buttock-pain", "left", "2026-01-05", "2025-12-01"), finding("calf-pain", "left"))


def duration(days: int | None, truth: Truth = Truth.YES, role: str = "all") -> Outcome:
    part = Outcome(Duration(at_least=days, below=None), truth, role=role)
    return Outcome(Block(), Truth.YES, parts=(part,))


@pytest.mark.parametrize(
    ("outcome", "is_offered"),
    [
        (duration(42), False),
        (duration(84), False),
        (duration(29), True),
        (duration(None), True),
        (duration(42, Truth.NO), True),
        (duration(42, role="none"), True),
    ],
)
def test_that_symptoms_have_lasted_is_not_asked_of_a_card_that_says_so(
    outcome: Outcome, is_offered: bool, content: Content
) -> None:
    assert (offered_overrides([LASTING], content, [], outcome.list_holding()) == (LASTING,)) is is_offered


@pytest.mark.parametrize(
    ("fact", "is_offered"),
    [
        (finding("physical-therapy"), False),
        (absent("physical-therapy"), True),
        (asked("physical-therapy"), True),
        (finding("calf-pain"), True),
    ],
)
def test_a_finding_behind_the_card_is_not_asked_for_again(fact: Finding, is_offered: bool, content: Content) -> None:
    assert (offered_overrides([TRIED], content, [fact], []) == (TRIED,)) is is_offered


def test_a_card_offers_its_rules_reasons_without_what_it_rests_on(content: Content) -> None:
    treated = (*BUTTOCK_TO_CALF, finding("physical-therapy", when="2026-01-20"))
    (card,) = decide(content, chart(*treated, draft("hip", side="left")), "order-sign").shown
    assert card.advice.card == "spine-before-hip"
    assert set(card.rule.overrides) - set(card.overrides) == {LASTING, TRIED}
    assert list(card.overrides) == [name for name in card.rule.overrides if name in card.overrides]


def test_the_last_resort_is_never_left_out(content: Content) -> None:
    for name in ("disagree", "other"):
        basis = content.override_bases[name]
        assert (basis.findings, basis.days) == (frozenset(), None)
