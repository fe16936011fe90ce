"""Suggestions: what each offer does to orders, and what none of them may ever do."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from case_reading import Case, shipped_cases
from fhir.resources.R4B.servicerequest import ServiceRequest
from msgspec import structs
from rendering_facts import BOTH, DRAFT, LEFT, RIGHT, TODAY, UNSTATED, buttock_to_calf, finding, imaging

from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, Stage
from cds_service.model.sides import Side
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from cds_service.wire.response import Action, Card

CASES = shipped_cases()
LEFT_HIP = {
    "resourceType": "ServiceRequest",
    "id": "o1",
    "code": {"coding": [{"system": "http://loinc.org", "code": "36488-5"}]},
    "extension": [{"url": "https://ehr.example/x", "valueString": "kept"}],
}
RAW = {DRAFT: json.dumps(LEFT_HIP).encode()}
MakeCards = Callable[..., list[Card]]


def actions(cards: list[Card]) -> list[list[str]]:
    return [[action.type for action in suggestion.actions] for card in cards for suggestion in card.suggestions or ()]


def of_case(case: Case, content: Content, maker: CardBuilder, **chart: Any) -> list[Card]:
    patient_chart = structs.replace(case.chart, **chart)
    numbers = count(1)
    drafts = {order.source.reference: RAW[DRAFT] for order in patient_chart.imaging if order.stage is Stage.DRAFT}
    return maker.build(
        decide(content, patient_chart, case.hook), CardContext("patient-1", drafts), lambda: f"uuid-{next(numbers)}"
    )


def test_adding_comes_before_replacing_and_is_what_is_recommended(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    assert actions([card]) == [["create"], ["create", "delete"]]
    assert [suggestion.isRecommended for suggestion in card.suggestions or ()] == [True, None]


def test_of_several_that_go_together_the_first_is_recommended(cards: MakeCards) -> None:
    (card,) = cards(*buttock_to_calf(), finding("groin-pain"), hook="patient-view")
    assert card.selectionBehavior == "any"
    assert [suggestion.isRecommended for suggestion in card.suggestions or ()] == [True, None]


def test_a_replacement_removes_the_draft_it_names(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    delete = (card.suggestions or [])[1].actions[1]
    assert (delete.resourceId, delete.description) == (DRAFT, "Remove the draft: MRI of the right hip")


def test_drafts_that_one_card_is_about_are_removed_together(cards: MakeCards) -> None:
    second = imaging(reference="ServiceRequest/o2", modality="XR")
    (card,) = cards(imaging(), second, *buttock_to_calf())
    removed = [action.resourceId for action in (card.suggestions or [])[1].actions if action.type == "delete"]
    assert removed == [DRAFT, "ServiceRequest/o2"]


def test_a_draft_without_an_id_is_neither_removed_nor_changed(cards: MakeCards) -> None:
    without_id = "ServiceRequest number 1"
    added = cards(imaging(reference=without_id), *buttock_to_calf())
    assert actions(added) == [["create"]]
    (sides_differ,) = cards(
        imaging(side=LEFT, reference=without_id), finding("hip-pain"), drafts={without_id: RAW[DRAFT]}
    )
    assert (sides_differ.suggestions, sides_differ.selectionBehavior) == (None, None)


def test_where_one_of_two_drafts_has_no_id_none_is_removed(cards: MakeCards) -> None:
    without_id = imaging(reference="ServiceRequest number 2", modality="XR")
    assert actions(cards(imaging(), without_id, *buttock_to_calf())) == [["create"]]


def test_changing_a_side_gives_the_callers_whole_order_back(cards: MakeCards) -> None:
    (card,) = cards(imaging(side=LEFT), finding("hip-pain"), drafts=RAW)
    ((update,),) = [suggestion.actions for suggestion in card.suggestions or ()]
    assert (update.type, update.description) == ("update", "Change the order's side to right")
    assert update.resource is not None
    assert update.resource["code"] == {"coding": [{"system": "http://loinc.org", "code": "36490-1"}]}
    assert update.resource["extension"] == LEFT_HIP["extension"]


def test_an_order_whose_text_names_its_side_is_not_changed(cards: MakeCards) -> None:
    named = {DRAFT: json.dumps(LEFT_HIP | {"note": [{"text": "left"}]}).encode()}
    (card,) = cards(imaging(side=LEFT), finding("hip-pain"), drafts=named)
    assert card.suggestions is None


def test_an_order_that_names_two_sides_gets_the_body_site_of_its_code(cards: MakeCards) -> None:
    two_sides = LEFT_HIP | {"bodySite": [{"coding": [{"system": "http://snomed.info/sct", "code": "287579007"}]}]}
    (card,) = cards(imaging(side=UNSTATED, code_side=LEFT), drafts={DRAFT: json.dumps(two_sides).encode()})
    ((update,),) = [suggestion.actions for suggestion in card.suggestions or ()]
    assert update.resource is not None
    assert update.resource["code"] == LEFT_HIP["code"]
    assert update.resource["bodySite"][0]["text"] == "left hip"


def test_no_order_is_changed_to_both_sides(cards: MakeCards) -> None:
    two_sides = LEFT_HIP | {"bodySite": [{"coding": [{"system": "http://snomed.info/sct", "code": "287579007"}]}]}
    (card,) = cards(imaging(side=UNSTATED, code_side=BOTH), drafts={DRAFT: json.dumps(two_sides).encode()})
    assert card.suggestions is None


def test_when_a_chart_is_opened_an_order_on_record_is_never_removed(cards: MakeCards) -> None:
    request = imaging(stage=Stage.REQUEST, when=full_date(TODAY))
    assert actions(cards(request, *buttock_to_calf(), hook="patient-view")) == [["create"]]


def test_an_order_is_created_for_the_side_and_reasons_of_the_card(cards: MakeCards) -> None:
    lumbar = imaging("lumbar-spine", UNSTATED)
    (card,) = cards(lumbar, finding("groin-pain", LEFT), finding("start-up-pain", LEFT))
    (create,) = (card.suggestions or [])[0].actions
    assert create.description == "Order: Radiograph of the hip with a pelvis view (left)"
    assert create.resource is not None
    assert create.resource["subject"] == {"reference": "Patient/patient-1"}
    reasons = [reason["text"] for reason in create.resource["reasonCode"]]
    assert reasons == ["left groin pain", "stiff first steps after sitting (left)"]


def test_what_was_tried_is_no_reason_for_an_order(cards: MakeCards) -> None:
    tried = [finding("physical-therapy", UNSTATED), finding("nsaid", UNSTATED)]
    (card,) = cards(finding("lateral-hip-pain", RIGHT, "2025-12-01"), *tried, hook="patient-view")
    (create,) = (card.suggestions or [])[0].actions
    assert create.resource is not None
    assert [reason["text"] for reason in create.resource["reasonCode"]] == ["right outer-hip pain"]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_no_case_recommends_removing_an_order_or_removes_one_that_is_not_a_draft(
    case: Case, knowledge: Knowledge, maker: CardBuilder
) -> None:
    drafts = {order.source.reference for order in case.chart.imaging if order.stage is Stage.DRAFT}
    for card in of_case(case, knowledge.content, maker):
        for suggestion in card.suggestions or ():
            kinds = {action.type for action in suggestion.actions}
            assert not (suggestion.isRecommended and "delete" in kinds)
            assert case.hook != "patient-view" or kinds == {"create"}
            assert {action.resourceId for action in suggestion.actions if action.resourceId} <= drafts


def created(case: Case, content: Content, maker: CardBuilder, **chart: Any) -> list[Action]:
    cards = of_case(case, content, maker, **chart)
    suggestions = [suggestion for card in cards for suggestion in card.suggestions or ()]
    return [action for suggestion in suggestions for action in suggestion.actions if action.type == "create"]


def test_every_order_that_any_case_creates_is_valid_r4(knowledge: Knowledge, maker: CardBuilder) -> None:
    orders = [action.resource for case in CASES for action in created(case, knowledge.content, maker)]
    assert len(orders) > len(CASES) // 4
    for order in orders:
        ServiceRequest.model_validate(order)


def test_with_pregnancy_on_record_no_case_offers_a_radiograph(knowledge: Knowledge, maker: CardBuilder) -> None:
    """The policy withholds such offers even where it silences no rule."""
    outspoken = replace(knowledge.content, policy=replace(knowledge.content.policy, silences=()))
    assert any(_radiographs(case, outspoken, maker) for case in CASES)
    assert not any(_radiographs(case, outspoken, maker, _pregnant(case.chart)) for case in CASES)


def _pregnant(chart: Chart) -> Chart:
    return structs.replace(chart, findings=(*chart.findings, finding("pregnancy", Side.UNSTATED, "2026-03-01")))


def _radiographs(case: Case, content: Content, maker: CardBuilder, chart: Chart | None = None) -> list[Action]:
    findings = (chart or case.chart).findings
    return [action for action in created(case, content, maker, findings=findings) if "adiograph" in action.description]
