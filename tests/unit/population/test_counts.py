"""Tests of the counts: merging in any order, and as lines."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.population.counts import Counts, Measure, Row, decode_counts, encode_counts, merge, select, total

ROWS = st.builds(Row, st.sampled_from(Measure), rule=st.text(max_size=3), detail=st.text(max_size=3))
COUNTS = st.dictionaries(ROWS, st.integers(1, 9), max_size=6).map(Counter)


@given(st.lists(COUNTS, max_size=4))
def test_counts_merge_in_any_order(parts: list[Counts]) -> None:
    assert merge(parts) == merge(reversed(parts)) == merge([merge(parts[:2]), merge(parts[2:])])


@given(COUNTS)
def test_counts_are_the_same_as_lines(counts: Counts) -> None:
    lines = encode_counts(counts)
    assert decode_counts(lines) == counts
    assert encode_counts(decode_counts(lines)) == lines
    assert decode_counts(lines + lines) == merge([counts, counts])


def test_a_line_that_is_no_row_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_counts(b'[["no-such-measure"],1]\n')


def test_one_measure_is_selected_and_summed() -> None:
    shown, other = Row(Measure.SHOWN, rule="b"), Row(Measure.SHOWN, rule="a")
    counts = Counter({shown: 2, other: 3, Row(Measure.MOMENTS): 7})
    assert list(select(counts, Measure.SHOWN)) == [(other, 3), (shown, 2)]
    assert total(counts, Measure.SHOWN) == 5
