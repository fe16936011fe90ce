"""Text never outweighs a code: text that contradicts one is set apart, but news counts."""

import pytest
from domain_facts import TODAY, absent, asked, finding
from msgspec.structs import replace

from cds_service.chart.contradictions import drop_contradicted_text
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Finding, Source, SourceKind
from cds_service.model.sides import Side


def as_text(fact: Finding) -> Finding:
    return replace(fact, source=Source(SourceKind.OBSERVATION_TEXT, "Observation/words"))


def test_without_text_nothing_is_changed(knowledge: Knowledge) -> None:
    facts = [finding("groin-pain"), absent("groin-pain")]
    assert drop_contradicted_text(facts, knowledge.content.findings, TODAY) == (facts, ())


@pytest.mark.parametrize(
    ("coded", "words", "is_apart"),
    [
        (finding("groin-pain"), absent("groin-pain"), True),
        (finding("groin-pain", when="2026-01-01"), absent("groin-pain"), True),  # newer, but only text
        (finding("groin-pain", when=None), absent("groin-pain"), True),
        (finding("groin-pain", when="2024-01-01"), absent("groin-pain"), False),  # the code no longer counts
        (finding("groin-pain", "left"), absent("groin-pain", "right"), False),
        (finding("groin-pain", "left"), absent("groin-pain"), True),
        (finding("groin-pain"), absent("hip-pain"), False),
        (absent("groin-pain"), finding("groin-pain"), True),
        (absent("groin-pain", when="2026-01-01"), finding("groin-pain"), False),  # news
        (absent("groin-pain", when=None), finding("groin-pain"), True),
        (absent("groin-pain", "left"), finding("groin-pain", "left"), True),
        (absent("groin-pain"), asked("groin-pain"), False),
        (finding("groin-pain"), finding("groin-pain", "left"), False),
    ],
)
def test_text_that_contradicts_a_code(knowledge: Knowledge, coded: Finding, words: Finding, is_apart: bool) -> None:
    text_fact = as_text(words)
    remaining, differing = drop_contradicted_text([coded, text_fact], knowledge.content.findings, TODAY)
    assert (remaining, differing) == (([coded], (text_fact,)) if is_apart else ([coded, text_fact], ()))


@pytest.mark.parametrize("side", ["both", "unstated"])
def test_text_is_narrowed_to_the_side_that_no_code_denies(knowledge: Knowledge, side: str) -> None:
    text_fact = as_text(finding("groin-pain", side))
    remaining, differing = drop_contradicted_text(
        [absent("groin-pain", "left"), text_fact], knowledge.content.findings, TODAY
    )
    assert (remaining[1].side, differing) == (Side.RIGHT, ())
