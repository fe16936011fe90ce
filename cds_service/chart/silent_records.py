"""Tell which problems and results nothing here can make anything of: most of a chart."""

from cds_service.chart.concept_screen import ConceptScreen, PlacedConcept
from cds_service.chart.quiet_records import is_quiet
from cds_service.chart.silent_concepts import SilentConcepts
from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.resources import Condition, Observation, SupportedResource
from cds_service.screen.value_screen import is_temperature


class SilentRecords:
    """Recognises silent records. Created once; safe to share between threads."""

    def __init__(self, silent_concepts: SilentConcepts, concept_screen: ConceptScreen) -> None:
        self._silent_concepts = silent_concepts
        self._concept_screen = concept_screen
        self._is_silent_problem = ValueCache(CodeableConcept, self._names_no_problem)
        self._is_silent_result = ValueCache(CodeableConcept, self._names_no_result)

    def has(self, resource: SupportedResource) -> bool:
        """Return whether neither the readers of facts nor the safety screen would find anything in a record."""
        if isinstance(resource, Observation):
            is_silent = is_quiet(resource) and resource.code is not None and self._is_silent_result(resource.code)
            return is_silent and not is_temperature(resource.valueQuantity)
        if isinstance(resource, Condition):
            return is_quiet(resource) and (resource.code is None or self._is_silent_problem(resource.code))
        return False

    def _names_no_problem(self, concept: CodeableConcept) -> bool:
        verdict = self._concept_screen.judge(PlacedConcept(concept, []))
        return verdict.says_nothing and self._silent_concepts.has(concept)

    def _names_no_result(self, concept: CodeableConcept) -> bool:
        """Return whether a code is of no question that is asked here, and of no test that has a limit."""
        is_coded = bool(concept.coding)  # without a code, its text is read
        return is_coded and self._silent_concepts.has(concept) and not self._concept_screen.has_limit(concept)
