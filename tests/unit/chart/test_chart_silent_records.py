"""Setting silent records aside changes nothing but the time: neither the facts, nor what the screen meets."""

from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec
import pytest
from synthetic import ICD, LOINC, condition, resource

from cds_service.chart.chart_reader import ChartReader
from cds_service.chart.silent_records import Silence
from cds_service.fhir.datatypes import CodeableConcept, Coding, Subject
from cds_service.fhir.resources import Observation
from cds_service.model.facts import Chart

ReadChart = Callable[..., Chart]
NAMES = (
    "Synthetic panel", "Metastatic cancer", "Fracture risk, ten years", "Body temperature", "C-reactive protein",
    "Erythrocyte sedimentation rate", "Groin pain", "Straight leg raise", "Cauda equina syndrome", "MRI of the hip",
    "Fièvre et douleur", "Bone density T-score",
)  # fmt: skip
VALUES: dict[str, dict[str, Any]] = {
    "none": {},
    "low number": {"valueQuantity": {"value": 1, "unit": "mg/L"}},
    "high number": {"valueQuantity": {"value": 240, "unit": "mg/L"}},
    "fever": {"valueQuantity": {"value": 39.4, "unit": "Cel", "code": "Cel"}},
    "no fever": {"valueQuantity": {"value": 36.9, "unit": "Cel", "code": "Cel"}},
    "nearly": {"valueQuantity": {"value": 37.96, "unit": "Cel"}},
    "beyond its range": {"valueQuantity": {"value": 9}, "referenceRange": [{"high": {"value": 4}}]},
    "no number": {"valueQuantity": {"value": "high"}},
    "below zero": {"valueQuantity": {"value": -3.1}},
    "integer": {"valueInteger": 240},
    "words": {"valueString": "positive"},
    "yes": {"valueBoolean": True},
    "abnormal": {"valueQuantity": {"value": 1}, "interpretation": [{"coding": [{"code": "A"}]}]},
}
CODES: dict[str, Callable[[str], dict[str, Any]]] = {
    "text": lambda name: {"text": name},
    "own code": lambda name: {"coding": [{"system": "urn:local", "code": "x1", "display": name}], "text": name},
    "C-reactive protein": lambda name: {"coding": [{"system": LOINC, "code": "1988-5", "display": name}]},
    "temperature": lambda name: {"coding": [{"system": LOINC, "code": "8310-5", "display": name}]},
}


@pytest.fixture
def both(chart: ReadChart, reader: ChartReader, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return what a chart holds of some records as it is read, and as it would be with no record set aside."""

    def read(*records: dict[str, Any]) -> tuple[Any, Any]:
        told = _told(chart(*records))
        with monkeypatch.context() as patch:
            patch.setattr(reader._silent_records, "find", lambda _resource: None)
            return told, _told(chart(*records))

    return read


def _told(chart: Chart) -> tuple[Any, ...]:
    told = chart.findings, chart.imaging, chart.contradicted, set(chart.screen_hits), dict(chart.unscreened)
    return (*told, chart.ignored, dict(chart.unmapped))


@pytest.mark.parametrize(("code", "value"), [*product(CODES, VALUES)])
def test_a_result_tells_the_same(both: Callable[..., Any], code: str, value: str) -> None:
    for name in NAMES:
        brief, whole = both(resource("Observation", status="final", code=CODES[code](name), **VALUES[value]))
        assert brief == whole, name


@pytest.mark.parametrize("kind", ["Condition", "Procedure", "ServiceRequest"])
@pytest.mark.parametrize("code", CODES)
def test_a_name_tells_the_same(both: Callable[..., Any], kind: str, code: str) -> None:
    status = {"Procedure": "completed", "ServiceRequest": "active"}.get(kind)
    stated = {} if status is None else {"status": status}
    for name in NAMES:
        brief, whole = both(resource(kind, code=CODES[code](name), **stated))
        assert brief == whole, name


def test_most_results_are_set_aside(reader: ChartReader) -> None:
    """Or the tests above would compare a chart with itself."""
    number = msgspec.Raw(b'{"value": 240, "unit": "mg/L"}')
    own = CodeableConcept(coding=[Coding("urn:local", "x1", "Fracture risk, ten years")])
    measured = CodeableConcept(coding=[Coding(LOINC, "1988-5", "C-reactive protein")])
    find = reader._silent_records.find
    assert find(Observation(status="final", code=own, valueQuantity=number)) == Silence(("other",))
    assert find(Observation(status="final", code=measured, valueQuantity=number)) is None


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        ({"value": 36.8, "unit": "Cel"}, "final", Silence(None)),
        ({"value": 98.2, "unit": "degF"}, "final", Silence(None)),
        ({"value": "36.8"}, "final", Silence(None)),
        ({"value": 36.8, "unit": "Cel"}, "cancelled", None),
        ({"value": 37.96, "unit": "Cel"}, "final", None),
        ({"value": 101}, "final", None),
    ],
)
def test_a_temperature_is_set_aside_within_all_limits(
    reader: ChartReader, value: dict[str, Any], status: str, expected: Silence | None
) -> None:
    code = CodeableConcept(coding=[Coding(LOINC, "8310-5", "Body temperature")])
    raw = msgspec.Raw(msgspec.json.encode(value))
    number = Observation(id="n1", status=status, code=code, effectiveDateTime="2026-01-01", valueQuantity=raw)
    assert reader._silent_records.find(number) == expected
    assert reader.is_silent(number, "p1") == (expected is not None)
    other = msgspec.structs.replace(number, subject=Subject("Patient/p2"))
    assert not reader.is_silent(other, "p1")
    assert not reader.is_silent(msgspec.structs.replace(number, valueString="high"), "p1")


def test_a_result_is_set_aside_within_its_own_range(reader: ChartReader) -> None:
    code = CodeableConcept(coding=[Coding(LOINC, "1988-5", "C-reactive protein")])
    number, range_ = msgspec.Raw(b'{"value": 9, "unit": "mg/L"}'), msgspec.Raw(b'[{"high": {"value": 4}}]')
    find = reader._silent_records.find
    assert find(Observation(status="final", code=code, valueQuantity=number)) == Silence(("loinc",))
    assert find(Observation(status="final", code=code, valueQuantity=number, referenceRange=range_)) is None


def test_what_speaks_is_read(both: Callable[..., Any]) -> None:
    findings, *_ = both(condition("M25.551", ICD))[0]
    assert [one.id for one in findings] == ["hip-pain"]
