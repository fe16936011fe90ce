"""The clinicians' cases: each states a patient, a call, and every card that the service must give."""

from datetime import date

import pytest
from case_reading import Case, CaseError, Expected, read_case, shipped_cases

from cds_service.logic.rule_engine import decide
from cds_service.logic.trace_text import explain_decision
from cds_service.model.decision import Decision
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from tests.shipped import shipped_knowledge

KNOWLEDGE = shipped_knowledge()
CONTENT = KNOWLEDGE.content
CARD_BUILDER = CardBuilder(
    CONTENT,
    KNOWLEDGE.terminology,
    KNOWLEDGE.wording,
    KNOWLEDGE.order_templates,
    KNOWLEDGE.override_reasons,
    KNOWLEDGE.labels,
)
CASES = shipped_cases()
BLANK = {"name": "x", "why": "x", "on": date(2026, 3, 10), "hook": "patient-view", "expect": []}


def cards_of(decision: Decision) -> tuple[Expected, ...]:
    return tuple(
        Expected(
            card.rule.id,
            tuple(order.source.reference for order in card.orders),
            card.advice.level,
            tuple(offer.id for offer in card.offers),
        )
        for card in decision.shown
    )


def report(case: Case, decision: Decision) -> str:
    expected = [f"  expected  {card}" for card in case.expect] or ["  expected  no card"]
    given = [f"  got       {card}" for card in cards_of(decision)] or ["  got       no card"]
    return "\n".join([f"Case {case.name!r} of {case.rule}", *expected, *given, *explain_decision(decision)])


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_case(case: Case) -> None:
    decision = decide(CONTENT, case.chart, case.hook, thorough=True)
    if cards_of(decision) != case.expect:
        pytest.fail(report(case, decision), pytrace=False)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_a_call_without_a_trace_gives_the_same_cards(case: Case) -> None:
    thorough = decide(CONTENT, case.chart, case.hook, thorough=True)
    assert decide(CONTENT, case.chart, case.hook).shown == thorough.shown


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_the_cards_of_a_case_can_be_built(case: Case) -> None:
    decision = decide(CONTENT, case.chart, case.hook)
    cards = CARD_BUILDER.build(decision, CardContext("p1"), lambda: "uuid")
    assert [card.indicator for card in cards] == [expected.level for expected in case.expect]
    assert all(len(card.summary) < 140 for card in cards)


def test_every_case_of_a_rule_has_its_own_name() -> None:
    names = [(case.rule, case.name) for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hok": "patient-view"}, "no key is called 'hok' (did you mean hook?)"),
        ({"hook": "patient-vew"}, "no hook is called 'patient-vew' (did you mean patient-view?)"),
        ({"record": [{"present": "groin-pian"}]}, "no finding is called 'groin-pian' (did you mean groin-pain?)"),
        ({"record": [{"side": "left"}]}, "a record needs exactly one of present, absent, asked"),
        ({"record": [{"present": "groin-pain", "side": "lft"}]}, "no side is called 'lft' (did you mean left?)"),
        ({"record": [{"present": "groin-pain", "date": "lately"}]}, "date = 'lately' is not a date"),
        ({"record": [{"present": "hip-osteoarthritis", "severity": "sever"}]}, "(did you mean severe?)"),
        ({"drafts": [{"id": "o1", "order": "hip-mir"}]}, "no imaging is called 'hip-mir' (did you mean hip-mri?)"),
        ({"studies": [{"order": "hip-mri", "selected": True}]}, "no key is called 'selected'"),
        ({"missing": ["Procedures"]}, "no kind of data is called 'Procedures' (did you mean Procedure?)"),
        (
            {"screen": [{"group": "cancers"}]},
            "no group of the safety screen is called 'cancers' (did you mean cancer?)",
        ),
        ({"screen": [{"group": "cancer", "when": "2026"}]}, "no key is called 'when'"),
        ({"record": [{"present": "leg-weakness", "grade": "3"}]}, "no grade is called '3'"),
        (
            {"requests": [{"treatment": "lumbar-epidurl"}]},
            "no treatment is called 'lumbar-epidurl' (did you mean lumbar-epidural?)",
        ),
        ({"expect": [{"rule": "failed-hip", "level": "info"}]}, "(did you mean failed-hip-care?)"),
        ({"expect": [{"rule": "failed-hip-care", "level": "hint"}]}, "no level is called 'hint'"),
    ],
)
def test_a_wrong_case_is_distinguished_from_a_wrong_result(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(CaseError) as rejected:
        read_case("failed-hip-care", BLANK | wrong, CONTENT)
    assert words in str(rejected.value)


def test_a_failing_case_is_explained_in_clinical_terms() -> None:
    case = read_case(
        "failed-hip-care",
        BLANK | {"record": [{"present": "groin-pain", "side": "left", "date": date(2026, 2, 1)}]},
        CONTENT,
    )
    text = report(case, decide(CONTENT, case.chart, case.hook, thorough=True))
    assert "expected  no card" in text
    assert "Pattern of the left side: hip-only (H1)" in text
    assert "groin pain: present, left, 2026-02-01, record/1" in text
    assert "limited hip internal rotation: not recorded" in text
    assert "Rule 5 wrong-side-order: not for this hook" in text
