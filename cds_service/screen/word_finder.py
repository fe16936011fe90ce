"""Find the content's words in a sentence, in one pass, and the patterns that they make."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import ahocorasick

from cds_service.model.screen import ScreenPattern, ScreenTable
from cds_service.screen.folding import expand_word, fold_spelling


class Span(NamedTuple):
    """The words of a sentence that a match covers, from `first` up to `end`."""

    first: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Return whether two spans share a word."""
        return self.first < other.end and other.first < self.end

    def covers(self, other: "Span") -> bool:
        """Return whether a span holds all words of another."""
        return self.first <= other.first and other.end <= self.end

    def continues(self, other: "Span") -> bool:
        """Return whether a span begins within another that began before it, and ends behind it."""
        return other.first < self.first < other.end < self.end

    def gap(self, other: "Span") -> int:
        """Return how many words lie between two spans."""
        return max(self.first - other.end, other.first - self.end, 0)


class WordHit(NamedTuple):
    """A mention of a group: its words, the group and the content's words for it."""

    span: Span
    group: str
    cause: str


_Places: TypeAlias = Mapping[str, list[Span]]  # by the content's word


class _Table(NamedTuple):
    """The patterns of a group. `look_alikes`: by each word of their first part."""

    group: str
    words: tuple[ScreenPattern, ...]
    look_alikes: Mapping[str, Sequence[ScreenPattern]]


class WordFinder:
    """Finds the words of all groups in a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Sequence[ScreenTable], marks: Mapping[str, Sequence[ScreenPattern]]) -> None:
        """Build the finder. `marks`: of each group patterns beside those of the content."""
        self._tables = [
            _Table(table.group.id, (*table.words, *marks.get(table.group.id, ())), _by_first_part(table.look_alikes))
            for table in tables
        ]
        patterns = chain(*(table.words for table in self._tables), *(table.look_alikes for table in tables))
        words = {word for pattern in patterns for part in (*pattern.parts, pattern.unless) for word in part}
        self._automaton = build_automaton({word: expand_word(word) for word in words})
        self._by_mention: dict[str, list[tuple[_Table, ScreenPattern]]] = {}
        for table in self._tables:
            for word, named in _by_first_part(table.words).items():
                self._by_mention.setdefault(word, []).extend((table, pattern) for pattern in named)

    def find(self, words: Sequence[str]) -> list[WordHit]:
        """Return the mentions in the words of a sentence, without look-alikes."""
        places = find_places(self._automaton, words)
        return [hit for group in self._group_patterns(places) for hit in _of_group(*group, places)] if places else []

    def _group_patterns(self, places: _Places) -> Iterable[tuple[_Table, list[ScreenPattern]]]:
        """Return the patterns whose mention stands in the sentence, by group. Most sentences hold none."""
        found: dict[str, tuple[_Table, list[ScreenPattern]]] = {}
        for word in places:
            for table, pattern in self._by_mention.get(word, ()):
                patterns = found.setdefault(table.group, (table, []))[1]
                if pattern not in patterns:
                    patterns.append(pattern)
        return found.values()


def _by_first_part(patterns: Iterable[ScreenPattern]) -> dict[str, list[ScreenPattern]]:
    """Return patterns by each word of their first part: without one of them none of the rest matters."""
    by_word: dict[str, list[ScreenPattern]] = {}
    for pattern in patterns:
        for word in pattern.parts[0]:
            by_word.setdefault(word, []).append(pattern)
    return by_word


def build_automaton(forms: Mapping[str, Sequence[str]]) -> ahocorasick.Automaton:
    """Build an automaton that yields the words of the content and their lengths."""
    by_form: dict[str, list[str]] = {}
    for word, spelled in forms.items():
        for form in spelled:
            by_form.setdefault(form, []).append(word)
    made = ahocorasick.Automaton()
    for form, named in by_form.items():
        made.add_word(form, (len(form), tuple(named)))
    made.make_automaton()
    return made


def find_places(automaton: ahocorasick.Automaton, words: Sequence[str]) -> _Places:
    """Return where the content's words stand in a sentence."""
    text = f" {fold_spelling(' '.join(words))} "
    places: dict[str, list[Span]] = {}
    for end, (length, named) in automaton.iter(text):
        start = end - length + 1
        first = text.count(" ", 0, start + 1) - 1
        span = Span(first, text.count(" ", 0, end))
        for word in named:
            places.setdefault(word, []).append(span)
    return places


def _of_group(table: _Table, patterns: Sequence[ScreenPattern], places: _Places) -> Iterator[WordHit]:
    found = [hit for pattern in patterns for hit in _matches(pattern, places)]
    if not found:
        return
    look_alikes = (pattern for word in places for pattern in table.look_alikes.get(word, ()))
    others = [span for pattern in look_alikes for span, _ in _matches(pattern, places)]
    hidden = {word for other in others for word in range(other.first, other.end)}
    for span, cause in found:
        if not hidden or hidden.isdisjoint(range(span.first, span.end)):
            yield WordHit(span, table.group, cause)


def _matches(pattern: ScreenPattern, places: _Places) -> Iterator[tuple[Span, str]]:
    """Yield what a pattern matches, by the first part, or by all of it if it is one mention as a whole."""
    if pattern.unless and any(word in places for word in pattern.unless):
        return
    found: list[list[Span]] = []
    for part in pattern.parts:
        spans = [span for word in part if word in places for span in places[word]]
        if not spans:
            return
        found.append(spans)
    others = [_Part(spans) for spans in found[1:]]
    for anchor in found[0]:
        last = _reach(anchor, others, pattern)
        if last is not None:
            yield (Span(anchor.first, max(last.end, anchor.end)) if pattern.is_whole else anchor), pattern.cause


class _Part:
    """Where a part of a pattern stands in a sentence, in order, so that none is tried that is far from an anchor."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(enumerate(spans), key=lambda one: one[1].first)
        self._firsts = [span.first for _, span in self._spans]
        self._longest = max(span.end - span.first for span in spans)

    def nearest(self, last: Span, one: Span, pattern: ScreenPattern) -> Span | None:
        """Return the nearest to the last span of those that are near one, or None. Of two the one named first."""
        least = one.first - pattern.within - self._longest
        near = [
            (last.gap(span), rank, span)
            for rank, span in self._spans[
                bisect_left(self._firsts, least) : bisect_right(self._firsts, one.end + pattern.within)
            ]
            if _is_near(one, span, pattern)
        ]
        return min(near)[2] if near else None


def _reach(anchor: Span, others: Sequence[_Part], pattern: ScreenPattern) -> Span | None:
    """Return the span that the other parts lead to from the first one, or None if one of them is not near."""
    last = anchor
    for part in others:
        found = part.nearest(last, last if pattern.is_ordered else anchor, pattern)
        if found is None:
            return None
        last = found
    return last


def _is_near(one: Span, other: Span, pattern: ScreenPattern) -> bool:
    if one.overlaps(other) or (pattern.is_ordered and other.first < one.end):
        return False
    return one.gap(other) <= pattern.within
