"""SMART scopes of a token, in both versions: what is covered, what is not, and when a scope string says nothing."""

import pytest

from cds_service.ehr.scopes import name_scope, parse_scopes


@pytest.mark.parametrize(
    ("text", "kind", "searches", "reads"),
    [
        ("patient/DocumentReference.read", "DocumentReference", True, True),
        ("user/DocumentReference.rs", "DocumentReference", True, True),
        ("system/DocumentReference.cruds", "DocumentReference", True, True),
        ("patient/DocumentReference.r", "DocumentReference", False, True),
        ("patient/DocumentReference.s", "DocumentReference", True, False),
        ("patient/DocumentReference.rs?category=clinical-note", "DocumentReference", True, True),
        ("patient/DocumentReference.*", "DocumentReference", True, True),
        ("patient/DocumentReference.write", "DocumentReference", False, False),
        ("patient/*.read", "Encounter", True, True),
        ("patient/*.*", "Binary", True, True),
        ("launch openid patient/Condition.read", "DocumentReference", False, False),
        (
            "patient/Condition.rs patient/DocumentReference.s patient/DocumentReference.r",
            "DocumentReference",
            True,
            True,
        ),
    ],
)
def test_what_a_scope_covers(text: str, kind: str, searches: bool, reads: bool) -> None:
    scopes = parse_scopes(text)
    assert scopes is not None
    assert (scopes.allow(kind, is_search=True), scopes.allow(kind, is_search=False)) == (searches, reads)


@pytest.mark.parametrize(
    "text", [None, "", "launch openid fhirUser", 7, ["patient/*.rs"], "patient/Condition", "x" * 50]
)
def test_a_scope_string_without_clinical_data_says_nothing(text: object) -> None:
    assert parse_scopes(text) is None


def test_scopes_are_named_as_version_2_writes_them() -> None:
    assert name_scope("patient", "DocumentReference", is_search=True) == "patient/DocumentReference.rs"
    assert name_scope("patient", "Encounter", is_search=False) == "patient/Encounter.r"
