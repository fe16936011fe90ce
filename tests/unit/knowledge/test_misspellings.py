"""A word is misspelt by one slip, and never where that is a word."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.knowledge.misspellings import list_misspellings


@pytest.mark.parametrize("slip", ["numbnes", "numbnesss", "nubmness", "nambness"])
def test_one_slip_is_read(slip: str) -> None:
    assert list_misspellings(["numbness"], [])[slip] == "numbness"


def test_what_is_a_word_or_may_be_two_is_none() -> None:
    slips = list_misspellings(["weight", "lumbar", "fever", "lever"], ["weigh", "lumber", "bowl"])
    assert not {"weigh", "lumber", "weight", "fever", "lever"} & slips.keys()


def test_the_content_knows_no_english_word_as_a_slip(knowledge: Knowledge) -> None:
    english = {"eight", "weigh", "lumber", "bowl", "bowls", "high", "grin", "groan", "ever", "denise", "favor", "fiver"}
    assert not english & knowledge.narrative.misspellings.keys()
    assert knowledge.narrative.misspellings["sadle"] == "saddle"
