"""Tell the names of tests, screenings, talks and specimens from those of treatments: a test is no reason to act."""

from cds_service.model.screen import ScreenPattern
from cds_service.narrative.text_cache import TextCache
from cds_service.screen.folding import expand_word, spread_words
from cds_service.screen.word_finder import build_automaton, find_places


class ProcedureNames:
    """Reads names of procedures. Created once; safe to share between threads."""

    def __init__(self, pattern: ScreenPattern) -> None:
        self._words = frozenset(word for part in pattern.parts for word in part)
        self._unless = frozenset(pattern.unless)
        self._automaton = build_automaton({word: expand_word(word) for word in self._words | self._unless})
        self.is_test = TextCache(self._is_test)

    def _is_test(self, name: str) -> bool:
        """Return whether a name is that of a test, and says nothing of a result or of what is treated."""
        places = find_places(self._automaton, spread_words(name).split())
        return not self._words.isdisjoint(places) and self._unless.isdisjoint(places)

    def without_test(self, name: str) -> str:
        """Return a name without the words that make it one of a test: of "HIV test", "hiv"."""
        words = spread_words(name).split()
        places = find_places(self._automaton, words)
        left_out = {at for word in self._words & places.keys() for span in places[word] for at in range(*span)}
        return " ".join(word for at, word in enumerate(words) if at not in left_out)
