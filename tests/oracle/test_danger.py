"""Wordings in which a danger was read that nobody meant, or was not read though meant: by kind, in both directions.

medSpaCy is not asked about them: it knows no advice, no grounds of a suspicion and no other part of the body.
"""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader
from cds_service.narrative.statements import Statement

from .targets import FOLDER

LEAST_OF_A_KIND = 6
EMERGENCY = {"cauda-equina-syndrome", "saddle-anaesthesia", "urinary-retention", "bowel-incontinence"}
TOLD_IN = 2026
TEXTS: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "danger.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def counts(statement: Statement) -> bool:
    """Return whether a note that says this in TOLD_IN would count: not too vague, and not of a year long past."""
    is_over = bool(statement.year) and date(statement.year, 12, 31) < date(TOLD_IN, 1, 1)
    return not statement.is_vague and not is_over


@pytest.mark.parametrize("phrase", TEXTS, ids=lambda phrase: f"{phrase['kind']}: {phrase['text']}")
def test_a_danger_is_read_as_it_is_meant(phrase: dict[str, Any], narrative_reader: NarrativeReader) -> None:
    found = [
        [one.finding, one.value.value, one.side.value, *([dict(one.qualifiers)] if one.qualifiers else [])]
        for one in narrative_reader.read(phrase["text"]).statements
        if counts(one)
    ]
    assert found == phrase["expect"]


def test_no_sentence_about_cauda_equina_that_means_something_else_raises_an_alarm() -> None:
    others = [phrase for phrase in TEXTS if phrase["kind"].startswith("cauda equina: ")]
    assert len(others) >= 120
    assert not [
        phrase["text"]
        for phrase in others
        if any(finding in EMERGENCY and value == "present" for finding, value, *_ in phrase["expect"])
    ]


def test_every_kind_has_many_wordings_and_no_text_stands_twice() -> None:
    assert min(Counter(phrase["kind"] for phrase in TEXTS).values()) >= LEAST_OF_A_KIND
    assert len({phrase["text"] for phrase in TEXTS}) == len(TEXTS)
