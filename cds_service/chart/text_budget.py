"""One budget of characters for the words of a call, whatever their source: what is over it is not read, and counted.

Reading takes time with every character, and a call must be answered. The newest records are read first.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.note_text import ReadNote
from cds_service.chart.quiet_records import is_quiet
from cds_service.chart.screen_dates import find_dates
from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import Observation, SupportedResource
from cds_service.fhir.words import WordCount, count_words, strip_words
from cds_service.screen.text_screen import LONGEST_TEXT

DEFAULT_TEXT_BUDGET: Final = 200_000  # characters of one call, unless a site sets another number
_SHORTEST: Final = 75  # characters that a shorter text counts as, the first time: to begin reading one takes time too
LEAST_TEXT_BUDGET: Final = 20_000  # characters that are read however late it is; a setting is not below it either
# Characters of the densest words that a busy worker reads and judges in a second; of ordinary ones, many more.
_CHARACTERS_PER_S: Final = 35_000


def budget_in(seconds: float, budget: int) -> int:
    """Return how much of a budget of characters is surely read in so many seconds."""
    return min(budget, max(LEAST_TEXT_BUDGET, int(seconds * _CHARACTERS_PER_S)))


class Words(msgspec.Struct, frozen=True, gc=False):
    """The resources, drafts and notes of a call, without the words that are over the budget."""

    resources: list[SupportedResource]
    drafts: list[DraftOrder]
    notes: list[ReadNote]


class _Sized(NamedTuple):
    """A record that has words, and how many. `strip` returns it without them."""

    item: Any
    words: WordCount
    strip: Callable[[Any], Any]


class _Budget:
    """What is left of the budget. A short text that was read before is known, and costs its characters alone."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self._known: set[str | bytes] = set()

    def spend(self, words: WordCount) -> bool:
        """Take these words, and return whether there was enough for them."""
        new = {*words.short} - self._known
        cost = words.size + sum(_SHORTEST - len(text) for text in new)
        if cost > self._left:
            return False
        self._left -= cost
        self._known |= new
        return True


def limit_words(words: Words, budget: int, collector: FactCollector) -> Words:
    """Return what is read of a call's words, and count in the collector what is not."""
    drafts = [_Sized(draft, _count(draft.resource), _strip_draft) for draft in words.drafts]
    records = list(_measure(words))
    whole = _Budget(budget)
    if all(whole.spend(one.words) for one in (*drafts, *records)):
        return words
    left = _Budget(budget)
    kept: dict[int, Any] = {}
    for one in (*drafts, *sorted(records, key=lambda one: _day(one.item, collector), reverse=True)):
        if not left.spend(one.words):
            kept[id(one.item)] = one.strip(one.item)
            collector.count_unread("clinical note" if isinstance(one.item, ReadNote) else "text")
    return Words(
        [kept.get(id(resource), resource) for resource in words.resources],
        [kept.get(id(draft), draft) for draft in words.drafts],
        [note for note in words.notes if id(note) not in kept],
    )


def _measure(words: Words) -> Iterator[_Sized]:
    """Yield the notes and the records that have words. Of a number, no word is read."""
    yield from (_Sized(note, WordCount(note.size, ()), _drop) for note in words.notes)
    for resource in words.resources:
        if isinstance(resource, Observation) and len(resource.valueQuantity) and is_quiet(resource):
            continue
        counted = _count(resource)
        if counted.size:
            yield _Sized(resource, counted, strip_words)


def _count(resource: SupportedResource) -> WordCount:
    return count_words(resource, LONGEST_TEXT, _SHORTEST)


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
