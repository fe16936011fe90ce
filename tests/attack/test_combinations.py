"""Lists of names and templates in samples too large for every run: what is read as its opposite is mended, or named."""

import tomllib

import pytest

from cds_service.narrative.reader import NarrativeReader
from tests.oracle.combinations.combining import FOLDER, measure, phrases, sentences, templates
from tests.shipped import shipped_knowledge

EACH = 40  # sentences of a template
MOST = 1 / 10_000  # of the parts may be wrong: rare pairs of names that no sample has shown before


@pytest.mark.parametrize("seed", range(2, 7))
def test_hardly_any_part_of_a_list_is_read_as_its_opposite(seed: int) -> None:
    path = FOLDER / "lists.toml"
    knowledge = shipped_knowledge()
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    names = phrases(tomllib.loads(path.read_text(encoding="utf-8"))["names"])
    tally = measure(reader, sentences(templates(path), names, EACH, seed))
    assert len(tally.dangers) <= tally.all.total() * MOST, tally.dangers
