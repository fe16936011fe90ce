"""Over every scenario: the rating of an order and the cards of the same answer say the same (I3)."""

import pytest
from rating_agreement import assert_agreement

from tests.pathways.judging import decision_of
from tests.pathways.scenarios import Scenario, all_scenarios


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_no_rating_of_a_scenario_contradicts_its_cards(scenario: Scenario) -> None:
    assert_agreement(decision_of(scenario.request, scenario.on))
