"""Reading words: 300 characters of a note, the same when known, making the reader, and the worst texts we know."""

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
# 100 kB each: lists without end, words that begin everything, marks alone.
PARTS = ("no hip pain or", "SLR and", "possible hip,", "???", "'")
WORST = tuple(f"{part} " * (100_000 // (len(part) + 1)) for part in PARTS)
GOAL_MS, GOAL_MADE_MS, GOAL_WORST_MS = 0.5, 200, 1000


def _fresh(made: NarrativeReader, text: str) -> Callable[[], object]:
    """Reading that no memory helps: each time another ending."""
    turns = iter(range(10**9))
    return lambda: made.read(f"{text} {next(turns)}")


def _made(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def measure() -> list[Goal]:
    """CPU time of each."""
    knowledge = load_knowledge(shipped_cards())
    made = _made(knowledge)
    fresh, known = best_of(_fresh(made, NOTE), lambda: made.read(NOTE))
    making = milliseconds(lambda: _made(knowledge), calls=5)
    worst = max(milliseconds(_fresh(made, text), calls=1) for text in WORST)
    print(
        f"{len(NOTE)} characters with {len(made.read(NOTE).statements)} findings; "
        f"{len(knowledge.narrative.entries)} phrases"
    )
    return [
        at_most("reading 300 characters", fresh, GOAL_MS, " ms", f"known {known:.4f} ms"),
        at_most("making the reader", making, GOAL_MADE_MS, " ms"),
        at_most("100 kB of the worst text", worst, GOAL_WORST_MS, " ms"),
    ]


def main() -> None:
    """Print the figures."""
    show(measure())


if __name__ == "__main__":
    main()
