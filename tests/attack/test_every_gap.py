"""Every gap in every call: no restraint is gained, and no flag turns milder (clinical design, second edition, R2)."""

import pytest

from tests.pathways.chart_reading import ALL_KEYS
from tests.pathways.gaps import WAYS, all_calls, is_gap, made_milder, made_worse

CALLS = all_calls()


@pytest.mark.parametrize("key", ALL_KEYS)
@pytest.mark.parametrize("way", WAYS)
def test_no_call_gains_restraint_or_turns_milder(key: str, way: str) -> None:
    compare = made_worse if is_gap(key, way) else made_milder
    faults = []
    for call in CALLS:
        whole, part = call.judge(), call.judge((key, way))
        if whole is not None and part is not None:
            faults += [f"{call.label}: {fault}" for fault in compare(whole, part, {key})]
    assert not faults, "\n".join(faults)
