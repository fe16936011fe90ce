"""Ten times the combinations of an examination that tests/oracle reads: still none is read as something dangerous."""

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader
from tests.oracle.combinations.examining import measure, sentences

EACH, SEED = 60, 2


def test_no_combination_of_an_examination_is_read_as_something_dangerous(knowledge: Knowledge) -> None:
    count = measure(NarrativeReader(knowledge.narrative, knowledge.content.findings), sentences(EACH, SEED))
    assert [(one.text, wrong) for one, wrong in count.dangers] == []
