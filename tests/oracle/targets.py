"""`python -m tests.oracle.targets`: the phrases that say findings, and the corpus, as JSON for `ask_medspacy.py`."""

import json
import sys
from pathlib import Path
from typing import Any

from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.narrative.lexicon import Lexicon

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus.jsonl"


def corpus() -> list[dict[str, Any]]:
    """Every phrase with the findings we expect of it: finding, value, side."""
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def targets(narrative: Lexicon) -> list[str]:
    """What says a finding by itself; places and tests need more words, which medSpaCy does not look for."""
    return sorted(
        phrase
        for phrase, entry in narrative.entries.items()
        if (saying := entry.saying) and not (saying.is_site or saying.results or saying.is_denial)
    )


def main() -> None:
    """Write what medSpaCy is asked."""
    asked = {"targets": targets(load_knowledge(shipped_cards()).narrative), "texts": [one["text"] for one in corpus()]}
    json.dump(asked, sys.stdout)


if __name__ == "__main__":
    main()
