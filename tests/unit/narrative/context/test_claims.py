"""Whether a diagnosis that is only named is taken for one that is there: in running text, and as a name."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader, TextKind


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("name", ["CES, incomplete", "Cauda equina syndrome, L5 level", "CES grade II"])
def test_a_problems_name_asserts_what_it_names(name: str, narrative_reader: NarrativeReader) -> None:
    (stated,) = narrative_reader.read(name, TextKind.NAME).statements
    assert stated.value is FindingValue.PRESENT


@pytest.mark.parametrize("text", ["CES quiz", "Sciatica quiz and CES", "CES grade II quiz"])
def test_in_running_text_a_bare_name_is_asked_about(text: str, narrative_reader: NarrativeReader) -> None:
    stated = {one.finding: one.value for one in narrative_reader.read(text).statements}
    assert stated["cauda-equina-syndrome"] is FindingValue.ASKED


def test_the_year_in_which_something_began_is_kept(narrative_reader: NarrativeReader) -> None:
    (stated,) = narrative_reader.read("Urinary incontinence since 2019.").statements
    assert (stated.year, stated.since) == (0, 2019)
