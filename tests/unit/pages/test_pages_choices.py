"""What can be chosen means to the service what it says to the visitor."""

from collections.abc import Callable
from typing import Any

from cds_service.figure import has_place
from cds_service.pages.choices import ABSENT, LEFT, RIGHT
from cds_service.pages.try_page import TryPage


def test_each_finding_of_the_content_stands_in_one_group(page: TryPage) -> None:
    listed = [finding.id for group in page.choices.groups for finding in group.findings]
    assert sorted(listed) == sorted(page.knowledge.content.findings)


def test_what_hurts_somewhere_stands_first(page: TryPage) -> None:
    first, second = page.choices.groups[:2]
    assert all(has_place(finding.id) for finding in first.findings)
    assert not any(has_place(finding.id) for finding in second.findings)


def test_each_tick_is_read_as_that_finding_with_that_side_and_value_and_nothing_else(
    page: TryPage, judge: Callable[..., Any]
) -> None:
    for group in page.choices.groups:
        for finding in group.findings:
            for ticked in finding.answers:
                chart = judge(f"{finding.id}.{ticked}").decision.chart
                read = [(fact.id, fact.value.value, fact.side.value) for fact in chart.findings]
                side = ticked if ticked in {LEFT, RIGHT} else "unstated"
                assert read == [(finding.id, "absent" if ticked == ABSENT else "present", side)]
                assert not chart.ignored
                assert not chart.unmapped


def test_each_order_is_read_as_one_order_of_its_region_on_the_side_that_was_chosen(
    page: TryPage, judge: Callable[..., Any]
) -> None:
    regions = page.knowledge.labels.regions
    for order in page.choices.orders.values():
        for side in (LEFT, RIGHT):
            [imaging] = judge(order=order.id, side=side).decision.chart.imaging
            assert (regions.get(imaging.region, imaging.region), imaging.side.value) == (order.region, side)


def test_both_sides_may_be_ticked_and_one_denied(judge: Callable[..., Any]) -> None:
    both = judge("groin-pain.right", "groin-pain.left").decision.chart.findings
    assert {fact.side.value for fact in both} == {LEFT, RIGHT}
    denied = judge("groin-pain.right", "calf-pain.absent").decision.chart.findings
    assert {(fact.id, fact.value.value) for fact in denied} == {("groin-pain", "present"), ("calf-pain", "absent")}
