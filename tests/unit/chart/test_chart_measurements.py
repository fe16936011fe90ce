"""A measured temperature as fever: clinical design, second edition, F3."""

from collections.abc import Callable
from typing import Any

import pytest
from synthetic import LOINC, Json, observation

from cds_service.model.facts import Chart, FindingValue

Read = Callable[..., Chart]
TEMPERATURES = ["8310-5", "8331-1", "8332-9", "8333-7", "8328-7", "8329-5", "60836-4", "75539-7"]
RECENT = "2026-03-01"  # today is 10 March 2026


def temperature(value: Any, unit: str | None = "Cel", code: str = "8310-5", when: str | None = RECENT) -> Json:
    quantity = {"value": value, "unit": unit, "code": unit} if unit else {"value": value}
    return observation(code, LOINC, effectiveDateTime=when, valueQuantity=quantity)


def fevers(chart: Read, *resources: Json) -> list[FindingValue]:
    return [fact.value for fact in chart(*resources).findings if fact.id == "fever"]


@pytest.mark.parametrize("code", TEMPERATURES)
def test_a_temperature_of_38_is_a_fever_wherever_it_was_taken(chart: Read, code: str) -> None:
    assert fevers(chart, temperature(38.0, code=code)) == [FindingValue.PRESENT]
    assert fevers(chart, temperature(37.9, code=code)) == []


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (38, "Cel"),
        (38.9, "°C"),
        (39.1, "C"),
        (39, "degrees Celsius"),
        (100.4, "[degF]"),
        (102, "°F"),
        (101.2, "degF"),
        (102.0, "F"),
        (39.2, None),
        (102.5, None),
        ("38.4", "Cel"),
    ],
)
def test_units_are_told_apart(chart: Read, value: Any, unit: str | None) -> None:
    assert fevers(chart, temperature(value, unit)) == [FindingValue.PRESENT]


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (37.9, "Cel"),
        (36.5, None),
        (98.6, "[degF]"),
        (99.9, "F"),
        (98.6, None),
        (100.2, "[degF]"),
        (311.5, "K"),
        ("high", "Cel"),
        (None, "Cel"),
    ],
)
def test_a_lower_temperature_is_no_fever_and_denies_none(chart: Read, value: Any, unit: str | None) -> None:
    assert fevers(chart, temperature(value, unit)) == []


@pytest.mark.parametrize(
    ("when", "counts"), [("2026-02-24", True), ("2026-02-23", False), ("2025-03-01", False), (None, True)]
)
def test_a_temperature_counts_for_fourteen_days(chart: Read, when: str | None, counts: bool) -> None:
    assert bool(fevers(chart, temperature(38.6, when=when))) is counts


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_temperature_that_was_not_taken_is_no_fever(chart: Read, status: str) -> None:
    assert fevers(chart, temperature(39.0) | {"status": status}) == []


def test_a_temperature_may_be_one_of_several_signs(chart: Read) -> None:
    part = {
        "code": {"coding": [{"system": LOINC, "code": "8310-5"}]},
        "valueQuantity": {"value": 38.7, "unit": "Cel"},
    }
    signs = observation("85353-1", LOINC, effectiveDateTime=RECENT, component=[part])
    assert fevers(chart, signs) == [FindingValue.PRESENT]


@pytest.mark.parametrize("quantity", [{}, [], "38.9", {"value": {"x": 1}}, {"value": 38.9, "unit": 7}])
def test_a_strange_quantity_makes_nothing_else_unreadable(chart: Read, quantity: Any) -> None:
    result = chart(
        observation("8310-5", LOINC, effectiveDateTime=RECENT, valueQuantity=quantity, note=[{"text": "left hip pain"}])
    )
    assert ([fact.id for fact in result.findings], result.unreadable) == (["hip-pain"], {})
