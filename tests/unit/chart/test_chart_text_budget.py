"""One budget for all words of a call: records over it lose their words, keep their codes, and are counted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from synthetic import PATIENT, bundle, condition, encoded, observation

from cds_service.chart.chart_reader import ChartReader
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart

TODAY = date(2026, 3, 10)
FILLER = "Blood pressure is well controlled. "


@pytest.fixture
def chart(knowledge: Knowledge) -> Callable[..., Chart]:
    def read(*resources: dict[str, Any], budget: int = 1_000, size: int = 0, **late: float) -> Chart:
        reader = ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen, budget)
        decoded = decode_resources(encoded(bundle(*resources)), "test").resources
        return reader.build_chart(ChartData(decoded, size=size), PATIENT, TODAY, **late)

    return read


def noted(number: int, text: str, recorded: str | None, code: str = "49218002") -> dict[str, Any]:
    return condition(code, number=number, recordedDate=recorded, note=[{"text": text}])


def test_the_oldest_and_then_the_undated_lose_their_words_and_keep_their_codes(chart: Callable[..., Chart]) -> None:
    old = noted(1, "Left calf pain. " + FILLER * 20, "2025-01-01")
    undated = noted(2, "Left heel pain. " + FILLER * 20, None)
    new = noted(3, "Left groin pain. " + FILLER * 20, "2026-03-01")
    result = chart(undated, old, new)
    assert {fact.id for fact in result.findings} == {"hip-pain", "groin-pain"}
    assert len([fact for fact in result.findings if fact.id == "hip-pain"]) == 3
    assert dict(result.unreadable) == {"text": 2}
    assert dict(result.unscreened) == {"not-read": 2}


@pytest.mark.parametrize(("seconds", "read"), [(10.0, 6), (1.58, 5), (1.0, 3), (0.0, 2), (-1.0, 2)])
def test_what_cannot_surely_be_read_in_time_is_not_read_the_oldest_first_and_counted(
    chart: Callable[..., Chart], seconds: float, read: int
) -> None:
    """However late it is, some are read: the newest are worth most."""
    sites = ["groin", "calf", "buttock", "heel", "knee", "thigh"]
    notes = [
        noted(number, f"Left {site} pain. " + FILLER * 280, f"2026-03-0{9 - number}")
        for number, site in enumerate(sites)
    ]
    result = chart(*notes, budget=200_000, size=60_000, seconds=seconds)
    assert dict(result.unscreened) == ({"not-read": 6 - read} if read < 6 else {})
    assert dict(result.unreadable) == ({"text": 6 - read} if read < 6 else {})


def test_a_short_older_text_still_fits(chart: Callable[..., Chart]) -> None:
    result = chart(noted(1, FILLER * 40, "2026-03-01"), noted(2, "Left groin pain.", "2025-12-01"))
    assert "groin-pain" in {fact.id for fact in result.findings}
    assert dict(result.unreadable) == {"text": 1}


def test_within_the_budget_nothing_is_lost(chart: Callable[..., Chart]) -> None:
    result = chart(noted(1, "Left groin pain.", "2026-03-01"), noted(2, "Left calf pain.", "2020-03-01"))
    assert (dict(result.unreadable), dict(result.unscreened)) == ({}, {})


def test_a_call_of_fewer_bytes_is_not_measured(chart: Callable[..., Chart]) -> None:
    assert not chart(noted(1, FILLER * 40, "2026-03-01"), size=1_000).unreadable
    assert chart(noted(1, FILLER * 40, "2026-03-01"), size=1_001).unreadable


def test_the_names_of_numbers_are_no_words(chart: Callable[..., Chart]) -> None:
    numbers = [
        observation("8310-5", "http://loinc.org", number=number, valueQuantity={"value": 37}) for number in range(80)
    ]
    for one in numbers:
        one["code"]["text"] = "Body temperature of the whole body"
    assert not chart(*numbers).unreadable


def test_fields_that_stay_unparsed_count_too(chart: Callable[..., Chart]) -> None:
    staged = condition("49218002", stage=[{"summary": {"text": FILLER * 40}}], onsetString=FILLER)
    assert dict(chart(staged).unreadable) == {"text": 1}
    assert [fact.id for fact in chart(staged).findings] == ["hip-pain"]


def titled(texts: list[str]) -> list[dict[str, Any]]:
    return [condition("49218002", number=number, code={"text": text}) for number, text in enumerate(texts)]


def test_a_short_text_counts_as_seventy_five_characters_the_first_time(chart: Callable[..., Chart]) -> None:
    assert not chart(*titled([f"Left hip {number}" for number in range(13)])).unreadable
    assert dict(chart(*titled([f"Left hip {number}" for number in range(14)])).unreadable) == {"text": 1}


def test_short_texts_that_return_cost_their_characters_alone(chart: Callable[..., Chart]) -> None:
    assert not chart(*titled(["Left hip"] * 100)).unreadable
    assert dict(chart(*titled(["Left hip"] * 120)).unreadable) == {"text": 4}


def test_a_text_that_is_not_read_makes_no_other_one_known(chart: Callable[..., Chart]) -> None:
    hoard = noted(0, FILLER * 40, "2020-01-01")
    hoard["code"]["coding"] += [{"code": str(number), "display": f"Left hip {number}"} for number in range(100)]
    assert dict(chart(hoard, *titled([f"Left hip {number}" for number in range(20)])).unreadable) == {"text": 8}
