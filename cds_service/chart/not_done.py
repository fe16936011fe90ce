"""Tell what was declined, cancelled or never begun from what was done."""

import re

from cds_service.chart.fact_collector import FactCollector, code_displays
from cds_service.fhir.datatypes import Concepts, Notes, list_concepts, list_notes

_WORD = re.compile(r"[^\W_]+")


def says_not_done(collector: FactCollector, status: Concepts, note: Notes, outcome: Concepts = None) -> bool:
    """Return whether a record's reason for its status, its outcome, or a short note says that nothing took place.

    A long note may tell of one visit missed among many, so it does not count.
    """
    if status is None and outcome is None and not note:
        return False
    not_done = collector.lookups.terminology.limits.not_done
    concepts = [*list_concepts(status), *list_concepts(outcome)]
    texts = [text for concept in concepts for text in (concept.text, *code_displays(concept)) if text]
    notes = [annotation.text for annotation in list_notes(note) if annotation.text]
    texts += [text for text in notes if len(_WORD.findall(text)) <= not_done.longest_note]
    return any(_names_any(text, not_done.words) for text in texts)


def _names_any(text: str, phrases: tuple[str, ...]) -> bool:
    words = f" {' '.join(_WORD.findall(text.lower().replace(chr(39), '')))} "
    return any(f" {phrase} " in words for phrase in phrases)
