"""An answer for each side is an entry of a form for each; anything else is left as it is."""

import pytest

from cds_service.narrative.layout.sided_answers import answers_by_side
from cds_service.narrative.words.tokenizer import split_sentences

PARTED = {
    "Foot drop: R no / L yes": ["foot drop r : no", "foot drop l : yes"],
    "Foot drop: left no, right yes": ["foot drop left : no", "foot drop right : yes"],
    "Foot drop absent L, present R.": ["foot drop l : absent", "foot drop r : present"],
    "Pain present on the right and absent on the left": ["pain right : present", "pain left : absent"],
    "Foot drop (L=yes; R=no)": None,
    "Foot drop R no": None,
    "R no, L yes": None,
    "Foot drop: R no, L yes, worse today": None,
}


@pytest.mark.parametrize(("text", "wanted"), PARTED.items())
def test_answers_by_side(text: str, wanted: list[str] | None) -> None:
    sentence = split_sentences(text, frozenset())[0]
    parted = list(answers_by_side(sentence))
    assert [" ".join(one.words) for one in parted] == (wanted or [" ".join(sentence.words)])
    assert all(len(one.words) == len(one.spellings) == len(one.starts) for one in parted)
