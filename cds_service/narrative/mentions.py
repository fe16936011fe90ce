"""Mentions of findings in a sentence, and how phrases that name findings other than pains are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.subject import Subject
from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import PhraseMeaning
from cds_service.narrative.words.when import When


@dataclass(slots=True)
class Mention:
    """A mention of a finding. `first` to `last`: the items it spans, including its pain words and results.

    `place`: the item that names it. `chain`: mentions of one radiating or listed pain have the same, and share a side.
    `is_sided`: its side is settled, even if there is none. `parts`: the items that mean nothing else beside it.
    `results`: those of its result, which are no cues. `is_general`: what it denies is denied of the whole, unless a
    part of it is found. `about`: it tells how a pain behaves, and of which.
    """

    place: int
    saying: PhraseMeaning
    first: int
    last: int
    chain: int = 0
    value: FindingValue = FindingValue.PRESENT
    radiates: bool = False
    side: Side = Side.UNSTATED
    is_sided: bool = False
    parts: tuple[int, ...] = ()
    results: tuple[int, ...] = ()
    is_general: bool = False
    about: Subject | None = None
    qualifiers: dict[str, str] = field(default_factory=dict)
    onset: When | None = None
    when: When | None = None

    @property
    def is_dated(self) -> bool:
        """Return whether the text tells since when, or when."""
        return self.onset is not None or self.when is not None

    def dated(self, when: When, *, began: bool) -> None:
        """Set since when it has been there, or when it happened. What began lately or long ago has a course."""
        if not began:
            self.when = when
            return
        self.onset = when
        if when.course and "course" in self.saying.takes:
            self.qualifiers.setdefault("course", when.course)


def read_signs(items: list[Item]) -> Iterator[Mention]:
    """Yield the findings that are not pains."""
    for place, item in enumerate(items):
        saying = item.entry.saying
        if saying is None or (saying.is_pain and not saying.is_denial):
            continue
        value = FindingValue.ABSENT if saying.is_denial else FindingValue.PRESENT
        yield Mention(place, saying, place, place, value=value)
