"""The request of what was chosen, and what the switches make of it."""

import json

import pytest
from pages.conftest import answer, form

from cds_service.errors import MissingData
from cds_service.pages.try_page import TryPage

SCENARIO = "groin-pain-lumbar-order"


def test_a_scenario_alone_is_sent_as_it_is_shipped(page: TryPage) -> None:
    for name, scenario in page.choices.scenarios.items():
        call = page.prepare(form(scenario=name))
        assert json.loads(call.request.body) == json.loads(scenario.body)
        assert (call.day, call.entry.hook) == (scenario.on, scenario.hook)


def test_a_chart_of_which_nothing_is_recorded_lacks_nothing(page: TryPage) -> None:
    result = answer(page.prepare(form()))
    assert (result.response.cards, result.missing) == ([], ())
    assert result.decision
    assert result.decision.chart.age == 60


def test_the_same_choices_make_the_same_request_and_others_another_call(page: TryPage) -> None:
    first, again, other = (
        page.prepare(form("groin-pain.left", scenario=SCENARIO, note=note)).request for note in ("", "", "No fever.")
    )
    assert first == again
    assert first.sent
    assert other.sent
    assert first.sent["hookInstance"] != other.sent["hookInstance"]


def test_an_order_replaces_the_scenarios_and_no_order_opens_the_chart(page: TryPage) -> None:
    order = next(iter(page.choices.orders))
    ordered = page.prepare(form(scenario=SCENARIO, order=order, side="left"))
    assert ordered.entry.hook == "order-sign"
    assert ordered.request.sent
    assert [entry["resource"]["id"] for entry in ordered.request.sent["context"]["draftOrders"]["entry"]] == [
        "try-order"
    ]
    selected = page.prepare(form(scenario=SCENARIO, order=order, moment="order-select"))
    assert (selected.entry.hook, selected.request.sent["context"]["selections"]) == (  # type: ignore[index]
        "order-select",
        ["ServiceRequest/try-order"],
    )
    opened = page.prepare(form(scenario=SCENARIO, order="none"))
    assert opened.entry.hook == "patient-view"
    assert {"draftOrders", "selections"}.isdisjoint(opened.request.sent["context"])  # type: ignore[index]


@pytest.mark.parametrize(("switch", "status"), [("leave-out", "absent"), ("null", "empty"), ("outcome", "failed")])
def test_a_switch_changes_what_is_sent_under_its_key_alone(page: TryPage, switch: str, status: str) -> None:
    plain = page.prepare(form(scenario=SCENARIO)).request
    call = page.prepare(form(scenario=SCENARIO, key__observations=switch))
    sent = call.request.sent
    assert sent
    assert plain.sent
    assert call.request.text == plain.text  # what is edited keeps all of it
    others = {key: value for key, value in plain.sent["prefetch"].items() if key != "observations"}
    assert {key: value for key, value in sent["prefetch"].items() if key != "observations"} == others
    assert answer(call).prefetch_statuses["observations"] == status


def test_a_required_key_that_is_left_out_costs_the_call(page: TryPage) -> None:
    with pytest.raises(MissingData):
        answer(page.prepare(form(scenario=SCENARIO, key__conditions="leave-out")))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"hook": 1}', '{"prefetch": []}'])
def test_an_edited_request_is_sent_as_it_is_however_odd(page: TryPage, text: str) -> None:
    call = page.prepare(form(request=text, edited="yes"))
    assert call.request.body.decode() == text
    assert page.answer(call, answer).error is not None


def test_switches_apply_to_an_edited_request_too(page: TryPage) -> None:
    text = page.choices.scenarios[SCENARIO].body.decode()
    call = page.prepare(form(request=text, edited="yes", key__observations="leave-out"))
    assert call.request.sent
    assert "observations" not in call.request.sent["prefetch"]
    assert call.request.text == text
