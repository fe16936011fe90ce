"""Phrases for facts."""

from datetime import date

import pytest
from rendering_facts import BOTH, LEFT, RIGHT, UNSTATED, finding, imaging

from cds_service.model.dates import full_date, parse_partial_date
from cds_service.model.decision import Denial, SafetySummary
from cds_service.model.facts import Chart, FindingValue, Imaging, Stage
from cds_service.model.sides import Side
from cds_service.rendering.phrases import (
    MAX_FACTS,
    MAX_SAFETY_WORDS,
    FactPhrases,
    capitalize_first,
    format_date,
    list_incomplete,
    list_unreadable,
)


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        ("2026-01-05", "5 Jan 2026"),
        ("2025-12", "Dec 2025"),
        ("2025", "2025"),
        ("2026-10-31T23:59:00-05:00", "31 Oct 2026"),
    ],
)
def test_a_date_is_said_as_exactly_as_it_was_recorded(recorded: str, text: str) -> None:
    assert format_date(parse_partial_date(recorded)) == text


def test_a_missing_date_is_said_to_be_missing() -> None:
    assert format_date(None) == "undated"


def test_only_the_first_letter_becomes_a_capital() -> None:
    assert (capitalize_first("mRI of the hip"), capitalize_first("")) == ("MRI of the hip", "")


@pytest.mark.parametrize(
    ("name", "side", "phrase"),
    [
        ("groin-pain", LEFT, "left groin pain"),
        ("groin-pain", BOTH, "left and right groin pain"),
        ("groin-pain", UNSTATED, "groin pain"),
        ("hip-rotation-limited", RIGHT, "limited hip internal rotation (right)"),
        ("slr-positive", BOTH, "positive straight-leg raise (left and right)"),
        ("hip-steroid-injection", RIGHT, "steroid injection of the hip (right)"),
        ("limp", UNSTATED, "limp"),
    ],
)
def test_a_side_is_placed_where_it_reads_well(name: str, side: Side, phrase: str, phrases: FactPhrases) -> None:
    assert phrases.describe_finding(finding(name, side)) == phrase


@pytest.mark.parametrize(
    ("name", "qualifiers", "phrase"),
    [
        ("hip-osteoarthritis", {"severity": "mild"}, "hip osteoarthritis (right, mild)"),
        ("electrodiagnostics", {"result": "normal"}, "electrodiagnostic test (right, normal)"),
        (
            "lumbar-epidural",
            {"guided": "yes", "response": "no-relief"},
            "lumbar epidural injection (right, image-guided, no relief)",
        ),
        ("lumbar-epidural", {"response": "not-recorded"}, "lumbar epidural injection (right, response not-recorded)"),
        ("foot-pain", {"radiation": "yes"}, "right foot pain"),
    ],
)
def test_what_qualifies_a_finding_is_said_but_not_how_it_was_asked(
    name: str, qualifiers: dict[str, str], phrase: str, phrases: FactPhrases
) -> None:
    assert phrases.describe_finding(finding(name, **qualifiers)) == phrase


def test_an_absent_finding_is_said_to_be_absent(phrases: FactPhrases) -> None:
    assert phrases.describe_finding(finding("groin-pain", value=FindingValue.ABSENT)) == "no right groin pain"


def test_a_reason_of_an_order_leaves_out_what_qualifies_it(phrases: FactPhrases) -> None:
    assert phrases.describe_reason(finding("hip-osteoarthritis", severity="mild")) == "hip osteoarthritis (right)"


@pytest.mark.parametrize(
    ("region", "side", "modality", "phrase"),
    [
        ("hip", RIGHT, "MR", "MRI of the right hip"),
        ("lumbar-spine", UNSTATED, "XR", "radiograph of the lumbar spine"),
        ("hip", BOTH, None, "imaging of the left and right hip"),
        ("other", LEFT, "CT", "CT of another region"),
        (None, UNSTATED, "US", "ultrasound of another region"),
    ],
)
def test_imaging_is_said_by_kind_region_and_side(
    region: str | None, side: Side, modality: str | None, phrase: str, phrases: FactPhrases
) -> None:
    assert phrases.describe_imaging(imaging(region, side, modality=modality)) == phrase


@pytest.mark.parametrize(
    ("stage", "phrase"),
    [
        (Stage.DRAFT, "MRI of the right hip, this order"),
        (Stage.REQUEST, "MRI of the right hip, ordered 1 Feb 2026"),
        (Stage.STUDY, "MRI of the right hip, done 1 Feb 2026"),
    ],
)
def test_imaging_is_said_with_how_far_it_has_come(stage: Stage, phrase: str, phrases: FactPhrases) -> None:
    assert phrases.describe_fact(imaging(stage=stage, when=full_date(date(2026, 2, 1)))) == phrase


def test_a_finding_is_said_with_its_kind_of_source_and_date(phrases: FactPhrases) -> None:
    assert phrases.describe_fact(finding("calf-pain")) == "Right calf pain, problem list, 20 Feb 2026"


def test_when_it_began_is_said_where_it_is_recorded(phrases: FactPhrases) -> None:
    assert phrases.describe_fact(finding("calf-pain", onset="2026-02-01")) == (
        "Right calf pain since 1 Feb 2026, problem list, 20 Feb 2026"
    )
    assert (
        phrases.describe_fact(finding("calf-pain", onset="2026-02-20")) == "Right calf pain, problem list, 20 Feb 2026"
    )


def test_an_onset_that_only_the_older_record_gives_is_kept(phrases: FactPhrases) -> None:
    older, newer = finding("calf-pain", day="2026-02-01", onset="2026-01-20"), finding("calf-pain")
    for facts in ([older, newer], [newer, older]):
        assert phrases.list_facts([], facts) == ["Right calf pain since 20 Jan 2026, problem list, 20 Feb 2026"]


def test_a_treatment_that_is_ordered_is_said_by_its_label(phrases: FactPhrases) -> None:
    injection = imaging(None, stage=Stage.REQUEST, treatment="hip-steroid-injection", when=full_date(date(2026, 2, 1)))
    assert phrases.describe_fact(injection) == "Steroid injection of the hip (right), ordered 1 Feb 2026"


def test_a_finding_of_both_sides_leads_without_one_of_them(phrases: FactPhrases) -> None:
    facts = [finding("leg-weakness", LEFT), finding("leg-weakness", RIGHT), finding("calf-pain", LEFT)]
    assert phrases.describe_leading_findings(facts, 2) == "leg weakness and calf pain"


def test_orders_come_first_and_of_each_finding_and_side_the_newest_record(phrases: FactPhrases) -> None:
    facts = [
        finding("groin-pain", day="2026-01-01"),
        finding("groin-pain", day="2026-02-01"),
        finding("groin-pain", LEFT, day="2025-12-01"),
        finding("groin-pain", day=None),
    ]
    assert phrases.list_facts([imaging()], facts) == [
        "MRI of the right hip, this order",
        "Right groin pain, problem list, 1 Feb 2026",
        "Left groin pain, problem list, 1 Dec 2025",
    ]


def test_the_same_study_recorded_in_several_places_is_said_once(phrases: FactPhrases) -> None:
    done = full_date(date(2026, 2, 1))
    study = imaging(stage=Stage.STUDY, when=done, reference="ImagingStudy/1")
    report = imaging(stage=Stage.STUDY, when=done, reference="DiagnosticReport/1")
    assert phrases.list_facts([], [study, report]) == ["MRI of the right hip, done 1 Feb 2026"]


def test_no_more_facts_are_said_than_a_card_may_hold(phrases: FactPhrases) -> None:
    names = ["groin-pain", "hip-pain", "buttock-pain", "calf-pain", "knee-pain", "foot-pain", "low-back-pain"]
    assert len(phrases.list_facts([], [finding(name) for name in names])) == MAX_FACTS


def _advice_of(names: list[str], advice: list[str], phrases: FactPhrases) -> list[str]:
    lines = phrases.list_facts([], [finding(name) for name in names], [finding(name) for name in advice])
    return [line.removeprefix("Right ").removesuffix(", problem list, 20 Feb 2026") for line in lines]


def test_two_facts_that_choose_the_advice_end_a_list_that_is_cut(phrases: FactPhrases) -> None:
    names = ["groin-pain", "hip-pain", "buttock-pain", "calf-pain", "knee-pain"]
    advice = ["foot-pain", "low-back-pain", "lateral-hip-pain"]
    assert _advice_of(names, advice, phrases) == [
        "groin pain",
        "hip pain",
        "foot pain",
        "low back pain",
    ]


def test_a_fact_that_chooses_the_advice_moves_to_the_end_of_a_list_that_would_cut_it(phrases: FactPhrases) -> None:
    names = ["groin-pain", "hip-pain", "buttock-pain", "calf-pain", "knee-pain", "foot-pain"]
    assert _advice_of(names, ["calf-pain"], phrases) == [
        "groin pain",
        "hip pain",
        "buttock pain",
        "calf pain",
    ]


def test_a_fact_among_the_first_two_that_also_chooses_the_advice_is_said_once(phrases: FactPhrases) -> None:
    names = ["groin-pain", "hip-pain", "buttock-pain", "calf-pain"]
    assert _advice_of(names, ["hip-pain"], phrases) == ["groin pain", "hip pain", "buttock pain", "calf pain"]


def test_the_leading_findings_are_the_patients_own_not_what_was_tried(phrases: FactPhrases) -> None:
    facts = [finding("physical-therapy", UNSTATED), finding("hip-pain"), imaging(), finding("limp")]
    assert phrases.describe_leading_findings(facts, 2) == "right hip pain and limp"


def test_several_pains_share_the_word(phrases: FactPhrases) -> None:
    assert (
        phrases.describe_leading_findings([finding("buttock-pain"), finding("calf-pain")], 2)
        == "right buttock and calf pain"
    )


def test_leading_findings_of_different_sides_are_said_without_a_side(phrases: FactPhrases) -> None:
    assert (
        phrases.describe_leading_findings([finding("buttock-pain", LEFT), finding("calf-pain")], 2)
        == "buttock and calf pain"
    )


def test_no_more_leading_findings_are_said_than_asked_for(phrases: FactPhrases) -> None:
    assert phrases.describe_leading_findings([finding("buttock-pain"), finding("calf-pain")], 1) == "right buttock pain"


def test_what_could_not_be_had_or_read_is_counted_by_type() -> None:
    chart = Chart(date(2026, 3, 10), unreadable={"ImagingStudy": 2, "Condition": 1}, unavailable=("orders",))
    assert list_unreadable(chart) == ["Orders", "1 Condition", "2 ImagingStudies"]


def test_what_was_read_in_part_is_named() -> None:
    assert list_incomplete(Chart(date(2026, 3, 10), incomplete=("imaging studies",))) == ["Imaging studies"]


@pytest.mark.parametrize(
    ("side", "noun", "region"),
    [
        (RIGHT, "MRI of a right leg joint (taken for the hip)", "right leg joint"),
        (UNSTATED, "MRI of a leg joint (taken for the hip)", "leg joint"),
    ],
)
def test_an_order_that_names_no_joint_is_not_said_to_name_one(
    side: Side, noun: str, region: str, phrases: FactPhrases
) -> None:
    order = imaging("hip", side, is_taken_for_hip=True)
    assert phrases.describe_imaging(order) == noun
    assert phrases.describe_regions([order]) == [region]
    assert phrases.describe_fact(order) == f"{noun}, this order"


def test_an_order_for_a_leg_joint_that_stays_open_says_no_more(phrases: FactPhrases) -> None:
    assert phrases.describe_imaging(imaging("lower-limb-joint", RIGHT)) == "MRI of a right leg joint"


def test_the_judged_orders_give_way_to_the_facts(phrases: FactPhrases) -> None:
    """The summary names the orders, so that four facts which carry the advice leave no room for them."""
    facts = [finding(name) for name in ("groin-pain", "hip-pain", "buttock-pain", "calf-pain")]
    assert phrases.list_facts([imaging()], facts)[0] == "Right groin pain, problem list, 20 Feb 2026"
    assert phrases.list_facts([imaging()], facts[:3], [imaging()])[0] == "MRI of the right hip, this order"
    assert len(phrases.list_facts([imaging()], facts[:1], [imaging()])) == 2


def test_what_is_only_asked_is_said_to_be_a_question(phrases: FactPhrases) -> None:
    asked = finding("cauda-equina-syndrome", UNSTATED, value=FindingValue.ASKED)
    assert phrases.describe_finding(asked) == "question of cauda equina syndrome"


def test_an_order_whose_code_names_another_side_says_which(phrases: FactPhrases) -> None:
    order = imaging(side=UNSTATED, code_side=LEFT)
    assert phrases.describe_fact(order) == "MRI of the hip, this order (its code: left)"


@pytest.mark.parametrize(
    ("orders", "studies"),
    [
        ([imaging()], ["right hip MRI"]),
        ([imaging(), imaging(side=LEFT)], ["left and right hip MRI"]),
        ([imaging(), imaging(modality="XR")], ["right hip MRI", "right hip radiograph"]),
        ([imaging("lumbar-spine", UNSTATED, modality=None)], ["lumbar imaging"]),
        ([imaging(None, UNSTATED)], ["other MRI"]),
    ],
)
def test_orders_are_said_as_kinds_of_imaging(orders: list[Imaging], studies: list[str], phrases: FactPhrases) -> None:
    assert phrases.describe_studies(orders) == studies


def _denial(words: str, day: str | None) -> Denial:
    return Denial(words, parse_partial_date(day) if day else None)


FEVER, LOSS = _denial("fever", "2026-11-03"), _denial("weight loss", "2026-11-03")


@pytest.mark.parametrize(
    ("safety", "said"),
    [
        (SafetySummary(), ""),
        (SafetySummary((), ("bladder", "bowel")), "Not recorded: bladder, bowel."),
        (SafetySummary((FEVER, LOSS)), "Denied: fever, weight loss (3 Nov 2026)."),
        (SafetySummary((FEVER,), ("saddle",)), "Denied: fever (3 Nov 2026). Not recorded: saddle."),
        (SafetySummary((FEVER, _denial("cancer", "2026-01-01"))), "Denied: fever, cancer (newest 3 Nov 2026)."),
        (SafetySummary((_denial("fever", None),)), "Denied: fever (undated)."),
    ],
)
def test_what_is_denied_and_what_is_not_recorded_is_said(
    safety: SafetySummary, said: str, phrases: FactPhrases
) -> None:
    assert phrases.describe_safety(safety) == said


def test_what_is_denied_gives_way_to_what_is_not_recorded(phrases: FactPhrases) -> None:
    many = tuple(_denial(f"thing number {number}", "2026-11-03") for number in range(9))
    said = phrases.describe_safety(SafetySummary(many, ("bladder", "bowel", "saddle", "weakness")))
    assert said.endswith("Not recorded: bladder, bowel, saddle, weakness.")
    assert len(said.split()) <= MAX_SAFETY_WORDS < len(said.split()) + 3
