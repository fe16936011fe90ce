"""Sides: what counts for which side, and what several sides come to."""

import pytest

from cds_service.model.sides import Side, combine_sides

LEFT, RIGHT, BOTH, UNSTATED = Side.LEFT, Side.RIGHT, Side.BOTH, Side.UNSTATED


@pytest.mark.parametrize(
    ("fact", "judged", "counts"),
    [
        (LEFT, LEFT, True),
        (LEFT, RIGHT, False),
        (BOTH, LEFT, True),
        (UNSTATED, RIGHT, True),
        (RIGHT, BOTH, True),
        (UNSTATED, BOTH, True),
    ],
)
def test_what_names_no_side_or_both_counts_on_each(fact: Side, judged: Side, counts: bool) -> None:
    assert fact.covers(judged) is counts


def test_opposite() -> None:
    assert [side.opposite for side in (LEFT, RIGHT, BOTH, UNSTATED)] == [RIGHT, LEFT, BOTH, UNSTATED]


def test_sides_to_judge() -> None:
    assert LEFT.single_sides == (LEFT,)
    assert BOTH.single_sides == UNSTATED.single_sides == (LEFT, RIGHT)


@pytest.mark.parametrize(
    ("sides", "together"),
    [
        ([], UNSTATED),
        ([UNSTATED], UNSTATED),
        ([LEFT, UNSTATED], LEFT),
        ([LEFT, LEFT], LEFT),
        ([LEFT, RIGHT], BOTH),
        ([BOTH, LEFT], BOTH),
    ],
)
def test_several_sides_together(sides: list[Side], together: Side) -> None:
    assert combine_sides(sides) is together
