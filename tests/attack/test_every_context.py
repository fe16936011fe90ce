"""Attack the contexts and layouts with more names than the oracle samples: next to nothing is read as its opposite."""

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader
from tests.oracle.combinations.combining import FOLDER, measure, phrases, sentences, templates

EACH = 15  # sentences of each template
MOST = 0.0015  # of all parts; 0.0007 are reached, most of them of what "has gone", where the function may be meant


def test_hardly_any_context_turns_what_a_sentence_says(knowledge: Knowledge) -> None:
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    tally = measure(reader, sentences(templates(FOLDER / "contexts.toml"), phrases(), EACH, seed=2))
    assert len(tally.dangers) <= MOST * tally.all.total(), tally.dangers
