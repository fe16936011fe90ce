"""The chart reader: whose records count, the patient's age, and what could not be read."""

from collections.abc import Callable

import pytest
from synthetic import ICD, Json, condition, patient

from cds_service.model.facts import Chart

Read = Callable[..., Chart]


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1960-03-10", 66),  # the birthday itself
        ("1960-03-11", 65),
        ("2026-03-10", 0),
        ("1960-03", 65),  # the younger of two possible ages keeps a child a child
        ("2008", 17),
        ("2007", 18),
        ("1960", 65),
        ("1960-02-29", 66),
        ("2026-03-11", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_age_in_completed_years(chart: Read, birth: str | None, age: int | None) -> None:
    assert chart(patient(birth)).age == age


def test_without_a_patient_the_age_is_not_known(chart: Read) -> None:
    assert chart().age is None


def test_another_patients_birth_date_is_not_used(chart: Read) -> None:
    result = chart(patient(id="another"))
    assert (result.age, result.ignored[0].reason) == (None, "it names another patient")


def test_a_patient_without_id_is_this_patient(chart: Read) -> None:
    assert chart(patient(id=None)).age == 65


@pytest.mark.parametrize(
    "about",
    [
        {"subject": {"reference": "Patient/another"}},
        {"subject": {"reference": "Patient/patient-11"}},
        {"subject": {"reference": "https://ehr.example/fhir/Patient/another"}},
        {"subject": {"reference": "another"}},
        {"subject": None, "patient": {"reference": "Patient/another"}},
    ],
)
def test_a_record_of_another_patient_is_not_used(chart: Read, about: Json) -> None:
    result = chart(condition("23056005", **about))
    assert (result.findings, result.ignored[0].reason) == ((), "it names another patient")


@pytest.mark.parametrize("about", [{"subject": None}, {"subject": {"display": "somebody"}}, {"subject": {}}])
def test_a_record_that_names_nobody_is_this_patients(chart: Read, about: Json) -> None:
    assert len(chart(condition("23056005", **about)).findings) == 1


def test_what_could_not_be_read_is_counted_by_type(chart: Read) -> None:
    broken = [condition("x", code=5), condition("x", code=6), {"resourceType": "Observation", "status": 1}]
    result = chart(*broken, {"resourceType": "Unheard", "code": 5})
    assert result.unreadable == {"Condition": 2, "Observation": 1}


def test_codes_of_one_system_that_goes_by_two_names_are_counted_together(chart: Read) -> None:
    names = (ICD, ICD, "urn:oid:2.16.840.1.113883.6.90")
    unmapped = [condition("R20.0", name, number) for number, name in enumerate(names)]
    assert chart(*unmapped).unmapped == {"icd10cm": 3}
