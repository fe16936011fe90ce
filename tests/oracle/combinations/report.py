"""Print what is read of an area's combinations, and of which templates and names too little is.

`python -m tests.oracle.combinations.report AREA [EACH] [SEED]` reads `AREA.toml`, with the names of `phrases.toml` and
its own.
"""

import sys
import tomllib

from cds_service.narrative.reader import NarrativeReader
from tests.shipped import shipped_knowledge

from .combining import FOLDER, measure, phrases, sentences, templates

SHOWN = 150


def main(arguments: list[str]) -> None:
    """Print the figures of an area."""
    path = FOLDER / f"{arguments[0]}.toml"
    each, seed = map(int, (*arguments[1:3], "20", "1")[:1] + (*arguments[2:3], "1")[:1])
    names = phrases(tomllib.loads(path.read_text(encoding="utf-8")).get("names"))
    knowledge = shipped_knowledge()
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    tally = measure(reader, sentences(templates(path), names, each, seed))
    for says, count in tally.all.items():
        print(f"{says}: {tally.read[says]} of {count}, {tally.rate(says):.3f}")
    for what in ("template", "phrase"):
        for rate, name in tally.worst(what)[:SHOWN]:
            print(f"  {what} {rate:.2f} {name!r}")
    for title, rows in (("dangers", tally.dangers), ("missed", tally.missed)):
        print(f"{title}: {len(rows)}")
        for row in rows if title == "dangers" else rows[:SHOWN]:
            print(f"  {row}")


if __name__ == "__main__":
    main(sys.argv[1:])
