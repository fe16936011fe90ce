"""One budget of characters for the words of a call, whatever their source: what is over it is not read, and counted.

Reading takes time with every character, and a call must be answered. The newest records are read first.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.note_text import ReadNote
from cds_service.chart.screen_dates import find_dates
from cds_service.chart.screen_texts import is_number_alone
from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import Observation, SupportedResource
from cds_service.fhir.words import count_words, strip_words
from cds_service.screen.text_screen import LONGEST_TEXT

DEFAULT_TEXT_BUDGET: Final = 200_000  # characters of one call, unless a site sets another number


class Words(NamedTuple):
    """The resources, drafts and notes of a call, without the words that are over the budget."""

    resources: list[SupportedResource]
    drafts: list[DraftOrder]
    notes: list[ReadNote]


def limit_words(words: Words, budget: int, collector: FactCollector) -> Words:
    """Return what is read of a call's words, and count in the collector what is not."""
    left = budget
    kept: dict[int, Any] = {}
    for item, size, strip in _newest_first(words, collector):
        if size <= left:
            left -= size
        else:
            kept[id(item)] = strip(item)
            collector.count_unread("clinical note" if isinstance(item, ReadNote) else "text")
    if not kept:
        return words
    return Words(
        [kept.get(id(resource), resource) for resource in words.resources],
        [kept.get(id(draft), draft) for draft in words.drafts],
        [note for note in words.notes if id(note) not in kept],
    )


def _newest_first(words: Words, collector: FactCollector) -> Iterable[tuple[Any, int, Callable[[Any], Any]]]:
    """Yield each record that has words, with their number: drafts of the call first, undated records last."""
    for draft in words.drafts:
        yield draft, count_words(draft.resource, LONGEST_TEXT), _strip_draft
    dated: list[tuple[date, Any, int, Callable[[Any], Any]]] = [
        (_day(note.note.document, collector), note, note.size, _drop) for note in words.notes
    ]
    for resource in words.resources:
        if isinstance(resource, Observation) and is_number_alone(resource):
            continue  # no word of it is read
        size = count_words(resource, LONGEST_TEXT)
        if size:
            dated.append((_day(resource, collector), resource, size, strip_words))
    for _, item, size, strip in sorted(dated, key=lambda one: one[0], reverse=True):
        yield item, size, strip


def _day(resource: SupportedResource, collector: FactCollector) -> date:
    when, _ = find_dates(resource, collector, None)
    return when.last if when else date.min


def _drop(_note: ReadNote) -> None:
    return None


def _strip_draft(draft: DraftOrder) -> DraftOrder:
    return DraftOrder(draft.reference, strip_words(draft.resource), draft.is_selected)


def list_notes_read(notes: Sequence[ReadNote], collector: FactCollector) -> list[ReadNote]:
    """Return the notes whose bytes could be read, and count the others."""
    read = [note for note in notes if note.texts]
    for _ in range(len(notes) - len(read)):
        collector.count_unread("clinical note")
    return read
