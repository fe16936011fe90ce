"""Reading text: a note of 300 characters, the same note cached, building the reader, and the worst texts we know."""

from collections.abc import Callable

from benchmarks.goals import Goal, at_most, show
from benchmarks.timing import best_of, milliseconds
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.narrative.reader import NarrativeReader

NOTE = (
    "58 yo male with 3 month history of left buttock pain radiating down the posterior thigh to the lateral calf. "
    "Worse with walking, relieved by sitting. Denies groin pain, numbness or weakness. SLR positive on the left at 40 "
    "degrees, FADIR negative. h/o L4-5 discectomy 2015, failed PT and NSAIDs. R/o disc herniation."
)[:300]
# 100 kB each: endless lists, words that start many phrases, punctuation alone.
PARTS = ("no hip pain or", "SLR and", "possible hip,", "???", "'")
WORST = tuple(f"{part} " * (100_000 // (len(part) + 1)) for part in PARTS)
GOAL_MS, GOAL_BUILD_MS, GOAL_WORST_MS = 0.5, 200, 1000


def _read_uncached(reader: NarrativeReader, text: str) -> Callable[[], object]:
    """Return a reading that no cache helps: the text ends differently each time, and its sentences are forgotten."""
    turns = iter(range(10**9))

    def read() -> object:
        reader.forget()
        return reader.read(f"{text} {next(turns)}")

    return read


def _build_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def measure() -> list[Goal]:
    """Measure the CPU time of each."""
    knowledge = load_knowledge(shipped_cards())
    reader = _build_reader(knowledge)
    uncached, cached = best_of(_read_uncached(reader, NOTE), lambda: reader.read(NOTE))
    building = milliseconds(lambda: _build_reader(knowledge), calls=5)
    worst = max(milliseconds(_read_uncached(reader, text), calls=1) for text in WORST)
    print(
        f"{len(NOTE)} characters with {len(reader.read(NOTE).statements)} findings; "
        f"{len(knowledge.narrative.entries)} phrases"
    )
    return [
        at_most("reading 300 characters", uncached, GOAL_MS, " ms", f"cached {cached:.4f} ms"),
        at_most("building the reader", building, GOAL_BUILD_MS, " ms"),
        at_most("100 kB of the worst text", worst, GOAL_WORST_MS, " ms"),
    ]


def main() -> None:
    """Print the figures."""
    show(measure())


if __name__ == "__main__":
    main()
