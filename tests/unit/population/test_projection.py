"""Tests of the projection: what of a line is kept, and why lines are not used."""

import json
from typing import Any

import pytest

from cds_service.population import projection
from cds_service.population.counts import Measure, Row
from cds_service.population.heads import decode_alike
from cds_service.population.line_reader import Batch, Line
from cds_service.population.records import RESOURCE, read_resource
from tests.population_export import (
    CANARY,
    CPT,
    LOINC,
    about,
    as_lines,
    back_pain,
    concept,
    empty_types,
    patient,
    problem,
    projector,
    visit,
)

GOOD = problem("p1", "M54.50", "2026-03-01")


def reasons(*texts: bytes) -> dict[str, int]:
    """Return the counts of lines, by measure and detail."""
    reader = projector()
    list(reader.project([Line(text) for text in texts]))
    return {f"{row.measure.value}: {row.detail}": number for row, number in reader.list_counts().items()}


BROKEN: dict[str, tuple[bytes, str]] = {
    "garbage": (b"hello", "unknown|malformed JSON"),
    "cut off": (json.dumps(GOOD).encode()[:-20], "Condition|malformed JSON"),
    "two on a line": (json.dumps(GOOD).encode() * 2, "Condition|malformed JSON"),
    "a list": (b"[1]", "unknown|no JSON object"),
    "a number": (b"12", "unknown|no JSON object"),
    "no type": (b'{"id":"1"}', "unknown|no resourceType"),
    "a type that is no text": (b'{"resourceType":1}', "unknown|no resourceType"),
    "not UTF-8": (json.dumps(GOOD | {"id": "x"}).encode().replace(b'"x"', b'"\xff"'), "Condition|not UTF-8"),
    "a lone surrogate": (json.dumps(GOOD | {"id": "\ud800"}).encode(), "Condition|malformed JSON"),
    "nested too deep": (b'{"resourceType":"Condition","x":' + b"[" * 100_000, "Condition|malformed JSON"),
    "no patient": (json.dumps(GOOD | {"subject": None}).encode(), "Condition|names no patient"),
    "a contained patient": (
        json.dumps(GOOD | {"subject": {"reference": "#p"}}).encode(),
        "Condition|names no patient",
    ),
    "a group": (json.dumps(GOOD | {"subject": {"reference": "Group/1"}}).encode(), "Condition|is about no patient"),
    "a patient without id": (b'{"resourceType":"Patient"}', "Patient|names no patient"),
    "a patient with a tab in its id": (b'{"resourceType":"Patient","id":"a\\tb"}', "Patient|names no patient"),
    "a subject of another shape": (
        json.dumps(GOOD | {"subject": 12}).encode(),
        "Condition|a field of another type than FHIR's",
    ),
    "an error of the export": (b'{"resourceType":"OperationOutcome"}', "OperationOutcome|the exporting server's own"),
    "a Bundle without entries": (b'{"resourceType":"Bundle","entry":1}', "Bundle|a field of another type than FHIR's"),
    "a Binary without id": (b'{"resourceType":"Binary"}', "Binary|a Binary that has no id"),
}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_told_and_costs_itself_alone(text: bytes, reason: str, separators: tuple[str, str]) -> None:
    reader = projector()
    good = json.dumps(GOOD, separators=separators).encode()
    records = list(reader.project([Line(good), Line(text), Line(good)]))
    assert [record.patient for record in records if record.data.startswith(RESOURCE)] == ["p1", "p1"]
    told = [row.detail for row in reader.list_counts() if row.measure is Measure.LINES_TOLD]
    assert len(told) == 1
    assert told[0].startswith(reason)
    assert sum(number for row, number in reader.list_counts().items() if row.measure is Measure.LINES) == 3


LINES = [json.dumps(each, separators=(",", ":")).encode() for each in (*back_pain("p1"), *empty_types("p1"))]
COUNTED = json.dumps(about("p1", "Observation", code=concept(LOINC, "718-7")), separators=(",", ":")).encode()
ALIKE = b'{"resourceType":"Condition","id":"%d","code":{"text":"pain"},"subject":{"reference":"Patient/p1"}}'
BATCHES: dict[str, list[bytes]] = {
    "of one type": [ALIKE % number for number in range(5)],
    "of no use": [COUNTED, COUNTED, COUNTED.replace(b"p1", b"p2"), COUNTED],
    "of several types": LINES,
    "with two on a line": [ALIKE % 1, ALIKE % 2 + ALIKE % 3, ALIKE % 4],
    "with two on a line and one cut off": [ALIKE % 1, ALIKE % 2 + ALIKE % 3, (ALIKE % 4)[:-1], ALIKE % 5],
    "with one that goes on in the next": [b'{"resourceType":"Condition","id":"', (ALIKE % 1)[:-1], ALIKE % 2],
    "with an end in a text": [b'{"resourceType":"Condition","id":"}', ALIKE % 1, b'"}', ALIKE % 2],
    "of deleted entries": [b'{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE"}}]}'],
    "of a type that is not read": [b'{"resourceType":"Claim","x":1}', b'{"resourceType":"Claim",'],
    "none": [],
    **{f"with {name}": [ALIKE % 1, text, ALIKE % 2] for name, (text, _) in BROKEN.items()},
}


@pytest.mark.parametrize("texts", BATCHES.values(), ids=BATCHES)
def test_lines_that_are_read_together_are_read_as_each_by_itself(texts: list[bytes]) -> None:
    apart, together = projector(), projector()
    records = list(apart.project([Line(text) for text in texts]))
    assert list(together.project_batches([Batch(texts)])) == records
    assert together.list_counts() == apart.list_counts()
    assert all(together.list_counts().values())


def test_lines_of_one_type_are_read_together() -> None:
    """Or the test above would compare a reading with itself."""
    found = decode_alike(BATCHES["of one type"], {"Condition"})
    assert found is not None
    assert [head.id for head in found.heads] == ["0", "1", "2", "3", "4"]
    for name in (
        "of several types",
        "with two on a line",
        "with two on a line and one cut off",
        "with an end in a text",
    ):
        assert decode_alike(BATCHES[name], {"Condition"}) is None


def test_a_line_that_is_too_long_is_told_though_its_beginning_is_whole() -> None:
    reader = projector()
    assert not [*reader.project_batches([Batch([ALIKE % 1], is_too_long=True)])]
    assert reader.list_counts()[Row(Measure.LINES_TOLD, detail="Condition|too long")] == 1


def test_a_resource_of_the_wrong_shape_is_known_to_be_missing_of_its_patient() -> None:
    [record] = projector().project(as_lines([GOOD | {"code": "M54.5"}]))
    assert record.patient == "p1"
    assert record.data == b"X\tCondition"


def test_a_coding_that_is_no_list_is_read() -> None:
    odd = GOOD | {"code": {"coding": {"system": "x", "code": "y"}}}
    [record] = projector().project(as_lines([odd]))
    assert json.loads(read_resource(record.data).json)["code"] == {"coding": [{"system": "x", "code": "y"}]}


@pytest.mark.parametrize(
    "reference", ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:p1"]
)
def test_all_forms_of_a_reference_name_one_patient(reference: str) -> None:
    [record] = projector().project(as_lines([GOOD | {"subject": {"reference": reference}}]))
    assert record.patient == "p1"


def test_only_fields_that_are_read_are_kept() -> None:
    everything = [*back_pain("p1"), *empty_types("p1")]
    kept = [record.data for record in projector().project(as_lines(everything))]
    assert len(kept) == len(everything)
    assert not [data for data in kept if CANARY.encode() in data or b"identifier" in data or b"div" in data]


def test_what_a_patient_is_called_is_not_kept() -> None:
    named = GOOD | {"subject": {"reference": "Patient/p1", "display": "Erika Mustermann"}}
    [record] = projector().project(as_lines([named]))
    assert b"Mustermann" not in record.data


def test_what_a_report_groups_by_stands_beside_the_resource() -> None:
    records = projector().project(as_lines([visit("p1", "2026-01-01"), patient("p1")]))
    site, sex = (read_resource(record.data).extra for record in records)
    assert (site, sex) == (b"North", b"female")


def test_a_result_that_is_not_asked_for_is_unused_and_its_code_counted_for_the_patient() -> None:
    result = about("p1", "Observation", status="final", code=concept(LOINC, "718-7"), valueString="Mrs X is pale")
    reader = projector()
    [record] = reader.project(as_lines([result]))
    assert record.data == b"C\tunmapped\tObservation|http://loinc.org|718-7"
    assert reader.list_counts()[Row(Measure.LINES_UNUSED, detail="Observation")] == 1


def test_a_code_that_comes_again_is_counted_for_the_patient_once_even_if_it_was_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def results() -> list[dict[str, Any]]:
        codes = ("718-7", "718-7", "789-8", "718-7")
        return [about(name, "Observation", code=concept(LOINC, code)) for name in ("p1", "p2") for code in codes]

    whole = list(projector().project(as_lines(results())))
    assert [(record.patient, record.data[-5:]) for record in whole] == [
        (name, code) for name in ("p1", "p2") for code in (b"718-7", b"789-8")
    ]
    monkeypatch.setattr(projection, "_MOST_REPEATED", 1)
    again = list(projector().project(as_lines(results())))
    assert len(again) > len(whole)
    assert set(again) == set(whole)


def test_a_code_of_another_shape_is_told_each_time() -> None:
    line = json.dumps(GOOD | {"code": "M54.5"}).encode()
    assert reasons(line, line)["lines-told: Condition|a field of another type than FHIR's"] == 2


def test_an_order_that_was_revoked_later_was_signed_once_and_one_in_error_never() -> None:
    def order(status: str) -> dict[str, Any]:
        return about("p1", "ServiceRequest", status=status, intent="order", code=concept(CPT, "72148"))

    assert [len(list(projector().project(as_lines([order(one)])))) for one in ("revoked", "entered-in-error")] == [1, 0]


def test_an_unknown_type_is_never_named() -> None:
    assert reasons(json.dumps({"resourceType": CANARY.replace("-", ""), "id": "1"}).encode()) == {
        "lines: other": 1,
        "lines-unused: other": 1,
    }


def test_the_entries_of_a_bundle_are_lines_and_deletions_are_told() -> None:
    entries = [{"resource": GOOD}, {"request": {"method": "DELETE", "url": "Condition/1"}}, {"resource": patient("p1")}]
    text = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}, indent=1).encode()
    assert reasons(text) == {
        "lines: Condition": 1,
        "lines: Patient": 1,
        "lines: Bundle": 1,
        "lines-told: Bundle|the exporting server says that it was deleted": 1,
    }
