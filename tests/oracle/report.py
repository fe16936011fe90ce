"""Print recall and precision by frame over labelled sentences: `python -m tests.oracle.report [FILE …] [-v]`.

Without a file it reports the held-out sentences, in totals alone: nobody is to tune the reader on them.
"""

import sys
from collections import defaultdict
from pathlib import Path

from cds_service.narrative.reader import NarrativeReader
from tests.shipped import shipped_knowledge

from .labelled import HELD_OUT, Score, load, read_as, score

COLUMNS = (
    f"{'frame':<14}{'items':>6}{'present: recall':>17}{'precision':>11}"
    f"{'absent: recall':>16}{'precision':>11}{'faults':>8}"
)


def main(arguments: list[str]) -> None:
    """Score the files, and list what is wrong with `-v`."""
    files = [Path(name) for name in arguments if not name.startswith("-")] or [*HELD_OUT]
    knowledge = shipped_knowledge()
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    files_are_open = {file.resolve() for file in files}.isdisjoint(HELD_OUT)
    frames: dict[str, list[Score]] = defaultdict(list)
    for item in (item for file in files for item in load(file)):
        reading = read_as(reader, item)
        found = score(item, reading)
        frames[item["frame"]].append(found)
        if "-v" in arguments and files_are_open and not found.is_perfect:
            said = [(one.finding, one.value.value, one.side.value) for one in reading.statements]
            wanted = {name: item[name] for name in ("present", "absent", "never") if item.get(name)}
            print(
                f"{item['frame']} | {item['text']}\n    wants {wanted}\n    reads {said} {[f for f, _ in found.faults]}"
            )
    print_table(frames)


def print_table(frames: dict[str, list[Score]]) -> None:
    """Print a line for each frame, and one for all."""
    print(COLUMNS)
    total = Score()
    for frame, scores in sorted(frames.items()):
        whole = Score()
        for one in scores:
            whole.add(one)
        total.add(whole)
        print_line(frame, len(scores), whole)
    print_line("all", sum(map(len, frames.values())), total)
    for kind, count in sorted(count_faults(total).items()):
        print(f"{kind}: {count}")


def count_faults(total: Score) -> dict[str, int]:
    """Return how often each kind of fault occurred."""
    kinds: dict[str, int] = defaultdict(int)
    for fault, _ in total.faults:
        kinds[fault.partition(":")[0]] += 1
    return kinds


def print_line(name: str, items: int, one: Score) -> None:
    """Print the figures of one frame."""
    print(
        f"{name:<14}{items:>6}{one.recall('present'):>17.3f}{one.precision('present'):>11.3f}"
        f"{one.recall('absent'):>16.3f}{one.precision('absent'):>11.3f}{len(one.faults):>8}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
