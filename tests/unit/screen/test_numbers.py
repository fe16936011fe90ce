"""Tests of numbers that are a reason to act: units, limits and ranges of their own."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.screen.value_screen import Measurement, ValueScreen


@pytest.fixture(scope="module")
def values(knowledge: Knowledge) -> ValueScreen:
    return ValueScreen(knowledge.screen)


@pytest.mark.parametrize(
    ("number", "unit", "upper", "code", "name", "expected"),
    [
        (38.0, "cel", None, "8310-5", "Body temperature", "fever"),
        (37.9, "cel", None, "8310-5", "Body temperature", None),
        (100.4, "[degf]", None, "8310-5", "Body temperature", "fever"),
        (100.2, "[degf]", None, "8310-5", "Body temperature", None),
        (101.0, "", None, "8310-5", "Body temperature", "fever"),  # no body is as warm in Celsius
        (39.0, "°c", None, "local", "Tympanic", "fever"),
        (120.0, "mm[hg]", None, "8480-6", "Systolic", None),
        (21.0, "mg/l", None, "1988-5", "CRP", "fever"),
        (19.0, "mg/l", None, "1988-5", "CRP", None),
        (2.1, "mg/dl", None, "1988-5", "CRP", "fever"),
        (11.0, "mg/l", 5.0, "1988-5", "CRP", "fever"),
        (9.0, "mg/l", 5.0, "1988-5", "CRP", None),
        (41.0, "mm/h", None, "4537-7", "ESR", "fever"),
        (39.0, "mm/h", None, "30341-2", "ESR", None),
        (-2.5, "", None, "local", "T-score L1-L4", "bone"),
        (-2.4, "", None, "local", "T-score L1-L4", None),
        (100.0, "ml", None, "local", "Post-void residual", "sphincter"),
        (99.0, "ml", None, "local", "Post-void residual", None),
    ],
)
def test_a_value_beyond_its_limit_is_a_hit(
    values: ValueScreen, number: float, unit: str, upper: float | None, code: str, name: str, expected: str | None
) -> None:
    measured = Measurement(number, frozenset({unit}), upper, values.find_limits({code}, (name,)))
    assert [hit.group for hit in values.hits(measured)] == ([expected] if expected else [])
