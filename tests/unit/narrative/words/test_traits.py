"""What a row knows of its items at once, beside what each of them says."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.mentions import read_signs
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.words.items import Role, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import split_sentences
from cds_service.narrative.words.traits import (
    CUE,
    OPENING,
    PAIN,
    QUALIFIER,
    SAYING,
    SIDE,
    SIGN,
    SURROUNDINGS,
    marked,
)
from tests.oracle.labelled import FOLDER, load

PAINS = {Role.PLACE, Role.PAIN, Role.PAIN_WORD, Role.ELSEWHERE, Role.RUN}


@pytest.fixture(scope="module")
def rows(knowledge: Knowledge) -> list[Row]:
    """Return the rows of all sentences of the development set."""
    finder = PhraseFinder(knowledge.narrative)
    texts = [item["text"] for item in load(FOLDER / "frames" / "development.jsonl")]
    return [finder.items(one) for text in texts for one in split_sentences(text, knowledge.narrative.abbreviations)]


def test_each_trait_is_that_of_an_item(rows: list[Row]) -> None:
    seen = 0
    for row in rows:
        told = {
            SAYING: any(item.entry.saying for item in row),
            SIGN: bool(list(read_signs(row))),
            CUE: any(item.entry.cues for item in row),
            OPENING: any(cue.is_opening for item in row for cue in item.entry.cues),
            QUALIFIER: any(item.entry.qualifiers for item in row),
            SURROUNDINGS: any(item.entry.surroundings for item in row),
            SIDE: any(item.is_side or item.side.value != "unstated" for item in row),
            PAIN: any(item.role in PAINS for item in row),
            **{marked(mark): any(item.is_marked(mark) for item in row) for mark in Mark},
        }
        assert {trait: bool(row.traits & trait) for trait in told} == told, row
        seen |= row.traits
    assert not (SAYING | SIGN | CUE | OPENING | QUALIFIER | SURROUNDINGS | SIDE | PAIN) & ~seen


def test_items_that_name_a_finding_together_have_its_trait(rows: list[Row]) -> None:
    saying = next(item.entry.saying for row in rows for item in row if item.entry.saying)
    row = next(row for row in rows if row and not row.traits & SAYING)
    row.name((0,), saying)
    assert row.traits & row[0].traits & SAYING
