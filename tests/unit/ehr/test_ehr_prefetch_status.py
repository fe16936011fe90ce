"""What operators see of a call's data: the status of each key, what is missing, and unknown codes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from synthetic import (
    LOINC,
    SNOMED,
    VIEW,
    bundle,
    call,
    concept,
    condition,
    encoded,
    observation,
    order,
    outcome,
    prefetch,
)

from cds_service.chart.imaging_words import MAX_TEXT_LENGTH
from cds_service.engine import build_engine
from cds_service.model.facts import Chart
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.catalogue import SERVICES
from cds_service.service.hook_service import CallResult
from cds_service.settings import Settings

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def answer(build: Callable[..., Any]) -> Callable[..., CallResult]:
    del build  # this fixture ends the engine's threads
    service = build_engine(Settings(), recorder=NullRecorder(), clock=lambda: NOW).service

    def give(body: dict[str, Any]) -> CallResult:
        return service.answer_call(VIEW, service.decode_request(encoded(body), SERVICES[VIEW].accepted_hooks), "demo")

    return give


def test_each_key_has_one_of_four_statuses(answer: Callable[..., CallResult]) -> None:
    keys = {
        "observations": bundle(),
        "procedures": None,
        "imagingStudies": outcome(),
        "reports": bundle(outcome(), condition("x", code=5)),
    }
    data = answer(call(prefetch=prefetch(condition("44054006"), **keys)))
    expected = {"patient": "data", "conditions": "data", "observations": "empty", "procedures": "empty"}
    expected |= {"imagingStudies": "failed", "reports": "data", "serviceRequests": "absent"}
    assert expected.items() <= data.prefetch_statuses.items()
    assert set(data.prefetch_statuses.values()) == {"absent", "empty", "failed", "data"}
    assert data.gap_codes["imagingStudies"] == "unread:outcome"
    assert data.gap_codes["serviceRequests"] == "not-sent:no-access"
    assert not {"patient", "conditions", "observations"} & data.gap_codes.keys()


def test_unknown_codes_are_counted_by_system_and_unknown_systems_are_one(chart: Callable[..., Chart]) -> None:
    records = [
        condition("44054006"),
        condition("73211009", number=2),
        condition("Erika Mustermann", "urn:oid:1.2.3", number=3),
        condition("x", number=4, code=concept("x", "https://ehr.example/Erika")),
        condition("y", number=5, code={"text": "Erika", "coding": [{"system": SNOMED}, None, {"code": "z"}]}),
        observation("8867-4", LOINC),
        observation("8867-4", LOINC, number=2, code=None),
    ]
    assert dict(chart(*records).unmapped) == {"sct": 2, "loinc": 1, "other": 3}


def test_a_known_code_is_not_counted(chart: Callable[..., Chart]) -> None:
    assert not chart(condition("279043006")).unmapped


@pytest.mark.parametrize(("length", "unread"), [(MAX_TEXT_LENGTH, {}), (MAX_TEXT_LENGTH + 1, {"long text": 1})])
def test_a_text_that_is_too_long_is_cut_and_counted(
    chart: Callable[..., Chart], length: int, unread: dict[str, int]
) -> None:
    text = "MRI of the right hip ".ljust(length - 3, "x") + "abc"
    result = chart(order("local", "https://ehr.example", status="active", code={"text": text[:length]}))
    assert result.unreadable == unread
    assert [(imaging.region, imaging.modality) for imaging in result.imaging] == [("hip", "MR")]


def test_an_order_whose_text_is_too_long_is_counted_on_the_card(answer: Callable[..., CallResult]) -> None:
    long = order(
        "local", "https://ehr.example", status="active", code={"text": "MRI lumbar spine " + "x" * MAX_TEXT_LENGTH}
    )
    alarm = condition("G83.4", "http://hl7.org/fhir/sid/icd-10-cm", recordedDate="2026-03-09")
    [card] = answer(call(prefetch=prefetch(alarm, serviceRequests=bundle(long)))).response.cards
    assert "1 long text" in card.detail
