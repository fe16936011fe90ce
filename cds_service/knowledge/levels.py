"""Spell the levels of a spine: one, or from one to another below it."""

from collections.abc import Iterator, Sequence
from itertools import combinations


def spell_levels(levels: Sequence[str]) -> Iterator[str]:
    """Yield each level and each stretch in every spelling: "l4", "l4 5", "l4/l5", "l4 to s1", "l45", "l5s1"."""
    yield from levels
    for upper, lower in combinations(levels, 2):
        is_alike = upper[0] == lower[0]
        for end in (lower, lower[1:]) if is_alike else (lower,):
            yield from (f"{upper}{joint}{end}" for joint in (" ", "/", " - ", " to ", " thru ", " through ", ""))
