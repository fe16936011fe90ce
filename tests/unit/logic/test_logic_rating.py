"""Ratings by published criteria: without a record there is no rating."""

from typing import Any

import pytest
from domain_facts import absent, chart, draft, finding, request
from msgspec.structs import replace

from cds_service.logic.rating import rate_orders
from cds_service.logic.rule_engine import PATIENT_VIEW, decide
from cds_service.model.facts import Chart, Finding, ScreenHit, Source, SourceKind
from tests.shipped import shipped_knowledge

CONTENT = shipped_knowledge().content
MRI = draft("lumbar-spine", contrast="without")
SIGN = "order-sign"
# Six weeks (42 days) before 10 March 2026 is 27 January.
SIX_WEEKS = finding("low-back-pain", when="2026-02-20", onset="2026-01-27")
FIVE_WEEKS = finding("low-back-pain", when="2026-02-20", onset="2026-01-28")
CARE = finding("physical-therapy", when="2026-02-10")


def rating_of(order_chart: Chart, hook: str = SIGN) -> str | None:
    ratings = rate_orders(decide(CONTENT, order_chart, hook))
    return ratings[0].criterion.rating if ratings else None


@pytest.mark.parametrize(
    ("facts", "rating"),
    [
        ((SIX_WEEKS, CARE), "appropriate"),
        ((SIX_WEEKS,), None),  # whether care was tried is not recorded
        ((FIVE_WEEKS,), "not-appropriate"),
        ((FIVE_WEEKS, CARE), None),
        ((FIVE_WEEKS, finding("foot-drop", "left")), "appropriate"),  # within 30 days: a red flag
        ((FIVE_WEEKS, finding("foot-drop", "left", when="2026-02-07")), None),
        ((FIVE_WEEKS, finding("cancer-history")), "appropriate"),
        ((FIVE_WEEKS, absent("cancer-history")), "not-appropriate"),
        ((finding("low-back-pain"),), None),  # for how long is not recorded
        ((), None),
    ],
)
def test_a_lumbar_mri_is_rated_by_what_is_recorded(facts: tuple[Finding, ...], rating: str | None) -> None:
    assert rating_of(chart(MRI, *facts)) == rating


@pytest.mark.parametrize("age", [None, 17])
def test_only_patients_known_to_be_adult_are_rated(age: int | None) -> None:
    assert rating_of(chart(MRI, SIX_WEEKS, CARE, age=age)) is None


@pytest.mark.parametrize(("age", "rating"), [(64, "not-appropriate"), (65, None)])
def test_no_order_is_rated_inappropriate_from_65_years(age: int, rating: str | None) -> None:
    assert rating_of(chart(MRI, FIVE_WEEKS, age=age)) == rating


@pytest.mark.parametrize("missing", ["Condition", "Observation", "Procedure", "MedicationRequest", "ServiceRequest"])
def test_what_did_not_arrive_rates_no_order_as_inappropriate(missing: str) -> None:
    assert rating_of(replace(chart(MRI, FIVE_WEEKS), missing_types=frozenset({missing}))) is None
    assert rating_of(replace(chart(MRI, SIX_WEEKS, CARE), missing_types=frozenset({missing}))) == "appropriate"


def test_what_the_safety_screen_met_rates_no_order_as_inappropriate() -> None:
    source = Source(SourceKind.CONDITION_TEXT, "Condition/1")
    for group, rating in (("cancer", None), ("operated-spine", None), ("operated-hip", "not-appropriate")):
        met = replace(chart(MRI, FIVE_WEEKS), screen_hits=(ScreenHit(group, source, "x"),))
        assert rating_of(met) == rating


def test_with_contrast_or_contrast_not_stated_six_weeks_of_care_give_no_rating() -> None:
    for contrast in ("with", "both", None):
        assert rating_of(chart(draft("lumbar-spine", contrast=contrast), SIX_WEEKS, CARE)) is None


@pytest.mark.parametrize("region", ["hip", "pelvis", "knee"])
def test_other_regions_are_not_rated(region: str) -> None:
    assert rating_of(chart(draft(region), FIVE_WEEKS)) is None


def test_only_drafts_of_an_order_hook_are_rated() -> None:
    assert rating_of(chart(request("lumbar-spine"), FIVE_WEEKS)) is None
    assert rating_of(chart(MRI, FIVE_WEEKS), PATIENT_VIEW) is None
    assert rating_of(chart(draft("lumbar-spine", is_selected=False), FIVE_WEEKS)) is None


@pytest.mark.parametrize(
    "gap",
    [
        {"unavailable": ("observations",)},
        {"not_sent": ("procedures",)},
        {"incomplete": ("conditions",)},
        {"unreadable": {"Condition": 1}},
    ],
)
def test_a_chart_with_gaps_rates_no_order_as_inappropriate(gap: dict[str, Any]) -> None:
    """A red flag may be among the missing data; findings that are recorded still count for an order."""
    assert rating_of(replace(chart(MRI, FIVE_WEEKS), **gap)) is None
    assert rating_of(replace(chart(MRI, SIX_WEEKS, CARE), **gap)) == "appropriate"
    assert rating_of(replace(chart(MRI, FIVE_WEEKS, finding("cancer-history")), **gap)) == "appropriate"
