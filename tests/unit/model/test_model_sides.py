"""Sides: what counts for which side, and how several sides combine."""

import pytest

from cds_service.model.sides import Side, combine_sides

LEFT, RIGHT, BOTH, UNSTATED = Side.LEFT, Side.RIGHT, Side.BOTH, Side.UNSTATED


@pytest.mark.parametrize(
    ("fact_side", "side", "counts"),
    [
        (LEFT, LEFT, True),
        (LEFT, RIGHT, False),
        (BOTH, LEFT, True),
        (UNSTATED, RIGHT, True),
        (RIGHT, BOTH, True),
        (UNSTATED, BOTH, True),
    ],
)
def test_an_unstated_or_bilateral_side_counts_for_each(fact_side: Side, side: Side, counts: bool) -> None:
    assert fact_side.covers(side) is counts


def test_the_opposite_side() -> None:
    assert [side.opposite for side in (LEFT, RIGHT, BOTH, UNSTATED)] == [RIGHT, LEFT, BOTH, UNSTATED]


def test_the_sides_to_evaluate() -> None:
    assert LEFT.single_sides == (LEFT,)
    assert BOTH.single_sides == UNSTATED.single_sides == (LEFT, RIGHT)


@pytest.mark.parametrize(
    ("sides", "combined"),
    [
        ([], UNSTATED),
        ([UNSTATED], UNSTATED),
        ([LEFT, UNSTATED], LEFT),
        ([LEFT, LEFT], LEFT),
        ([LEFT, RIGHT], BOTH),
        ([BOTH, LEFT], BOTH),
    ],
)
def test_several_sides_combine_into_one(sides: list[Side], combined: Side) -> None:
    assert combine_sides(sides) is combined
