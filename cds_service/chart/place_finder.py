"""Find the places that the names of problems speak of, whatever the problem is."""

from cds_service.chart.fact_collector import Lookups
from cds_service.chart.record_text import concept_text
from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept

_NONE: frozenset[str] = frozenset()
_ANKLE = frozenset({"ankle-foot-disorder"})


class PlaceFinder:
    """Finds places. Created once; safe to share between threads."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._find = ValueCache(self._read).find

    def find(self, concept: CodeableConcept | None) -> frozenset[str]:
        """Return the pains of the places that a concept names without a pain.

        "Derangement of the meniscus of the knee" may be no finding here, and still speaks of the knee. The reader of
        pains knows no ankle: that pain is said in words of its own.
        """
        return _NONE if concept is None else self._find(concept)

    def _read(self, concept: CodeableConcept) -> frozenset[str]:
        name = concept_text(concept, self._lookups, has_meaning=False)
        if not name:
            return _NONE
        places = self._lookups.narrative_reader.read(name).places_without_pain
        return places | _ANKLE if self._lookups.imaging_words.names_ankle(name) else places
