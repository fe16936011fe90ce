"""No table gives a small count away: neither by its sums, nor by all its sums together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cds_service.population.counts import Counts, Measure, Row
from cds_service.population_report.cells import Cells, Key
from cds_service.population_report.disclosure import DisclosureControl

LEAST = 11
moments = st.lists(
    st.tuples(
        st.sampled_from(["2026-01", "2026-02", "2026-03"]),
        st.sampled_from(["north", "south"]),
        st.sampled_from(["18-39", "40-64", "65-79"]),
        st.sampled_from(["female", "male", "not recorded"]),
        st.sampled_from(["rule-a", "rule-b", ""]),
        st.integers(1, 30),
    ),
    max_size=25,
)


def count(made: list[tuple[str, str, str, str, str, int]]) -> Counts:
    counts: Counts = Counts()
    for month, site, age, sex, rule, number in made:
        counts[Row(Measure.MOMENTS, "order-sign", "", month, site, age, sex)] += number
        counts[Row(Measure.PATIENTS, "", "", "", site, age, sex)] += number
        counts[Row(Measure.ORDERS, "order-sign", "", month, site, age, sex, f"{site}|MR")] += number
        if rule and site == "north":
            counts[Row(Measure.SCREENED_MOMENTS, "order-sign", rule, month, site, age, sex)] += number
        if rule:
            counts[Row(Measure.SHOWN, "order-sign", rule, month, site, age, sex, "info")] += number
    return counts


@given(moments)
def test_every_sum_keeps_its_hidden_parts(made: list[tuple[str, str, str, str, str, int]]) -> None:
    counts = count(made)
    cells, exact = Cells(counts, DisclosureControl(LEAST, 1)), Cells(counts, DisclosureControl(1, 1))
    for link in cells.sums:
        concealed = [key for key in link.parts if cells.show(*key) is None]
        if cells.show(*link.total) is None:
            assert concealed
        elif concealed:
            assert len(concealed) > 1
            assert sum(exact.show(*key) or 0 for key in concealed) >= LEAST


@given(moments)
def test_no_hidden_cell_can_be_computed_from_all_sums_together(made: list[tuple[str, str, str, str, str, int]]) -> None:
    """An attacker who knows every sum and every shown count, unrounded, solves for the hidden ones."""
    cells = Cells(count(made), DisclosureControl(LEAST, 1))
    sums = cells.sums
    hidden = sorted({key for link in sums for key in (link.total, *link.parts) if cells.show(*key) is None})
    if not hidden:
        return
    equations = np.array([[_coefficient(key, link.total, link.parts) for key in hidden] for link in sums], float)
    _, sizes, directions = np.linalg.svd(equations)
    free = directions[np.count_nonzero(sizes > 1e-9) :]
    for place, key in enumerate(hidden):
        assert np.abs(free[:, place]).max(initial=0) > 1e-9, f"{key} can be computed"


def _coefficient(key: Key, total: Key, parts: tuple[Key, ...]) -> int:
    return -1 if key == total else int(key in parts)
