"""The recommendation of a rule that speaks: orders, side, missing findings and offers."""

from dataclasses import replace

from domain_facts import absent, asked, chart, draft, finding, request, study

from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.decision import Recommendation
from cds_service.model.facts import Finding, Imaging
from cds_service.model.sides import Side

LUMBAR = draft("lumbar-spine")


def only(content: Content, *facts: Finding | Imaging, hook: str = "order-sign") -> Recommendation:
    (recommendation,) = decide(content, chart(*facts), hook).shown
    return recommendation


def offers(recommendation: Recommendation) -> list[str]:
    return [offer.id for offer in recommendation.offers]


def test_a_side_that_a_finding_names_is_the_cards_side(content: Content) -> None:
    assert only(content, finding("groin-pain", "left"), LUMBAR).side is Side.LEFT


def test_both_sides_that_findings_name_are_the_cards_sides(content: Content) -> None:
    assert only(content, finding("groin-pain", "left"), finding("groin-pain", "right"), LUMBAR).side is Side.BOTH
    assert only(content, finding("groin-pain", "both"), LUMBAR).side is Side.BOTH


def test_pain_of_no_stated_side_makes_no_card_for_both_sides(content: Content) -> None:
    assert only(content, finding("groin-pain"), LUMBAR).side is Side.UNSTATED


def test_a_sided_order_gives_the_side_where_no_finding_does(content: Content) -> None:
    pains = [finding("buttock-pain"), finding("calf-pain")]
    assert only(content, *pains, draft("hip", side="left")).side is Side.LEFT
    assert only(content, *pains, draft("hip")).side is Side.UNSTATED


def test_the_side_of_a_midline_order_is_not_the_cards_side(content: Content) -> None:
    assert only(content, finding("groin-pain"), draft("lumbar-spine", side="left")).side is Side.UNSTATED


def test_the_facts_begin_with_the_side_that_has_the_most(content: Content) -> None:
    facts = [finding("groin-pain", "left"), finding("groin-pain", "right"), finding("limp", "right")]
    recommendation = only(content, *facts, finding("fadir-positive", "right"), LUMBAR)
    assert recommendation.facts[0].side is Side.RIGHT
    assert recommendation.pattern_ids == ("H1", "H2")


def test_a_pattern_of_a_branch_that_does_not_hold_is_not_named(content: Content) -> None:
    injection = finding("hip-anaesthetic-injection", response="no-relief")
    assert only(content, finding("groin-pain", "left"), injection, hook="patient-view").pattern_ids == ()


def test_several_orders_make_one_recommendation(content: Content) -> None:
    orders = (draft("hip", side="left"), draft("hip", "XR", "left", name="o2"))
    recommendation = only(content, finding("buttock-pain", "left"), finding("calf-pain", "left"), *orders)
    assert recommendation.orders == orders


def test_a_note_is_added_when_its_block_holds(content: Content) -> None:
    pains = [finding("buttock-pain", "left"), finding("calf-pain", "left"), draft("hip", side="left")]
    assert only(content, *pains).notes == ()
    (note,) = only(content, *pains, finding("peripheral-arterial-disease")).notes
    assert "foot pulses" in note.text


def test_an_offer_that_deletes_is_made_on_order_hooks_only(content: Content) -> None:
    pain = finding("groin-pain", "left")
    assert offers(only(content, pain, LUMBAR)) == ["add-hip-radiograph", "replace-with-hip-radiograph"]
    view = only(content, pain, request("lumbar-spine"), hook="patient-view")
    assert offers(view) == ["add-hip-radiograph"]


def test_an_order_that_exists_already_is_not_offered(content: Content) -> None:
    assert offers(only(content, finding("saddle-anaesthesia"), LUMBAR)) == ["refer-urgent-spine"]


def test_no_radiograph_is_offered_in_pregnancy(content: Content) -> None:
    policy = replace(content.policy, silences=())
    decision = decide(
        replace(content, policy=policy), chart(finding("groin-pain"), finding("pregnancy"), LUMBAR), "order-sign"
    )
    assert decision.shown == ()


def test_the_most_urgent_row_applies_to_all_sides(content: Content) -> None:
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    pains = [finding("lateral-hip-pain", "both", onset="2025-09-01"), finding("hip-osteoarthritis", "left")]
    recommendation = only(content, *pains, *care, hook="patient-view")
    assert (recommendation.advice.level, recommendation.side) == ("warning", Side.BOTH)


def test_advice_about_the_patient_is_limited_to_the_side_it_is_true_of(content: Content) -> None:
    care = finding("physical-therapy", when="2025-12-01")
    hip = [finding("groin-pain", "left"), finding("hip-osteoarthritis", "left", severity="severe")]
    leg = [finding("calf-pain", "right"), finding("lumbar-radiculopathy", "right")]
    recommendation = only(content, care, *hip, *leg, hook="patient-view")
    assert (recommendation.advice.card, recommendation.side) == ("assess-hip-replacement", Side.LEFT)
    assert {fact.side for fact in recommendation.facts} == {Side.LEFT, Side.UNSTATED}


def test_a_study_is_among_the_facts_of_a_repeat(content: Content) -> None:
    done = study("lumbar-spine", when="2026-01-01")
    assert only(content, LUMBAR, done).facts == (done,)


def test_the_facts_that_select_the_advice_are_separate_from_those_that_make_the_rule_speak(content: Content) -> None:
    pains = [finding("buttock-pain", "left", onset="2025-09-01"), finding("calf-pain", "left")]
    care = finding("physical-therapy", when="2026-01-10")
    recommendation = only(content, *pains, care, draft("hip", side="left"))
    assert recommendation.facts == tuple(pains)
    assert recommendation.advice_facts == (pains[0], care)
    assert only(content, *pains, draft("hip", side="left")).advice_facts == ()


def test_every_branch_that_holds_adds_its_facts(content: Content) -> None:
    pains = [
        finding("groin-pain", "left", onset="2025-09-01"),
        finding("hip-anaesthetic-injection", "left", response="no-relief"),
    ]
    care = [finding("femoral-stretch-positive", "left"), finding("nsaid"), finding("physical-therapy")]
    recommendation = only(content, *pains, *care, hook="patient-view")
    assert {fact.id for fact in recommendation.facts} == {fact.id for fact in (*pains, *care)}


def test_a_caveat_is_added_when_its_block_holds(content: Content) -> None:
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    pain = finding("lateral-hip-pain", "left", onset="2025-09-01")

    def caveats_with(*facts: Finding) -> list[str]:
        return [caveat.id for caveat in only(content, pain, *care, *facts, hook="patient-view").caveats]

    assert caveats_with() == ["failed-hip-care-yield"]
    assert caveats_with(finding("hip-biologic-injection")) == ["failed-hip-care-yield", "biologic-injection"]


IMPLANT_NOTE = "Implant on record: check MRI safety."


def texts(recommendation: Recommendation) -> list[str]:
    return [note.text for note in recommendation.notes]


def test_an_implant_is_noted_once_on_a_card_that_offers_or_keeps_an_mri(content: Content) -> None:
    implants = [finding("mri-implant", when="2019-01-01"), finding("mri-implant", when="2020-01-01")]
    pains = [finding(name, "right", onset="2025-12-01") for name in ("buttock-pain", "calf-pain")]
    pains.append(finding("physical-therapy", when="2026-01-20"))
    offered = only(content, *pains, *implants, draft("hip", "XR", side="right"))
    assert any("MR" in offer.modalities for offer in offered.offers)
    assert texts(offered).count(IMPLANT_NOTE) == 1
    kept = only(content, finding("groin-pain", "left"), *implants, LUMBAR)
    assert texts(kept).count(IMPLANT_NOTE) == 1


def test_without_an_implant_or_an_mri_nothing_is_noted(content: Content) -> None:
    assert IMPLANT_NOTE not in texts(only(content, finding("groin-pain", "left"), LUMBAR))
    film = only(content, finding("groin-pain", "left"), finding("mri-implant"), draft("lumbar-spine", "XR"))
    assert not any("MR" in offer.modalities for offer in film.offers)
    assert IMPLANT_NOTE not in texts(film)


def test_an_implant_that_is_denied_or_asked_about_is_not_noted(content: Content) -> None:
    for fact in (absent("mri-implant"), asked("mri-implant")):
        assert IMPLANT_NOTE not in texts(only(content, finding("groin-pain", "left"), fact, LUMBAR))


def test_an_implant_delays_nothing_in_an_emergency(content: Content) -> None:
    signs = [finding("saddle-anaesthesia", when="2026-03-09"), finding("low-back-pain", when="2026-03-09")]
    bare = only(content, *signs, hook="patient-view")
    noted = only(content, *signs, finding("mri-implant"), hook="patient-view")
    assert (noted.advice, noted.offers) == (bare.advice, bare.offers)
    assert noted.advice.level == "critical"
    assert IMPLANT_NOTE in texts(noted)
