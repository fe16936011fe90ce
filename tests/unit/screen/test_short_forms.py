"""Tests of short forms: what clinicians cut short is known, and a word of another language is not taken for one."""

import pytest

from cds_service.screen.short_forms import ShortForms

FORMS = ShortForms(["mechanical", "migraine", "footwear", "tunnel", "ingrown", "works"])


@pytest.mark.parametrize("word", ["mech", "mechan", "migrain", "migrne", "footwr", "ingrwn"])
def test_a_word_cut_short_is_known(word: str) -> None:
    assert FORMS.has(word)


@pytest.mark.parametrize("word", ["", "mec", "work", "tunl", "schmerz", "migraines", "kreuz"])
def test_other_words_are_not(word: str) -> None:
    assert not FORMS.has(word)
