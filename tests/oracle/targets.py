"""Print the phrases that state findings, and the corpus, as JSON for `ask_medspacy.py`.

Run it with `python -m tests.oracle.targets`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cds_service.narrative.words.lexicon import Lexicon
from tests.shipped import shipped_knowledge

FOLDER = Path(__file__).parent
ASPECTS = ("anterior", "posterior", "lateral")
CORPUS = FOLDER / "corpus.jsonl"
ANSWERS = FOLDER / "answers.json"


def corpus() -> list[dict[str, Any]]:
    """Return every phrase with the findings expected from it: finding, value, side."""
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def targets(narrative: Lexicon) -> list[str]:
    """Return the phrases that state a finding by themselves.

    Sites need more words, which medSpaCy does not look for.
    """
    alone = {
        phrase
        for phrase, entry in narrative.entries.items()
        if (saying := entry.saying) and not (saying.is_site or saying.is_denial)
    }
    return sorted(alone | set(pains(narrative)))


def pains(narrative: Lexicon) -> Iterator[str]:
    """Yield the pain of each region and of its aspects, as most people write it."""
    for phrase, entry in narrative.entries.items():
        if entry.saying and entry.saying.is_site:
            yield f"{phrase} pain"
            yield from (f"{aspect} {phrase} pain" for aspect in ASPECTS)


def asked_before() -> set[str]:
    """Return the phrases that medSpaCy found when it was asked last. Frames read some of them now, without a list."""
    report = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return {phrase for mentions in report["answers"].values() for phrase, _ in mentions}


def main() -> None:
    """Print the question to medSpaCy."""
    texts = [phrase["text"] for phrase in corpus()]
    asked = sorted({*targets(shipped_knowledge().narrative), *asked_before()})
    json.dump({"targets": asked, "texts": texts}, sys.stdout)


if __name__ == "__main__":
    main()
