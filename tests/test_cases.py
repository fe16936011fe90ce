"""Runs the clinicians' cases: each states a patient, a call, and every card the service must give."""

from datetime import date

import pytest
from case_reading import Case, CaseError, Expected, read_case, read_cases

from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.logic.rule_engine import decide
from cds_service.logic.trace_text import explain_decision
from cds_service.model.decision import Decision
from cds_service.rendering import CardBuilder
from cds_service.rendering.card_context import CardContext

KNOWLEDGE = load_knowledge(shipped_cards())
CONTENT = KNOWLEDGE.content
MAKER = CardBuilder(
    CONTENT,
    KNOWLEDGE.terminology,
    KNOWLEDGE.wording,
    KNOWLEDGE.order_templates,
    KNOWLEDGE.override_reasons,
    KNOWLEDGE.labels,
)
CASES = list(read_cases(CONTENT))
BLANK = {"name": "x", "why": "x", "on": date(2026, 3, 10), "hook": "patient-view", "expect": []}


def given(decision: Decision) -> tuple[Expected, ...]:
    return tuple(
        Expected(
            one.rule.id,
            tuple(order.source.reference for order in one.orders),
            one.advice.level,
            tuple(offer.id for offer in one.offers),
        )
        for one in decision.shown
    )


def report(case: Case, decision: Decision) -> str:
    expected = [f"  expected  {one}" for one in case.expect] or ["  expected  no card"]
    got = [f"  got       {one}" for one in given(decision)] or ["  got       no card"]
    return "\n".join([f"Case {case.name!r} of {case.rule}", *expected, *got, *explain_decision(decision)])


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_case(case: Case) -> None:
    decision = decide(CONTENT, case.chart, case.hook, thorough=True)
    if given(decision) != case.expect:
        pytest.fail(report(case, decision), pytrace=False)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_a_call_without_a_trace_gives_the_same_cards(case: Case) -> None:
    thorough = decide(CONTENT, case.chart, case.hook, thorough=True)
    assert decide(CONTENT, case.chart, case.hook).shown == thorough.shown


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_the_cards_of_a_case_can_be_made(case: Case) -> None:
    decision = decide(CONTENT, case.chart, case.hook)
    made = MAKER.build(decision, CardContext("p1"), lambda: "uuid")
    assert [(card.indicator, len(card.summary) < 140) for card in made] == [(one.level, True) for one in case.expect]


def test_every_case_of_a_rule_has_its_own_name() -> None:
    names = [(case.rule, case.name) for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hok": "patient-view"}, "no key is called 'hok' (meant: hook?)"),
        ({"hook": "patient-vew"}, "no hook is called 'patient-vew' (meant: patient-view?)"),
        ({"record": [{"present": "groin-pian"}]}, "no finding is called 'groin-pian' (meant: groin-pain?)"),
        ({"record": [{"side": "left"}]}, "a record says one of present, absent, asked"),
        ({"record": [{"present": "groin-pain", "side": "lft"}]}, "no side is called 'lft' (meant: left?)"),
        ({"record": [{"present": "groin-pain", "date": "lately"}]}, "date = 'lately' is no date"),
        ({"record": [{"present": "hip-osteoarthritis", "severity": "sever"}]}, "(meant: severe?)"),
        ({"drafts": [{"id": "o1", "order": "hip-mir"}]}, "no imaging is called 'hip-mir' (meant: hip-mri?)"),
        ({"studies": [{"order": "hip-mri", "selected": True}]}, "no key is called 'selected'"),
        (
            {"requests": [{"treatment": "lumbar-epidurl"}]},
            "no treatment is called 'lumbar-epidurl' (meant: lumbar-epidural?)",
        ),
        ({"expect": [{"rule": "failed-hip", "level": "info"}]}, "(meant: failed-hip-care?)"),
        ({"expect": [{"rule": "failed-hip-care", "level": "hint"}]}, "no level is called 'hint'"),
    ],
)
def test_a_wrong_case_is_told_apart_from_a_wrong_result(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(CaseError) as refused:
        read_case("failed-hip-care", BLANK | wrong, CONTENT)
    assert words in str(refused.value)


def test_a_failing_case_is_explained_in_a_clinicians_words() -> None:
    case = read_case(
        "failed-hip-care",
        BLANK | {"record": [{"present": "groin-pain", "side": "left", "date": date(2026, 2, 1)}]},
        CONTENT,
    )
    told = report(case, decide(CONTENT, case.chart, case.hook, thorough=True))
    assert "expected  no card" in told
    assert "Pattern of the left side: hip-only (H1)" in told
    assert "groin pain: present, left, 2026-02-01, record/1" in told
    assert "limited hip internal rotation: not recorded" in told
    assert "Rule 5 wrong-side-order: not for this hook" in told
