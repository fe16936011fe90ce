"""A cache of what the content makes of concepts: nearly all records of a chart hold one that other charts hold too."""

from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.fhir.concept_json import concept_from_json, concept_to_json
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.narrative.text_cache import TextCache

V = TypeVar("V")


class ConceptCache(Generic[V]):
    """Caches the result of a computation on concepts, as `TextCache` does: no code and no name is stored."""

    def __init__(self, compute: Callable[[CodeableConcept], V]) -> None:
        self._cache = TextCache(lambda text: compute(concept_from_json(text)))

    def __call__(self, concept: CodeableConcept) -> V:
        """Return the result for a concept, computed or cached."""
        return self._cache(concept_to_json(concept))
