"""How long and how hard a card is, and what it may be (clinical design, second edition, E3)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.cards.collected import Sighting

MEDIAN_WORDS, MOST_WORDS, CRITICAL_WORDS, MOST_SENTENCES, HIGHEST_GRADE = 110, 140, 80, 2, 10.0
WINDOW_HEIGHT = 768  # px
_PARAGRAPH = re.compile(r"^\*\*(?P<label>Consider|Do not wait):\*\* (?P<text>.*)$", re.MULTILINE)
_HAS_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")


@dataclass(frozen=True)
class Measured:
    """A card with its words, without link and version line, and the grade of what it advises."""

    sighting: Sighting
    words: int
    grade: float


def count_words(detail: str) -> int:
    """Count the words of a detail without its last paragraph, which says who approved it and which content it is."""
    body = detail.rsplit("\n\n", 1)[0]
    return sum(1 for word in body.split() if _HAS_WORD.search(word))


def advice_of(detail: str) -> str:
    """Return what the card advises and its safety net, without their labels."""
    return " ".join(match["text"] for match in _PARAGRAPH.finditer(detail))


def count_sentences(detail: str) -> int:
    """Count the sentences of what the card asks to consider."""
    texts = [match["text"] for match in _PARAGRAPH.finditer(detail) if match["label"] == "Consider"]
    return sum(len(_SENTENCE_END.findall(text)) for text in texts)


def measure(sightings: Iterable[Sighting], grade: Callable[[str], float]) -> list[Measured]:
    """Measure every card. `grade` gives the Flesch-Kincaid grade of a text."""
    return [Measured(one, count_words(one.detail), grade(advice_of(one.detail))) for one in sightings]


def find_faults(cards: Iterable[Measured], buttons: Mapping[str, float | None]) -> list[str]:
    """Return a line for everything that is over its limit. `buttons`: where each summary's first button ends, in px."""
    every = list(cards)
    faults = [f"{fault}: {one.sighting.summary}" for one in every for fault in _faults_of(one)]
    middle = median(one.words for one in every)
    if middle > MEDIAN_WORDS:
        faults.append(f"the median card has {middle:g} words, more than {MEDIAN_WORDS}")
    hidden = [summary for summary, end in buttons.items() if end is not None and end > WINDOW_HEIGHT]
    return faults + [f"first button out of sight at {buttons[summary]:.0f} px: {summary}" for summary in hidden]


def _faults_of(card: Measured) -> Iterable[str]:
    limit = CRITICAL_WORDS if card.sighting.level == "critical" else MOST_WORDS
    if card.words > limit:
        yield f"{card.words} words, more than {limit}"
    if card.grade > HIGHEST_GRADE:
        yield f"grade {card.grade:.1f}, more than {HIGHEST_GRADE:g}"
    if (sentences := count_sentences(card.sighting.detail)) > MOST_SENTENCES:
        yield f"{sentences} sentences to consider, more than {MOST_SENTENCES}"
