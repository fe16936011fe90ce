"""One budget of characters for the words of a call, whatever their source: what is over it is not read, and counted.

Reading takes time with every character, and a call must be answered. The newest records are read first.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.note_text import ReadNote
from cds_service.chart.quiet_records import is_quiet
from cds_service.chart.screen_dates import find_dates
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


class _Sized(NamedTuple):
    """A record that has words, and how many characters. `strip` returns it without them."""

    item: Any
    size: int
    strip: Callable[[Any], Any]


def limit_words(words: Words, budget: int, collector: FactCollector) -> Words:
    """Return what is read of a call's words, and count in the collector what is not."""
    drafts = [_Sized(draft, count_words(draft.resource, LONGEST_TEXT), _strip_draft) for draft in words.drafts]
    records = list(_measure(words))
    if sum(one.size for one in (*drafts, *records)) <= budget:
        return words
    left = budget
    kept: dict[int, Any] = {}
    for one in (*drafts, *sorted(records, key=lambda one: _day(one.item, collector), reverse=True)):
        if one.size <= left:
            left -= one.size
        else:
            kept[id(one.item)] = one.strip(one.item)
            collector.count_unread("clinical note" if isinstance(one.item, ReadNote) else "text")
    return Words(
        [kept.get(id(resource), resource) for resource in words.resources],
        [kept.get(id(draft), draft) for draft in words.drafts],
        [note for note in words.notes if id(note) not in kept],
    )


def _measure(words: Words) -> Iterator[_Sized]:
    """Yield the notes and the records that have words. Of a number, no word is read."""
    yield from (_Sized(note, note.size, _drop) for note in words.notes)
    for resource in words.resources:
        if isinstance(resource, Observation) and len(resource.valueQuantity) and is_quiet(resource):
            continue
        size = count_words(resource, LONGEST_TEXT)
        if size:
            yield _Sized(resource, size, strip_words)


def _day(item: Any, collector: FactCollector) -> date:
    """Return the day of a record. Undated ones come last."""
    when, _ = find_dates(item.note.document if isinstance(item, ReadNote) else item, collector, None)
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
