"""The form of codes: check digits, patterns, and ICD-10-CM's side digit."""

import pytest

from cds_service.knowledge.code_formats import CODE_FORMATS, expand_side_digit, is_loinc, is_snomed_ct
from cds_service.model.sides import Side


@pytest.mark.parametrize("code", ["102570003", "311211000119105", "22298006"])
def test_accepts_a_snomed_identifier(code: str) -> None:
    assert is_snomed_ct(code)


@pytest.mark.parametrize("code", ["102570004", "265622007", "298695004", "012345", "12345", "x", "1025700030000000000"])
def test_refuses_what_is_not_a_snomed_identifier(code: str) -> None:
    assert not is_snomed_ct(code)


@pytest.mark.parametrize("code", ["24762-7", "30679-5", "8480-6"])
def test_accepts_a_loinc_code(code: str) -> None:
    assert is_loinc(code)


@pytest.mark.parametrize("code", ["24762-8", "24762", "-7", "12345678-9", "LA6576-8"])
def test_refuses_what_is_not_a_loinc_code(code: str) -> None:
    assert not is_loinc(code)


@pytest.mark.parametrize(
    ("system", "right", "wrong"),
    [
        ("icd10cm", "M25.55?", "25.551"),
        ("icd10cm", "C0", "U07.1"),
        ("cpt", "72148", "721480"),
        ("cpt", "0232T", "T0232"),
        ("rxnorm", "197805", "197805x"),
        ("dicom", "MR", "mr"),
        ("finding", "groin-pain", "Groin-Pain"),
        ("order", "urgent-spine-assessment", "urgent--spine"),
    ],
)
def test_each_system_has_its_form(system: str, right: str, wrong: str) -> None:
    is_valid, _ = CODE_FORMATS[system]
    assert is_valid(right)
    assert not is_valid(wrong)


def test_a_side_digit_stands_for_each_side() -> None:
    assert dict(expand_side_digit("M25.55?", Side.UNSTATED)) == {
        "M25.551": Side.RIGHT,
        "M25.552": Side.LEFT,
        "M25.553": Side.BOTH,
        "M25.550": Side.UNSTATED,
        "M25.559": Side.UNSTATED,
    }


def test_a_code_without_a_side_digit_keeps_its_own_side() -> None:
    assert list(expand_side_digit("M79.604", Side.RIGHT)) == [("M79.604", Side.RIGHT)]


def test_a_branch_may_have_side_digits_of_its_own() -> None:
    digits = {Side.RIGHT: "14", Side.UNSTATED: "3"}
    assert list(expand_side_digit("S72.02?", Side.UNSTATED, digits)) == [
        ("S72.021", Side.RIGHT),
        ("S72.024", Side.RIGHT),
        ("S72.023", Side.UNSTATED),
    ]
