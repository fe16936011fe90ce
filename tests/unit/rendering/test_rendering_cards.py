"""Cards: what they say, and what they never say."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from case_reading import Case, shipped_cases
from msgspec import structs
from rendering_facts import BOTH, DRAFT, LEFT, RIGHT, UNSTATED, buttock_to_calf, finding, imaging

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.dates import full_date
from cds_service.model.facts import Finding, FindingValue, Stage
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import OVERRIDE_REASON_SYSTEM_URI, TOPIC_SYSTEM_URI, CardBuilder
from cds_service.startup_state import build_card_maker
from cds_service.wire.response import SUMMARY_LIMIT, Card

CASES = shipped_cases()
MakeCards = Callable[..., list[Card]]


def test_a_card_gives_the_patients_own_findings_then_the_advice(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    assert card.summary.startswith("Right buttock and calf pain; ")
    assert card.summary.endswith("consider the lumbar spine")


def test_a_summary_names_no_more_than_two_findings(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf(), finding("posterior-thigh-pain"))
    assert "Right calf pain" in card.detail
    assert card.summary.startswith("Right buttock and back-of-thigh pain; ")


def test_the_detail_has_its_parts_in_order(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    parts = [
        "**Why**",
        "**Not recorded, and would help:**",
        "**Consider:**",
        "**Evidence:**",
        "Not yet approved by a clinician. You decide.",
    ]
    positions = [card.detail.index(part) for part in parts]
    assert positions == sorted(positions)


def test_the_detail_says_what_lies_behind_the_card_with_dates(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    assert "- Right buttock pain since 20 Dec 2025, problem list, 5 Jan 2026\n" in card.detail
    assert "- Right calf pain, problem list, 20 Feb 2026\n" in card.detail


def test_the_detail_names_what_is_not_recorded_and_no_longer_once_it_is(cards: MakeCards) -> None:
    (before,) = cards(imaging(), *buttock_to_calf())
    (after,) = cards(imaging(), *buttock_to_calf(), finding("relief-when-seated"))
    assert "relief when seated" in before.detail.split("**Consider:**")[0].split("**Not recorded")[1]
    assert "relief when seated" not in after.detail.split("**Consider:**")[0].split("**Not recorded")[1]


def test_an_emergency_asks_for_nothing_first(cards: MakeCards) -> None:
    cancer, drop = finding("active-cancer", UNSTATED), finding("foot-drop", RIGHT)
    (card,) = cards(finding("low-back-pain", UNSTATED), cancer, drop, hook="patient-view")
    assert card.indicator == "critical"
    assert "Not recorded, and would help" not in card.detail


def test_a_card_that_advises_to_wait_says_what_is_denied_what_is_not_recorded_and_when_not_to_wait(
    cards: MakeCards,
) -> None:
    new_pain = (finding("buttock-pain", RIGHT, onset="2026-02-20"), finding("calf-pain", RIGHT))
    denied = finding("fever", UNSTATED, value=FindingValue.ABSENT)
    (card,) = cards(imaging(), *new_pain, denied)
    assert "\n\nDenied: fever (20 Feb 2026). Not recorded: bladder, bowel, saddle, weakness.\n\n" in card.detail
    assert "**Do not wait:** Image now for weakness, fever, numbness between the legs" in card.detail
    (card,) = cards(imaging(), *buttock_to_calf(), denied)
    assert "Denied" not in card.detail
    assert "Do not wait" not in card.detail


def test_a_button_says_what_pressing_it_does_and_to_which_order(knowledge: Knowledge) -> None:
    chart = structs.replace(CASES[0].chart, findings=buttock_to_calf(), imaging=(imaging(),))
    (card,) = build_card_maker(knowledge).build(
        decide(knowledge.content, chart, "order-sign"), CardContext("p", {DRAFT: b"{}"}), lambda: "uuid"
    )
    labels = [suggestion.label for suggestion in card.suggestions or ()]
    assert labels == ["Add lumbar MRI without contrast", "Replace right hip MRI with lumbar MRI"]


def test_the_detail_carries_a_note_where_one_applies(cards: MakeCards) -> None:
    (without,) = cards(imaging(), *buttock_to_calf())
    (with_it,) = cards(imaging(), *buttock_to_calf(), finding("peripheral-arterial-disease", UNSTATED))
    assert "foot pulses" not in without.detail
    assert "foot pulses" in with_it.detail


def test_the_evidence_is_that_of_the_rule_and_of_the_advice_given(cards: MakeCards) -> None:
    leg = buttock_to_calf()
    (slip,) = cards(*leg, finding("spondylolisthesis", UNSTATED), hook="patient-view")
    (herniation,) = cards(*leg, finding("lumbar-disc-herniation", UNSTATED), hook="patient-view")
    assert "**Evidence:** Randomised trial (Swedish Spinal Stenosis Study 2024): " in slip.detail
    assert "**Evidence:** Observational study (Weinstein 2008): " in herniation.detail


def test_the_detail_says_what_could_not_be_read(cards: MakeCards) -> None:
    missing = {"unavailable": ("procedures",), "incomplete": ("observations",), "not_sent": ("orders", "reports")}
    (card,) = cards(imaging(), *buttock_to_calf(), unreadable={"Condition": 1}, **missing)
    sentence = (
        "\n\n**Not all of the chart was seen, and nothing unseen counts as absent.** Procedures: not read. "
        "1 Condition: not read. Observations: incomplete. Not sent: orders, reports.\n\n**Evidence:**"
    )
    assert sentence in card.detail


@pytest.mark.parametrize("missing", [{"unavailable": ("x",)}, {"incomplete": ("x",)}, {"not_sent": ("x",)}])
def test_the_detail_says_so_for_any_one_of_them(cards: MakeCards, missing: dict[str, tuple[str, ...]]) -> None:
    (card,) = cards(imaging(), *buttock_to_calf(), **missing)
    assert "**Not all of the chart was seen, " in card.detail


def test_the_detail_says_nothing_of_unread_data_when_all_was_read(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    assert "Not all of the chart was seen" not in card.detail


def test_content_version_and_sign_off_are_on_the_card(cards: MakeCards, knowledge: Knowledge) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    edition = knowledge.content.edition
    assert card.detail.endswith(f"Not yet approved by a clinician. You decide. (content {edition.version})")
    assert f"(content {edition.version})" in card.source.label


def test_the_source_has_a_static_alphanumeric_topic_and_a_link(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    topic = card.source.topic
    assert topic is not None
    assert (topic.system, topic.code) == (TOPIC_SYSTEM_URI, "SpinePatternHipImaging")
    assert re.fullmatch(r"https://\S+", card.source.url or "")


def test_override_reasons_are_coded_and_said(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    reasons = card.overrideReasons or []
    assert {reason.system for reason in reasons} == {OVERRIDE_REASON_SYSTEM_URI}
    assert [reason.code for reason in reasons][-1] == "other"


def test_every_card_and_suggestion_has_a_uuid_of_its_own(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    uuids = [card.uuid, *(suggestion.uuid for suggestion in card.suggestions or ())]
    assert uuids == ["uuid-1", "uuid-2", "uuid-3"]


def test_the_order_is_named_with_its_side(cards: MakeCards) -> None:
    (card,) = cards(imaging(side=LEFT), finding("groin-pain", RIGHT))
    assert card.summary == "Sides differ: right groin pain recorded, left hip MRI ordered"


def test_advice_with_sources_of_its_own_names_them_alone(cards: MakeCards) -> None:
    pain, night = finding("low-back-pain", UNSTATED), finding("night-pain-waking", UNSTATED)
    (card,) = cards(pain, night, hook="patient-view")
    assert card.source.label.startswith("Expert opinion: spine surgeon, OrthoVirginia")
    assert "**Evidence:** Expert opinion (spine surgeon, OrthoVirginia): Pain that wakes" in card.detail
    (card,) = cards(pain, finding("active-cancer", UNSTATED), hook="patient-view")
    assert card.source.label.startswith("Downie A et al., BMJ 2013")
    assert "**Evidence:** Systematic review (Downie 2013): " in card.detail


def test_two_findings_that_make_a_summary_too_long_become_one(knowledge: Knowledge) -> None:
    label = "x" * 37 + " pain"
    findings = {name: replace(definition, label=label) for name, definition in knowledge.content.findings.items()}
    maker = build_card_maker(replace(knowledge, content=replace(knowledge.content, findings=findings)))
    (card,) = _make(maker, knowledge, finding("buttock-pain"), finding("calf-pain"))
    assert card.summary.startswith(f"Right {label}; ")


@pytest.mark.parametrize(("extra", "named"), [(0, 2), (1, 1)])
def test_two_findings_are_named_as_long_as_the_summary_fits(knowledge: Knowledge, extra: int, named: int) -> None:
    def summary(buttock: int, calf: int) -> str:
        labels = {"buttock-pain": "b" * buttock + " pain", "calf-pain": "c" * calf + " pain"}
        findings = {
            name: replace(definition, label=labels.get(name, definition.label))
            for name, definition in knowledge.content.findings.items()
        }
        maker = build_card_maker(replace(knowledge, content=replace(knowledge.content, findings=findings)))
        (card,) = _make(maker, knowledge, finding("buttock-pain"), finding("calf-pain"))
        return card.summary

    room = SUMMARY_LIMIT - len(summary(1, 1)) + extra
    text = summary(1 + room // 2, 1 + room - room // 2)
    assert ("bb" in text) + ("cc" in text) == named
    assert len(text) == SUMMARY_LIMIT or extra


def test_the_first_region_is_named_alone_where_a_summary_has_no_room_for_all(knowledge: Knowledge) -> None:
    regions = {name: label.ljust(20, "x") for name, label in knowledge.labels.regions.items()}
    findings = {name: replace(definition, label="x") for name, definition in knowledge.content.findings.items()}
    content = replace(knowledge.content, findings=findings)
    long_labels = replace(knowledge, content=content, labels=replace(knowledge.labels, regions=regions))
    drafts = [imaging(name, UNSTATED, reference=f"ServiceRequest/{name}") for name in ("hip", "pelvis", "lumbar-spine")]
    done = [
        structs.replace(
            order,
            stage=Stage.STUDY,
            is_selected=False,
            source=structs.replace(order.source, reference=f"Study/{number}"),
        )
        for number, order in enumerate(drafts)
    ]
    chart = structs.replace(CASES[0].chart, findings=(), imaging=(*drafts, *done))
    (card,) = build_card_maker(long_labels).build(
        decide(knowledge.content, chart, "order-sign"), CardContext("p"), lambda: "uuid"
    )
    assert card.summary.startswith(f"The same imaging of the {regions['hip']} ")
    assert regions["pelvis"] not in card.summary


def test_right_and_left_orders_are_named_as_one_region(cards: MakeCards) -> None:
    left = imaging(side=LEFT, reference="ServiceRequest/o2")
    (card,) = cards(imaging(), left, *buttock_to_calf(BOTH))
    assert "only left and right hip MRI are ordered" in card.summary


def test_a_syndrome_that_is_recorded_is_not_offered_for_consideration(cards: MakeCards) -> None:
    (card,) = cards(imaging("lumbar-spine", UNSTATED), finding("cauda-equina-syndrome", UNSTATED))
    assert card.summary == "Cauda equina syndrome recorded: consider emergency spine assessment today"


def test_studies_of_different_days_are_not_said_to_be_of_one(cards: MakeCards) -> None:
    hip = imaging(stage=Stage.STUDY, when=full_date(date(2026, 1, 5)), reference="ImagingStudy/1")
    older = imaging(stage=Stage.STUDY, when=full_date(date(2025, 12, 5)), reference="ImagingStudy/0")
    spine = imaging("lumbar-spine", UNSTATED, Stage.STUDY, when=full_date(date(2026, 2, 6)), reference="ImagingStudy/2")
    (same_day,) = cards(imaging(), older, hip)
    assert "on 5 Jan 2026:" in same_day.summary
    (different_days,) = cards(imaging(), imaging("lumbar-spine", UNSTATED, reference="ServiceRequest/o2"), hip, spine)
    assert "on different days:" in different_days.summary


def test_many_orders_of_many_regions_still_make_a_card(cards: MakeCards) -> None:
    places = [("hip", RIGHT), ("hip", LEFT), ("hip", UNSTATED), ("pelvis", UNSTATED), ("lumbar-spine", UNSTATED)]
    drafts = [imaging(*place, reference=f"ServiceRequest/o{number}") for number, place in enumerate(places)]
    done = [
        imaging(*place, Stage.STUDY, when=full_date(date(2026, 1, 5)), reference=f"ImagingStudy/{number}")
        for number, place in enumerate(places)
    ]
    (card,) = cards(*drafts, *done)
    assert len(card.summary) <= SUMMARY_LIMIT
    assert card.summary.startswith("The same imaging of the hip and pelvis and lumbar spine")


def test_content_whose_summary_cannot_fit_is_refused_at_start_up(knowledge: Knowledge) -> None:
    findings = {name: replace(definition, label="x" * 130) for name, definition in knowledge.content.findings.items()}
    with pytest.raises(ContentError, match="the limit is 139"):
        build_card_maker(replace(knowledge, content=replace(knowledge.content, findings=findings)))


def _make(maker: CardBuilder, knowledge: Knowledge, *facts: Finding) -> list[Card]:
    chart = structs.replace(CASES[0].chart, findings=facts, imaging=(imaging(),))
    return maker.build(decide(knowledge.content, chart, "order-sign"), CardContext("p", {DRAFT: b"{}"}), lambda: "uuid")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_every_cases_cards_are_within_the_limits_and_without_html(
    case: Case, knowledge: Knowledge, maker: CardBuilder
) -> None:
    cards = maker.build(decide(knowledge.content, case.chart, case.hook), CardContext("p"), lambda: "uuid")
    assert len(cards) == len(case.expect)
    for card in cards:
        assert len(card.summary) <= SUMMARY_LIMIT
        assert "  " not in card.summary
        assert not re.search(r"<[^>]*>|&\w+;|\{|\}|None|unstated", card.summary + card.detail)
        assert 2 <= len(card.detail.split("\n\n")) <= 12
        why = card.detail.split("**Why**")[1].split("**")[0]
        assert 1 <= why.count("\n- ") <= 4


def test_the_detail_says_what_chose_the_advice(cards: MakeCards) -> None:
    """It names the duration of pain and the care that was tried, not only the pattern."""
    (card,) = cards(imaging(), *buttock_to_calf())
    assert "- Physical therapy, problem list, 20 Jan 2026\n" in card.detail


def test_the_detail_says_where_published_evidence_differs(cards: MakeCards) -> None:
    (card,) = cards(imaging(), *buttock_to_calf())
    evidence = card.detail.split("**Evidence:**")[1]
    assert evidence.count("Buttock pain alone does not tell hip from spine") == 1
    assert "Pain below the knee" not in evidence  # one limit at most: /about has them all


def test_nothing_is_called_an_addition_where_no_order_is_being_written(knowledge: Knowledge) -> None:
    """On patient-view there is no draft to add to; one wording serves both."""
    rules = [rule for rule in knowledge.content.rules if "patient-view" in rule.hooks]
    offers = [knowledge.content.offers[name] for rule in rules for row in rule.advice for name in row.offers]
    texts = [offer.label for offer in offers if offer.hooks is None or "patient-view" in offer.hooks]
    texts += [text for rule in rules for row in rule.advice for text in (knowledge.wording[row.card].consider,)]
    assert [text for text in texts if "adding" in text] == []
