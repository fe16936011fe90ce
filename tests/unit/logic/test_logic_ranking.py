"""Which recommendations are shown: most urgent first, few, and within the limit for each order."""

from dataclasses import replace

import pytest
from domain_facts import chart, draft, finding
from msgspec import structs

from cds_service.logic.ranking import rank_recommendations, without_suppressed
from cds_service.logic.rule_engine import decide
from cds_service.model.content import LEVELS, Content, Offer, Solo
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Imaging
from cds_service.model.sides import Side


def recommendation(content: Content, number: int, level: str, *orders: Imaging) -> Recommendation:
    rule = replace(content.rules[0], id=f"rule-{number}", number=number)
    row = replace(rule.advice[0], level=level)
    return Recommendation(rule, row, orders, Side.LEFT, (), (), (), (), ())


def with_offers(card: Recommendation, *offers: Offer) -> Recommendation:
    return structs.replace(card, offers=offers)


def numbers(recommendations: tuple[Recommendation, ...]) -> list[int]:
    return [recommendation.rule.number for recommendation in recommendations]


def test_most_urgent_first_then_by_number(content: Content) -> None:
    recommendations = [
        recommendation(content, 3, "info"),
        recommendation(content, 2, "warning"),
        recommendation(content, 1, "info"),
    ]
    policy = replace(content.policy, cards_per_call=3)
    assert numbers(rank_recommendations(recommendations, policy)[0]) == [2, 1, 3]


def test_no_more_cards_than_the_policy_allows(content: Content) -> None:
    shown, held_back = rank_recommendations(
        [recommendation(content, number, "info") for number in (1, 2, 3)], content.policy
    )
    assert (numbers(shown), numbers(held_back)) == ([1, 2], [3])


def test_one_card_per_order(content: Content) -> None:
    hip, other = draft("hip"), draft("hip", name="o2")
    recommendations = [
        recommendation(content, 1, "warning", hip),
        recommendation(content, 2, "warning", hip, other),
        recommendation(content, 3, "info", other),
    ]
    shown, held_back = rank_recommendations(recommendations, content.policy)
    assert (numbers(shown), numbers(held_back)) == ([1, 3], [2])


def test_a_critical_card_is_never_held_back(content: Content) -> None:
    hip = draft("hip")
    recommendations = [recommendation(content, number, "critical", hip) for number in (1, 2, 3)]
    assert numbers(rank_recommendations(recommendations, content.policy)[0]) == [1, 2, 3]


def test_critical_cards_count_against_the_limit(content: Content) -> None:
    recommendations = [
        recommendation(content, 1, "critical"),
        recommendation(content, 2, "critical"),
        recommendation(content, 3, "warning"),
    ]
    shown, held_back = rank_recommendations(recommendations, content.policy)
    assert (numbers(shown), numbers(held_back)) == ([1, 2], [3])


def test_a_card_about_the_patient_does_not_count_against_an_order(content: Content) -> None:
    """It counts only against the cards of the call (clinical design §1.6)."""
    hip = draft("hip")
    shown, held_back = rank_recommendations(
        [recommendation(content, 1, "critical"), recommendation(content, 3, "warning", hip)], content.policy
    )
    assert (numbers(shown), numbers(held_back)) == ([1, 3], [])


def test_a_card_about_the_patient_counts_against_the_cards_of_the_call(content: Content) -> None:
    recommendations = [
        recommendation(content, 2, "warning"),
        recommendation(content, 6, "warning"),
        recommendation(content, 3, "warning", draft("hip")),
    ]
    shown, held_back = rank_recommendations(recommendations, content.policy)
    assert (numbers(shown), numbers(held_back)) == ([2, 3], [6])


ABOUT_THE_PATIENT = {1, 2, 6, 7, 9, 13, 15, 16, 17, 18}  # clinical design §1.6


def test_each_rule_is_about_the_patient_or_an_order_as_the_design_says(content: Content) -> None:
    about = {rule.number: rule.about for rule in content.rules}
    assert about == {number: "patient" if number in ABOUT_THE_PATIENT else "order" for number in about}


def test_a_rule_about_the_patient_names_no_order(content: Content) -> None:
    decision = decide(content, chart(finding("saddle-anaesthesia"), draft("hip")), "order-sign")
    assert decision.shown[0].orders == ()


@pytest.mark.parametrize("level", LEVELS)
def test_only_a_critical_card_goes_beyond_the_limit(content: Content, level: str) -> None:
    shown, held_back = rank_recommendations(
        [recommendation(content, number, level) for number in range(1, 6)], content.policy
    )
    assert len(shown) == (5 if level == "critical" else 2)
    assert len(shown) + len(held_back) == 5


def test_a_rule_that_speaks_alone_holds_back_all_but_those_it_may_stand_beside(content: Content) -> None:
    policy = replace(content.policy, solos=(Solo("rule-1", frozenset({"rule-5"})),))
    alone, warning, beside = (
        recommendation(content, number, level) for number, level in ((1, "critical"), (2, "warning"), (5, "warning"))
    )
    shown, held_back = rank_recommendations([warning, alone, beside], policy)
    assert (numbers(shown), numbers(held_back)) == ([1, 5], [2])
    shown, held_back = rank_recommendations([warning, beside], policy)
    assert (numbers(shown), numbers(held_back)) == ([2, 5], [])


def test_even_a_critical_card_is_held_back_beside_a_rule_that_speaks_alone(content: Content) -> None:
    policy = replace(content.policy, solos=(Solo("rule-1", frozenset()),))
    cards = [recommendation(content, number, "critical") for number in (1, 2)]
    shown, held_back = rank_recommendations(cards, policy)
    assert (numbers(shown), numbers(held_back)) == ([1], [2])


MRI = Offer("mri", "MRI", imaging=frozenset({("lumbar-spine", "MR")}))
FILM = Offer("film", "film", imaging=frozenset({("hip", "XR")}))
BOTH = Offer("both", "both", imaging=frozenset({("hip", "XR"), ("lumbar-spine", "MR")}))
REFERRAL = Offer("referral", "referral")


def ranked(content: Content, first: tuple[Offer, ...], second: tuple[Offer, ...]) -> list[tuple[str, ...]]:
    cards = [
        with_offers(recommendation(content, 1, "warning"), *first),
        with_offers(recommendation(content, 2, "info"), *second),
    ]
    return [tuple(offer.id for offer in card.offers) for card in rank_recommendations(cards, content.policy)[0]]


def test_no_imaging_is_offered_twice(content: Content) -> None:
    """A card drops what stands on the card before it, and is held back if nothing is left."""
    assert ranked(content, (MRI,), (MRI, REFERRAL)) == [("mri",), ("referral",)]
    assert ranked(content, (MRI,), (MRI,)) == [("mri",)]
    assert ranked(content, (MRI,), (FILM,)) == [("mri",), ("film",)]
    assert ranked(content, (MRI,), (BOTH,)) == [("mri",), ("both",)]
    assert ranked(content, (BOTH,), (MRI, FILM)) == [("both",)]
    assert ranked(content, (REFERRAL,), (REFERRAL,)) == [("referral",), ("referral",)]


def test_a_card_that_offers_nothing_by_design_is_shown(content: Content) -> None:
    assert ranked(content, (MRI,), ()) == [("mri",), ()]


def test_a_critical_card_keeps_its_offers_if_none_would_be_left(content: Content) -> None:
    cards = [with_offers(recommendation(content, number, "critical"), MRI) for number in (1, 2)]
    shown, _ = rank_recommendations(cards, content.policy)
    assert [card.offers for card in shown] == [(MRI,), (MRI,)]


def decision_with(
    content: Content, shown: list[Recommendation], held_back: list[Recommendation], *red_flags: str
) -> Decision:
    policy = replace(
        content.policy, suppression=replace(content.policy.suppression, red_flag_rules=frozenset(red_flags))
    )
    return Decision(chart(), "order-sign", tuple(shown), tuple(held_back), (), {}, replace(content, policy=policy))


def test_what_is_suppressed_is_gone_and_nothing_takes_its_place(content: Content) -> None:
    first, second, third = (recommendation(content, number, "info") for number in (1, 2, 3))
    after = without_suppressed(decision_with(content, [first, second], [third]), {"rule-1": "overridden"})
    assert (numbers(after.shown), numbers(after.held_back)) == ([2], [3])
    assert [(one.recommendation.rule.number, one.reason) for one in after.suppressed] == [(1, "overridden")]


@pytest.mark.parametrize(("level", "red_flags"), [("warning", ["rule-3"]), ("critical", [])])
def test_a_red_flag_takes_its_place(content: Content, level: str, red_flags: list[str]) -> None:
    first, second = (recommendation(content, number, "warning") for number in (1, 2))
    flag = recommendation(content, 3, level)
    after = without_suppressed(decision_with(content, [first, second], [flag], *red_flags), {"rule-1": "overridden"})
    assert sorted(numbers(after.shown)) == [2, 3]
    assert after.held_back == ()


def test_what_was_held_back_and_answered_before_is_not_counted_as_suppressed(content: Content) -> None:
    first, second = (recommendation(content, number, "info") for number in (1, 2))
    after = without_suppressed(decision_with(content, [first], [second]), {"rule-2": "overridden"})
    assert (numbers(after.shown), after.suppressed, numbers(after.held_back)) == ([1], (), [2])
