"""Ask medSpaCy about texts: read targets and texts from stdin and write answers.json, or with `-` print the answers.

`make oracle` runs this in its own venv. medSpaCy is only an oracle: our content contains none of its rules.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import medspacy
from medspacy.ner import TargetRule

ANSWERS = Path(__file__).with_name("answers.json")
# The first match is the state, as in tests/oracle/states.py.
STATES = (
    ("family", ("is_family",)),
    ("hypothetical", ("is_hypothetical", "is_uncertain")),
    ("negated", ("is_negated",)),
    ("historical", ("is_historical",)),
)


def main(arguments: list[str]) -> None:
    """Ask medSpaCy about each text and write its answers, or print them."""
    question = json.load(sys.stdin)
    nlp = medspacy.load(medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"])
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(target, "FINDING") for target in question["targets"]])
    answers = {text: [[entity.text.lower(), state(entity)] for entity in nlp(text).ents] for text in question["texts"]}
    report = {"medspacy": version("medspacy"), "spacy": version("spacy"), "answers": answers}
    if arguments == ["-"]:
        json.dump(report, sys.stdout)
        return
    ANSWERS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def state(entity: object) -> str:
    """Return the state of a mention."""
    for name, attributes in STATES:
        if any(getattr(entity._, attribute) for attribute in attributes):  # type: ignore[attr-defined]
            return name
    return "present"


if __name__ == "__main__":
    main(sys.argv[1:])
