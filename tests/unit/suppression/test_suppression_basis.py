"""What a card rests on, as text: the same for the same facts, and another for any other."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from domain_facts import TODAY, absent, chart, draft, finding, request, study
from msgspec import structs

from cds_service.model.content import Ask, Content
from cds_service.model.dates import full_date
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Chart, Fact, Finding, ScreenHit, Source, SourceKind, Stage
from cds_service.model.sides import Side
from cds_service.suppression.basis import describe_basis

PAIN = finding("buttock-pain", "right", severity="mild")
ORDER = draft("hip", side="right")
STUDY = study("lumbar-spine")
HIT = ScreenHit("cancer", Source(SourceKind.NOTE, "DocumentReference/1"), "tumour", full_date(TODAY))


@pytest.fixture
def basis(content: Content) -> Callable[..., str]:
    """Describe the basis of one card; each test changes one thing of it."""

    def describe(*facts: Fact, on: Chart | None = None, **fields: Any) -> str:
        rule = content.rules[0]
        given = {"facts": facts or (PAIN, STUDY), "orders": (ORDER,), "side": Side.RIGHT, "pattern_ids": ("S1",)}
        given |= {"missing_findings": (), "notes": (), "offers": (), **fields}
        card = Recommendation(rule, rule.advice[0], **given)
        read = chart(PAIN, STUDY, ORDER) if on is None else on
        return describe_basis(Decision(read, "order-sign", (card,), (), (), {}, content), card)

    return describe


def test_neither_order_nor_copies_nor_ids_nor_the_kind_of_record_matter(basis: Callable[..., str]) -> None:
    elsewhere = structs.replace(PAIN, source=Source(SourceKind.NOTE, "DocumentReference/9"))
    assert basis(STUDY, elsewhere, PAIN) == basis()


CHANGED: dict[str, Fact] = {
    "finding": structs.replace(PAIN, id="calf-pain"),
    "side": structs.replace(PAIN, side=Side.LEFT),
    "value": absent("buttock-pain", "right"),
    "day": finding("buttock-pain", "right", "2026-03-02", severity="mild"),
    "no day": finding("buttock-pain", "right", None, severity="mild"),
    "onset": finding("buttock-pain", "right", onset="2026-02-01", severity="mild"),
    "qualifier": finding("buttock-pain", "right", severity="severe"),
    "one more qualifier": finding("buttock-pain", "right", severity="mild", course="worse"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_any_change_of_a_fact_is_a_change(basis: Callable[..., str], change: str) -> None:
    assert basis(CHANGED[change], STUDY) != basis()


def test_a_fact_more_or_less_is_a_change(basis: Callable[..., str]) -> None:
    assert len({basis(), basis(PAIN), basis(PAIN, STUDY, finding("calf-pain"))}) == 3


def test_facts_that_only_chose_the_advice_count_too(basis: Callable[..., str]) -> None:
    assert basis(advice_facts=(finding("nsaid"),)) != basis()


@pytest.mark.parametrize(
    "order",
    [
        draft("pelvis", side="right"),
        draft("hip", "CT", "right"),
        draft("hip", side="left"),
        draft("hip", side="right", contrast="with"),
        draft("hip", side="right", code_side=Side.LEFT),
    ],
    ids=["region", "modality", "side", "contrast", "two sides"],
)
def test_any_change_of_the_order_is_a_change(basis: Callable[..., str], order: Any) -> None:
    assert basis(orders=(order,)) != basis()


def test_the_same_order_is_a_draft_today_and_a_request_tomorrow(basis: Callable[..., str]) -> None:
    signed = request("hip", side="right", when="2026-03-10")
    assert basis(orders=(signed,)) == basis()
    as_fact = (PAIN, STUDY, signed)
    assert basis(*as_fact, orders=(signed,)) == basis()


def test_a_study_done_since_is_a_change(basis: Callable[..., str]) -> None:
    assert basis(PAIN, structs.replace(STUDY, when=full_date(TODAY))) != basis()
    assert basis(PAIN, structs.replace(STUDY, stage=Stage.REQUEST)) != basis()


def test_the_side_of_the_card_its_patterns_and_its_questions_count(basis: Callable[..., str]) -> None:
    ask = Ask("slr-positive", None, "straight-leg raise")
    changed = {basis(side=Side.LEFT), basis(missing_findings=(ask,)), basis(pattern_ids=("S2",))}
    assert len(changed | {basis()}) == 4


def test_a_red_flag_anywhere_in_the_chart_is_a_change(basis: Callable[..., str]) -> None:
    flagged = basis(on=chart(PAIN, STUDY, ORDER, finding("weight-loss")))
    assert len({basis(), flagged, basis(on=chart(PAIN, STUDY, ORDER, finding("weight-loss", when="2026-03-05")))}) == 3


def test_what_is_no_flag_and_not_behind_the_card_is_no_change(basis: Callable[..., str]) -> None:
    assert basis(on=chart(PAIN, STUDY, ORDER, finding("knee-pain"))) == basis()


def test_a_first_denial_of_a_flag_is_a_change_and_its_repetition_is_not(basis: Callable[..., str]) -> None:
    once = basis(on=chart(PAIN, STUDY, ORDER, absent("fever")))
    twice = basis(on=chart(PAIN, STUDY, ORDER, absent("fever"), absent("fever", when="2026-03-08")))
    assert basis() != once == twice


@pytest.mark.parametrize(
    "hit",
    [
        HIT,
        structs.replace(HIT, cause="met"),
        structs.replace(HIT, when=None),
        structs.replace(HIT, side=Side.LEFT),
        structs.replace(HIT, group="fever"),
    ],
)
def test_what_the_safety_screen_meets_is_a_change(basis: Callable[..., str], hit: ScreenHit) -> None:
    read = chart(PAIN, STUDY, ORDER)
    known = basis(on=structs.replace(read, screen_hits=(structs.replace(HIT, cause="other"),)))
    assert basis(on=structs.replace(read, screen_hits=(hit,))) not in {basis(), known}


def test_what_did_not_arrive_is_a_change(basis: Callable[..., str]) -> None:
    read = chart(PAIN, STUDY, ORDER)
    assert basis(on=structs.replace(read, missing_types=frozenset({"Observation"}))) != basis()
    assert basis(on=structs.replace(read, unscreened=MappingProxyType({"language": 1}))) != basis()


def of_kind(fact: Finding, kind: SourceKind) -> Finding:
    return structs.replace(fact, source=Source(kind, "ServiceRequest/1"))


def test_reasons_of_an_order_and_running_drugs_are_not_a_day_older_tomorrow(basis: Callable[..., str]) -> None:
    for kind in (SourceKind.ORDER_REASON, SourceKind.ORDER_TEXT, SourceKind.MEDICATION):
        today = of_kind(structs.replace(PAIN, when=full_date(TODAY)), kind)
        tomorrow = TODAY.replace(day=TODAY.day + 1)
        read = structs.replace(chart(today, STUDY, ORDER), today=tomorrow)
        assert basis(structs.replace(today, when=full_date(tomorrow)), STUDY, on=read) == basis(today, STUDY), kind
    old_drug = of_kind(PAIN, SourceKind.MEDICATION)
    assert basis(old_drug) != basis(structs.replace(old_drug, when=full_date(TODAY)))


def test_another_version_of_the_content_is_a_change(content: Content) -> None:
    card_rule = content.rules[0]
    card = Recommendation(card_rule, card_rule.advice[0], (ORDER,), Side.RIGHT, (PAIN,), (), (), (), ())
    newer = replace(content, edition=replace(content.edition, digest="0" * 64))
    read = chart(PAIN, ORDER)
    described = {
        describe_basis(Decision(read, "order-sign", (card,), (), (), {}, one), card) for one in (content, newer)
    }
    assert len(described) == 2
