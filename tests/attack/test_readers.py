"""Arbitrary JSON in each field of each resource type: one bad resource costs only itself, and never the call."""

import json
import os
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic import PATIENT, SNOMED, bundle, buttock_to_calf, concept, patient

from cds_service.chart.chart_reader import ChartReader
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.resources import SUPPORTED_TYPES, SupportedResource
from cds_service.knowledge import Knowledge

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "12"))
TYPES = {
    resource_type.__name__: resource_type
    for resource_type in SupportedResource.__args__
    if resource_type.__name__ in SUPPORTED_TYPES
}
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
# Text and dates that readers take for something, and shapes that nearly fit.
known = st.sampled_from(
    [
        "2026-02-30",
        "0000",
        "9999-12-31T23:59:60+99:00",
        "Patient/patient-1",
        "#",
        "active",
        "final",
        "draft",
        "no groin pain",
        "left hip pain",
        {"coding": [None, {"system": SNOMED, "code": 49218002}]},
        {"coding": [{"system": SNOMED, "code": "49218002", "display": "x"}], "text": "hip pain"},
        {"reference": "Condition/Condition-1"},
        {"start": "2026", "end": "1990-13"},
        [{"text": "sciatica", "time": "2026-01-01"}],
    ]
)
anything = st.recursive(
    scalars | known,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def resources(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = [field.encode_name for field in msgspec.structs.fields(TYPES[kind])]
    several = st.dictionaries(st.sampled_from([*fields, "text", "extension"]), anything, max_size=6)
    coded = st.sampled_from(
        [{}, {"code": concept("279043006")}, {"code": concept("73721", "http://www.ama-assn.org/go/cpt")}]
    )
    return st.tuples(coded, several).map(lambda parts: {**parts[0], **parts[1], "resourceType": kind})


@pytest.fixture(scope="module")
def reading(knowledge: Knowledge) -> ChartReader:
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen)


def test_every_type_that_is_read_is_attacked() -> None:
    assert set(TYPES) == set(SUPPORTED_TYPES)


@pytest.mark.parametrize("kind", sorted(SUPPORTED_TYPES))
def test_a_resource_of_any_shape_costs_only_itself(reading: ChartReader, kind: str) -> None:
    sound = [patient(), *buttock_to_calf()]

    # Without it each sound record is read; it may add facts, and set others apart, but costs no record its reading.
    @given(strange=resources(kind))
    @settings(max_examples=4 * EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def attack(strange: dict[str, Any]) -> None:
        body = json.dumps(bundle(strange, *sound)).encode()
        decoded = decode_resources(body, "prefetch.test")
        assert len(decoded.resources) + sum(decoded.unreadable.values()) >= len(sound)
        assert {resource.id for resource in decoded.resources} >= {"patient-1", "Condition-1", "Condition-2"}
        chart = reading.build_chart(ChartData(decoded.resources, (), decoded.unreadable), PATIENT, NOW.date())
        assert sum(chart.unreadable.values()) <= 1 + ("text" in strange)
        assert len(chart.findings) + len(chart.contradicted) > 0

    attack()
