"""A rating never contradicts a card of the same answer (I3)."""

from dataclasses import replace

import pytest
from case_reading import Case, shipped_cases
from domain_facts import chart, draft, finding
from msgspec import structs
from rating_agreement import assert_agreement

from cds_service.logic.rating import rate_by_criteria, rate_orders
from cds_service.logic.rating_summary import summarize_ratings
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.decision import Decision, Recommendation
from tests.shipped import shipped_knowledge

CONTENT = shipped_knowledge().content
CASES = shipped_cases()
SIGN = "order-sign"
# Six weeks of pain, treated: the criteria call a lumbar MRI appropriate. Ten days of pain: not appropriate.
TREATED = (finding("low-back-pain", onset="2025-12-01"), finding("physical-therapy", when="2026-02-10"))
NEW = (finding("low-back-pain", onset="2026-03-01"),)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_no_rating_of_a_case_contradicts_its_cards(case: Case) -> None:
    assert_agreement(decide(CONTENT, case.chart, case.hook))


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_no_rating_of_a_lumbar_mri_in_a_cases_chart_contradicts_its_cards(case: Case) -> None:
    """The charts of all cases, with the order that the criteria are about."""
    imaging = (*case.chart.imaging, draft("lumbar-spine", contrast="without", name="rated-mri"))
    for facts in (TREATED, NEW):
        findings = (*case.chart.findings, *facts)
        with_mri = structs.replace(case.chart, findings=findings, imaging=imaging, age=case.chart.age or 50)
        assert_agreement(decide(CONTENT, with_mri, SIGN))


def rated(content: Content, *facts: object) -> Decision:
    return decide(content, chart(draft("lumbar-spine", contrast="without"), *facts), SIGN)


def with_card(decision: Decision, **advice: object) -> Decision:
    """Return the decision with a card about its order whose row of advice is changed, and that offers nothing."""
    rule = CONTENT.rules[0]
    row = replace(rule.advice[0], **{"level": "info", "is_restraint": False, **advice})
    [order] = decision.chart.imaging
    card = Recommendation(rule, row, (order,), order.side, (), (), (), (), ())
    return structs.replace(decision, shown=(card,), held_back=())


@pytest.mark.parametrize(
    ("facts", "advice", "rating"),
    [
        (TREATED, {}, "appropriate"),
        (TREATED, {"level": "critical"}, "appropriate"),
        (TREATED, {"is_restraint": True}, None),
        (NEW, {}, "not-appropriate"),
        (NEW, {"is_restraint": True}, "not-appropriate"),
        (NEW, {"level": "warning"}, None),
        (NEW, {"level": "critical"}, None),
        (NEW, {"level": "critical", "is_restraint": True}, None),
    ],
)
def test_what_a_card_says_decides_whether_a_rating_stands(
    facts: tuple[object, ...], advice: dict[str, object], rating: str | None
) -> None:
    bare = rated(CONTENT, *facts)
    assert rate_by_criteria(bare)
    decision = with_card(bare, **advice)
    assert [one.criterion.rating for one in rate_orders(decision)] == ([rating] if rating else [])
    [summary] = summarize_ratings(decision)
    assert (summary.criterion is None) == (rating is None)
    assert ("says otherwise" in summary.reason) == (rating is None)


@pytest.mark.parametrize("field", ["deletes_order", "changes_side"])
def test_an_offer_to_undo_or_correct_the_order_rules_out_appropriate(field: str) -> None:
    decision = with_card(rated(CONTENT, *TREATED))
    [card] = decision.shown
    offer = replace(next(iter(CONTENT.offers.values())), deletes_order=False, changes_side=None, is_restraint=False)
    for value, count in ((None, 1), ("opposite", 0)):
        changed = structs.replace(card, offers=(replace(offer, **{field: value}),))
        assert len(rate_orders(structs.replace(decision, shown=(changed,)))) == count


def test_the_orders_of_a_patient_who_has_died_are_not_rated() -> None:
    dead = structs.replace(rated(CONTENT, *TREATED).chart, is_deceased=True)
    assert rate_orders(decide(CONTENT, dead, SIGN)) == ()
