"""Write out the phrases of cues: "{test} {did?} {exclude}" stands for every row of words of these kinds."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import NARRATIVE_CUES

_SLOT: Final = re.compile(r"\{([a-z0-9-]+)(\?)?\}")


class CuePhrases:
    """Writes out phrases with the content's words by kind. A kind with a question mark may be missing."""

    def __init__(self, folder: ContentFolder, sets: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self._sets = sets

    def expand(self, key: str, phrases: Iterable[str]) -> list[str]:
        """Return the phrases of a list, each once."""
        return list(dict.fromkeys(one for phrase in phrases for one in self._rows(key, phrase)))

    def _rows(self, key: str, phrase: str) -> Iterator[str]:
        if "{" not in phrase:
            yield phrase
            return
        parts: list[Sequence[str]] = []
        place = 0
        for slot in _SLOT.finditer(phrase):
            parts += [(phrase[place : slot.start()],), self._words(key, slot[1], may_miss=bool(slot[2]))]
            place = slot.end()
        for row in product(*parts, (phrase[place:],)):
            yield " ".join("".join(row).split())

    def _words(self, key: str, name: str, *, may_miss: bool) -> Sequence[str]:
        words = self._sets.get(name)
        if words is None:
            self._folder.add_problem(NARRATIVE_CUES, key, f"no set is called {name}{did_you_mean(name, self._sets)}")
            return ()
        return (*words, "") if may_miss else words
