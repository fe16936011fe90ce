"""What the page to try the service shows is what the hook answers, for every fixture and whatever is chosen."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from cds_service.knowledge import Knowledge
from cds_service.knowledge.shipped import shipped_examples
from cds_service.pages.choices import list_finding_groups, list_orders
from tests.pathways.scenarios import all_scenarios, scenario

BROWSERLESS = {"Accept": "application/json"}
SCENARIOS = sorted(path.parent.name for path in shipped_examples().glob("*/request.json"))
TODAY = "2026-03-10"  # the day of the tests' service


@pytest.fixture(scope="module")
def client(build_once: Callable[..., Flask]) -> FlaskClient:
    return build_once().test_client()


def without_uuids(value: Any) -> Any:
    """Return the value without what is new in every call."""
    if isinstance(value, dict):
        return {key: without_uuids(one) for key, one in value.items() if key != "uuid"}
    return [without_uuids(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_fixture_gets_its_exact_answer_on_its_own_day(client: FlaskClient, name: str) -> None:
    shown = client.get(f"/try.json?scenario={name}").get_json()
    assert shown["day"] == scenario(name).on.isoformat()
    assert without_uuids(shown["report"]["cards"]) == without_uuids(scenario(name).response["cards"])


def test_every_fixture_can_be_chosen() -> None:
    assert [one.name for one in all_scenarios()] == SCENARIOS


def ask_both(client: FlaskClient, fields: MultiDict[str, str]) -> tuple[dict[str, Any], Any]:
    """Return what the page shows, and what the hook answers to the request that the page shows."""
    shown = client.post("/try.json", data=fields, headers=BROWSERLESS).get_json()
    sent = shown["curl"].split("\n")[1]
    answer = client.post(f"/cds-services/{shown['service']}", data=sent.encode(), content_type="application/json")
    assert answer.status_code == shown["status"]
    return shown, answer.get_json()


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("switch", ["send", "leave-out", "null", "outcome"])
def test_on_the_same_day_the_hook_answers_the_same(client: FlaskClient, name: str, switch: str) -> None:
    keys = ["observations", "clinicalNotes", "serviceRequests"]
    fields = MultiDict([("scenario", name), ("on", TODAY), *((f"key.{key}", switch) for key in keys)])
    shown, answer = ask_both(client, fields)
    assert without_uuids(shown["report"]["cards"]) == without_uuids(answer["cards"])
    assert [one["id"] for one in shown["screen"]["withheld"]] == answer.get("extension", {}).get(
        "restraintWithheld", []
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_chosen_the_hook_answers_the_same(client: FlaskClient, knowledge: Knowledge, data: Any) -> None:
    ticks = [
        f"{finding.id}.{answer}"
        for group in list_finding_groups(knowledge)
        for finding in group.findings
        for answer in finding.answers
    ]
    note = st.sampled_from(
        ["", "Right groin pain for 3 months. No back pain.", "Fever. <b>L leg numb</b>", "\x00\ud800"]
    )
    chosen = {
        "scenario": data.draw(st.sampled_from(["", *SCENARIOS])),
        "order": data.draw(st.sampled_from(["", "none", *list_orders(knowledge)])),
        "side": data.draw(st.sampled_from(["", "left", "right"])),
        "moment": data.draw(st.sampled_from(["order-sign", "order-select"])),
        "age": str(data.draw(st.integers(0, 120))),
        "weeks": str(data.draw(st.integers(0, 60))),
        "note": data.draw(note).encode("utf-8", "ignore").decode(),
        "on": TODAY,
    }
    fields = MultiDict(
        [*chosen.items(), *(("f", tick) for tick in data.draw(st.lists(st.sampled_from(ticks), max_size=8)))]
    )
    shown, answer = ask_both(client, fields)
    cards = shown["report"]["cards"] if shown["report"] else None
    assert without_uuids(cards) == (without_uuids(answer["cards"]) if shown["report"] else None)


def test_the_page_keeps_the_order_of_members(client: FlaskClient) -> None:
    """An `update` returns the caller's order unchanged, so what is copied from the page must be what was shipped."""
    shown = client.get(f"/try.json?scenario={SCENARIOS[0]}").get_json()
    assert list(json.loads(shown["request"])) == list(scenario(SCENARIOS[0]).request)
