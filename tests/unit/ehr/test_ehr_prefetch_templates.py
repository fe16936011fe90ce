"""The prefetch templates generated from the content: which data they request, and how a long list is split."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from cds_service.ehr.prefetch_templates import LENGTH_LIMIT, PrefetchKey, build_prefetch_keys
from cds_service.knowledge import Knowledge
from cds_service.model.terminology import Code, FindingMeaning


@pytest.fixture
def keys(knowledge: Knowledge) -> dict[str, PrefetchKey]:
    return {key.name: key for key in build_prefetch_keys(knowledge.content, knowledge.terminology)}


def test_only_patient_and_conditions_are_required(keys: dict[str, PrefetchKey]) -> None:
    assert [key.name for key in keys.values() if key.is_required] == ["patient", "conditions"]


def test_observations_are_asked_for_by_the_codes_of_symptoms_signs_and_flags(keys: dict[str, PrefetchKey]) -> None:
    template = keys["observations"].template
    assert "https://hip-spine-cds.example/fhir/CodeSystem/finding|," in template
    assert "http://snomed.info/sct|102570003" in template  # groin pain
    assert "http://loinc.org|38204-4" in template  # where it hurts
    assert "23056005" not in template  # a diagnosis is a Condition
    assert "icd" not in template


def test_reports_are_asked_for_by_the_imaging_codes(keys: dict[str, PrefetchKey]) -> None:
    assert "http://loinc.org|36490-1" in keys["reports"].template
    assert "ama-assn" not in keys["reports"].template


def test_a_query_names_the_patient_encoded(keys: dict[str, PrefetchKey]) -> None:
    assert keys["patient"].build_query("a.b-1") == "Patient/a.b-1"
    assert keys["conditions"].build_query("a&b/c") == "Condition?patient=a%26b%2Fc"


def test_the_visit_is_asked_for_only_where_the_call_names_one(keys: dict[str, PrefetchKey]) -> None:
    assert keys["encounter"].build_query("p", "v-1") == "Encounter/v-1"
    assert keys["encounter"].build_query("p") is None


def test_of_documents_the_newest_of_types_that_tell_of_symptoms_or_imaging_are_asked_for(
    keys: dict[str, PrefetchKey],
) -> None:
    query = str(keys["clinicalNotes"].build_query("p"))
    assert query.startswith("DocumentReference?patient=p&status=current&type=http://loinc.org|")
    assert query.endswith("&_sort=-date&_count=20")
    assert "|11506-3" in query  # progress note
    assert "|34133-9" not in query  # summary of episodes


def test_sources_of_words_are_optional(keys: dict[str, PrefetchKey]) -> None:
    words = {key.name for key in keys.values() if key.has_words}
    assert words == {"encounter", "clinicalNotes", "questionnaireResponses"}
    assert not [key for key in keys.values() if key.has_words and key.is_required]


def test_a_list_too_long_for_one_url_is_split_and_nothing_is_lost(knowledge: Knowledge) -> None:
    codes = [f"{number}" for number in range(10_000_000, 10_000_400)]
    findings = {Code("sct", code): (FindingMeaning("groin-pain"),) for code in codes}
    keys = build_prefetch_keys(knowledge.content, replace(knowledge.terminology, findings=findings))
    parts = [key for key in keys if key.name.startswith("observations")]
    assert [part.name for part in parts] == ["observations", *(f"observations{n}" for n in range(2, len(parts) + 1))]
    assert len(parts) > 3
    assert max(len(quote(part.template, safe="?&=/")) for part in parts) <= LENGTH_LIMIT
    template_codes = [
        code.rpartition("|")[2] for part in parts for code in part.template.partition("&code=")[2].split(",")
    ]
    assert [code for code in template_codes if code in set(codes)] == codes
    assert {part.label for part in parts} == {"observations"}
