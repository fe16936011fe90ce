"""Every word and every code of the safety screen, at every place of a chart, over every advice of restraint."""

from collections.abc import Iterator

import pytest

from tests.properties.screen_flags import BASES, TEXT_PLACES, Flag, code_flags, restraint_in, with_code, word_flags


@pytest.mark.parametrize("place", TEXT_PLACES)
def test_every_word_takes_restraint_away(place: str) -> None:
    kept = [
        f"{flag.group}: {flag.words}, over {rule}"
        for flag, rule in _with_rules(list(word_flags()))
        if restraint_in(TEXT_PLACES[place](BASES[rule], f"{flag.words}."), frozenset({rule}))
    ]
    assert not kept, "\n".join(kept)


def test_every_code_takes_restraint_away() -> None:
    kept = [
        f"{flag.group}: {flag.code}, over {rule}"
        for flag, rule in _with_rules(list(code_flags()))
        if restraint_in(with_code(BASES[rule], flag.code), frozenset({rule}))
    ]
    assert not kept, "\n".join(kept)


def _with_rules(flags: list[Flag]) -> Iterator[tuple[Flag, str]]:
    """Pair each flag with one rule that it stops, and each rule with many flags."""
    for number, flag in enumerate(flags):
        rules = sorted(flag.stops)
        yield flag, rules[number % len(rules)]
