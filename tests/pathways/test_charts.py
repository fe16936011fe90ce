"""The short charts of `charts/`: each must get the cards that a spine surgeon would want, and none that do harm."""

import pytest

from .calling import our_keys
from .chart_reading import KEYS, ShortChart, all_charts
from .judging import faults, judge

CHARTS = list(all_charts())
# What only words decide that the reader does not know yet (clinical design, second edition, U6): once it does, the test
# says so. The last one is a look-alike in doubt, and doubt costs restraint.
NOT_SENT = [chart for chart in CHARTS if set(chart.sent) != set(KEYS)]


def check(chart: ShortChart, *, sends_all: bool) -> None:
    came = judge(chart.request(sends_all=sends_all))
    wrong = faults(chart, came)
    if wrong:
        pytest.fail(f"{chart.label}\n  wanted  {'; '.join(wrong)}\n  got     {came}\n  {chart.why}", pytrace=False)


@pytest.mark.parametrize("chart", CHARTS, ids=[chart.id for chart in CHARTS])
def test_a_chart_gets_the_cards_that_it_needs_and_none_that_do_harm(chart: ShortChart) -> None:
    check(chart, sends_all=False)


@pytest.mark.parametrize("chart", NOT_SENT, ids=[chart.id for chart in NOT_SENT])
def test_it_gets_them_too_when_everything_is_sent(chart: ShortChart) -> None:
    check(chart, sends_all=True)


def test_every_chart_has_its_own_id() -> None:
    ids = [chart.id for chart in CHARTS]
    assert len(ids) == len(set(ids))


def test_the_charts_send_every_key_that_the_service_asks_for() -> None:
    """A key more, as when a template outgrows its limit, would make every one of these charts an incomplete one."""
    assert {key.name for key in our_keys() if not key.has_words} == {"patient", *KEYS}
