"""Shorthand of examinations, and what only looks like it."""

import pytest

from cds_service.narrative.layout.examination_shorthand import spell_out_examination
from cds_service.narrative.words.tokenizer import split_sentences


def spelled(text: str) -> str:
    before = None
    for part in split_sentences(text, frozenset()):
        before = spell_out_examination(part, before)
    return " ".join(before.words) if before else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hips FROM", "hips full range of motion"),
        ("Pain FROM hip", "pain from hip"),
        ("HIPS FROM ABOVE", "hips from above"),
        ("Patellar +2, 2+", "patellar 2 + , 2 +"),
        ("Internal/external rotation 10/40", "ir / er 10 / 40"),
        ("Internal/medial rotation 10", "internal / medial rotation 10"),
        ("Reflexes: L3/4 normal, S1 reduced", "reflexes : kj normal , aj reduced"),
        ("Reflexes and sensation L4 normal", "reflexes and sensation l4 normal"),
        ("Power: L4 5, L5 4/5", "power : l4 mrc 5 / 5 , l5 mrc 4 / 5"),
        ("Power normal, L4 5 disc", "power normal , l4 5 disc"),
        ("R EHL 4/5. L all 5", "l power 5 / 5"),
        ("Seen today. L all 5", "l all 5"),
        ("R EHL 4/5. L all 5 toes", "l all 5 toes"),
    ],
)
def test_what_means_one_thing_in_an_examination_is_spelled_out(text: str, expected: str) -> None:
    assert spelled(text) == expected
