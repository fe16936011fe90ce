"""Tests of the names of procedures: a test's name is not read, that of a treatment or a result is."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.screen.procedure_names import ProcedureNames

TESTS = [
    "Human immunodeficiency virus antigen test",
    "Skin test for tuberculosis",
    "Cytopathology procedure, preparation of smear, genital source",
    "Urine protein test",
    "Hepatitis C antibody test",
    "Screening for malignant neoplasm of cervix",
    "Assessment of urinary incontinence",
    "Tuberculosis vaccination",
    "Counseling about HIV",
    "Measurement of tumor marker",
]
READ = [
    "Kidney transplant",
    "Chemotherapy",
    "Laminectomy",
    "HIV test positive",
    "Biopsy of tumor, specimen sent",
    "Assessment after lumbar laminectomy",
    "Evaluation of recurrent lymphoma",
    "Drainage of epidural abscess with culture",
    "Education during chemotherapy",
]


@pytest.fixture(scope="module")
def names(knowledge: Knowledge) -> ProcedureNames:
    return ProcedureNames(knowledge.screen.test_name)


@pytest.mark.parametrize("name", TESTS)
def test_the_name_of_a_test_is_told(names: ProcedureNames, name: str) -> None:
    assert names.is_test(name)


@pytest.mark.parametrize("name", READ)
def test_other_names_are_read(names: ProcedureNames, name: str) -> None:
    assert not names.is_test(name)


def test_a_positive_test_is_named_by_what_it_found(names: ProcedureNames) -> None:
    assert names.without_test("HIV test") == "hiv"
    assert names.without_test("MRSA screening culture") == "mrsa"
