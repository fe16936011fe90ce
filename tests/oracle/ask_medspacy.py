"""Run by `make oracle` in a venv of its own: asks medSpaCy about the corpus. Targets on stdin, answers.json out.

It is an oracle alone: none of its rules stand in our content.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import medspacy
from medspacy.ner import TargetRule

ANSWERS = Path(__file__).with_name("answers.json")
# The first that holds is the state, as in tests/oracle/states.py.
STATES = (
    ("family", ("is_family",)),
    ("hypothetical", ("is_hypothetical", "is_uncertain")),
    ("negated", ("is_negated",)),
    ("historical", ("is_historical",)),
)


def main() -> None:
    """Ask and write."""
    asked = json.load(sys.stdin)
    nlp = medspacy.load(medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"])
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(target, "FINDING") for target in asked["targets"]])
    answers = {text: [[entity.text.lower(), state(entity)] for entity in nlp(text).ents] for text in asked["texts"]}
    given = {"medspacy": version("medspacy"), "spacy": version("spacy"), "answers": answers}
    ANSWERS.write_text(json.dumps(given, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def state(entity: object) -> str:
    """The one state of a mention."""
    for name, attributes in STATES:
        if any(getattr(entity._, attribute) for attribute in attributes):  # type: ignore[attr-defined]
            return name
    return "present"


if __name__ == "__main__":
    main()
