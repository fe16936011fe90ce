"""Tests of which records need no screening beside their code: none that holds anything else."""

from typing import get_args

import msgspec
import pytest

from cds_service.chart.quiet_records import is_quiet
from cds_service.fhir.datatypes import Annotation, CodeableConcept
from cds_service.fhir.resources import Condition, Observation, Procedure, SupportedResource

CODE = CodeableConcept(text="Synthetic name")


@pytest.mark.parametrize("kind", get_args(SupportedResource))
def test_an_empty_record_is_quiet(kind: type[SupportedResource]) -> None:
    """Find nothing to screen in a record without content."""
    assert is_quiet(kind())


def test_a_code_and_a_number_are_quiet() -> None:
    """Look at what nearly all records hold by itself."""
    assert is_quiet(Condition(code=CODE, recordedDate="2026-01-05"))
    assert is_quiet(Observation(code=CODE, valueQuantity=msgspec.Raw(b'{"value":1}')))


@pytest.mark.parametrize(
    "record",
    [
        Observation(code=CODE, valueBoolean=False),
        Observation(code=CODE, valueQuantity=msgspec.Raw(b'{"value":1}'), interpretation=[CODE]),
        Observation(code=CODE, valueString=""),
        Condition(code=CODE, note=[Annotation("Synthetic note")]),
        Condition(code=CODE, onsetString=msgspec.Raw(b'"long ago"')),
        Procedure(code=CODE, notDone=False),
    ],
)
def test_a_record_with_anything_else_is_screened(record: SupportedResource) -> None:
    """An answer of no is an answer: it must be screened like any other."""
    assert not is_quiet(record)
