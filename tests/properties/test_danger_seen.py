"""More data never hides danger (clinical design, second edition, R1): a reason to act takes restraint away.

Of all words, codes and places a sample; `tests/attack/test_every_flag.py` tries each.
"""

import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pathways.chart_reading import read_charts
from tests.properties.screen_flags import (
    BASES,
    CANCER,
    EMERGENCY,
    TEXT_PLACES,
    Flag,
    code_flags,
    levels_of_flags,
    restraint_in,
    with_code,
    word_flags,
)

SAMPLED = settings(max_examples=250, derandomize=True, database=None, deadline=None)
WORDS, CODES = list(word_flags()), list(code_flags())
RULE_11 = "conservative-care-first"
ALL_RULES = frozenset(BASES)
LOOKALIKES = [chart.record[0]["note"] for chart in read_charts("lookalikes") if "note" in chart.record[0]]
DANGERS = [chart.record[0]["note"] for chart in read_charts("danger") if "note" in chart.record[0]]
FOREIGN = tomllib.loads((Path(__file__).parent / "foreign_notes.toml").read_text(encoding="utf-8"))
# Of each group, nouns that a sentence can deny or give to another person.
DENIABLE = {
    "cancer": ["cancer", "lymphoma", "metastases"],
    "infection": ["osteomyelitis", "discitis", "tuberculosis"],
    "fever": ["fever", "chills", "night sweats"],
    "bone": ["osteoporosis", "vertebral fracture"],
    "cord-or-roots": ["foot drop", "myelopathy"],
    "weakness-or-gait": ["leg weakness"],
    "sphincter": ["urinary incontinence", "saddle numbness", "urinary retention"],
    "vessel": ["aortic aneurysm"],
    "weight": ["weight loss"],
}
NOT_THE_PATIENT_S = ["No {}.", "Denies {}.", "No evidence of {}.", "Mother had {}.", "Family history of {}."]
words = st.sampled_from(WORDS)
codes = st.sampled_from(CODES)
places = st.sampled_from(sorted(TEXT_PLACES))


def assert_seen(rule: str, request: dict[str, Any], flag: Flag) -> None:
    assert restraint_in(request, frozenset({rule})) == frozenset(), f"{flag.group}: {flag.code or flag.words}"


@SAMPLED
@given(words, places, st.data())
def test_words_at_any_place_take_restraint_away(flag: Flag, place: str, data: st.DataObject) -> None:
    for rule in data.draw(st.permutations(sorted(flag.stops)))[:1]:
        assert_seen(rule, TEXT_PLACES[place](BASES[rule], f"{flag.words}."), flag)


@SAMPLED
@given(codes, st.data())
def test_a_code_takes_restraint_away(flag: Flag, data: st.DataObject) -> None:
    for rule in data.draw(st.permutations(sorted(flag.stops)))[:1]:
        assert_seen(rule, with_code(BASES[rule], flag.code), flag)


@pytest.mark.parametrize("verified", ["refuted", "entered-in-error"])
@SAMPLED
@given(flag=codes)
def test_a_code_that_is_refuted_or_an_error_costs_nothing(verified: str, flag: Flag) -> None:
    for rule in sorted(flag.stops)[:1]:
        own = restraint_in(BASES[rule].request(), frozenset({rule}))
        assert restraint_in(with_code(BASES[rule], flag.code, verified=verified), frozenset({rule})) == own


@SAMPLED
@given(words, places)
def test_words_never_weaken_the_cards_of_rules_1_and_2(flag: Flag, place: str) -> None:
    for base in (EMERGENCY, CANCER):
        _assert_no_weaker(levels_of_flags(base.request()), levels_of_flags(TEXT_PLACES[place](base, f"{flag.words}.")))


@SAMPLED
@given(codes)
def test_a_code_never_weakens_the_cards_of_rules_1_and_2(flag: Flag) -> None:
    for base in (EMERGENCY, CANCER):
        _assert_no_weaker(levels_of_flags(base.request()), levels_of_flags(with_code(base, flag.code)))


def _assert_no_weaker(before: dict[str, int], after: dict[str, int]) -> None:
    """Rule 1 may take over from rule 2."""
    for rule, level in before.items():
        assert after.get(rule, after.get("cauda-equina", 99)) <= level


@pytest.mark.parametrize("sentence", NOT_THE_PATIENT_S)
@pytest.mark.parametrize("noun", list(chain.from_iterable(DENIABLE.values())))
def test_what_is_denied_or_a_relative_s_costs_nothing(noun: str, sentence: str) -> None:
    own = restraint_in(BASES[RULE_11].request(), ALL_RULES)
    assert restraint_in(TEXT_PLACES["note"](BASES[RULE_11], sentence.format(noun)), ALL_RULES) == own


@SAMPLED
@given(st.sampled_from(DANGERS), st.sampled_from(LOOKALIKES) | st.text(max_size=200), places)
def test_reading_more_never_gives_restraint_back(danger: str, more: str, place: str) -> None:
    request = TEXT_PLACES[place](BASES[RULE_11], f"{danger}\n\n{more}")
    assert restraint_in(request, ALL_RULES) == frozenset()


@pytest.mark.parametrize("language", FOREIGN)
def test_a_text_in_another_language_never_yields_restraint(language: str) -> None:
    for note in FOREIGN[language]:
        for place in TEXT_PLACES:
            assert restraint_in(TEXT_PLACES[place](BASES[RULE_11], note), ALL_RULES) == frozenset(), (note, place)


def test_the_notes_are_of_many_languages() -> None:
    assert len(FOREIGN) >= 10
    assert sum(map(len, FOREIGN.values())) >= 40
