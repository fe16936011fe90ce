"""Tests of the cache of concepts: one computation for equal concepts, and none of their words kept."""

from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept, Coding

SNOMED = "http://snomed.info/sct"


def test_equal_concepts_are_computed_once() -> None:
    """Compute each distinct concept once, with all its parts."""
    seen: list[CodeableConcept] = []
    cache = ValueCache(lambda concept: (seen.append(concept), len(seen))[1]).find
    one = CodeableConcept([Coding(SNOMED, "1", "One"), None, Coding(None, 2)], "Synthetic")
    results = [cache(one), cache(CodeableConcept([Coding(SNOMED, "1", "One"), None, Coding(None, 2)], "Synthetic"))]
    assert results == [1, 1]
    assert seen == [one]


def test_a_number_is_not_the_same_code_as_its_digits() -> None:
    """Tell concepts apart that differ in anything."""
    cache = ValueCache(lambda concept: repr(concept)).find
    concepts = [
        CodeableConcept([Coding(SNOMED, "1")]),
        CodeableConcept([Coding(SNOMED, 1)]),
        CodeableConcept([Coding(SNOMED, 10**30)]),
        CodeableConcept([Coding(None, "1")]),
        CodeableConcept([Coding(SNOMED, "1", "1")]),
        CodeableConcept(None, "1"),
    ]
    assert [cache(concept) for concept in concepts] == [repr(concept) for concept in concepts]


def test_no_word_of_a_concept_is_kept() -> None:
    """Keep keyed hashes only."""
    cache = ValueCache(lambda concept: concept.text is None)
    cache.find(CodeableConcept([Coding(SNOMED, "12345", "Synthetic display")], "Synthetic text"))
    assert "Synthetic" not in repr(vars(cache))
    assert "12345" not in repr(vars(cache))
