"""Tell where a denial cannot be trusted: "loss of normal tone", "hardly normal", "was intact, now reduced".

What is read as the denial of a danger sign may give advice to wait back, so it must be said plainly. Beside words of
doubt it is not recorded; that the sign is there may still be read.
"""

import re
from collections.abc import Iterable

from cds_service.narrative.lexicon import DoubtWords
from cds_service.narrative.tokenizer import Sentence


class Doubt:
    """Finds words of doubt in sentences. Created once and never changed, so it is safe to share."""

    def __init__(self, doubt: DoubtWords) -> None:
        self._words = _pattern(doubt.words)
        self._together = [(_pattern(one), _pattern(other)) for one, other in doubt.together]

    def reaches(self, sentence: Sentence) -> bool:
        """Return whether a sentence holds words of doubt."""
        text = f" {' '.join(sentence.words)} "
        if self._words.search(text):
            return True
        return any(one.search(text) and other.search(text) for one, other in self._together)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(" (?:" + "|".join(map(re.escape, sorted(words, reverse=True))) + ") ")
