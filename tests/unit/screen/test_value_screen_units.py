"""Tests of which values are parsed for their unit: every way in which JSON may hold one of temperature."""

import pytest

from cds_service.screen.value_screen import is_temperature


@pytest.mark.parametrize(
    "raw",
    [
        b'{"value":39,"code":"Cel"}',
        b'{"value":102,"unit":"degF"}',
        b'{"value":39,"unit":"degrees C"}',
        '{"value":39,"unit":"°C"}'.encode(),
        b'{"value":39,"unit":"\\u00b0C"}',
    ],
)
def test_a_temperature_is_parsed(raw: bytes) -> None:
    assert is_temperature(raw)


def test_a_pressure_is_not() -> None:
    assert not is_temperature(b'{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}')
