"""Each scenario over HTTP: the exact response, prefetched or fetched, and never from another patient's data."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds_service.ehr.prefetch_templates import ENCOUNTER_KEY

from .calling import by_fallback, call, our_keys, prefetched
from .scenarios import Scenario, all_scenarios, scenario, subject_of

SILENT = {"healthy-chart"}
RESTRAINT = {"ConservativeCareFirst", "ImagingAlreadyDone"}


def test_a_scenario_is_answered_exactly(pathway: Scenario, tmp_path: Path) -> None:
    answer = call(pathway, tmp_path, pathway.request)
    assert (answer.status_code, answer.json) == (200, pathway.response)


def test_the_same_is_answered_when_nothing_is_prefetched(
    pathway: Scenario, tmp_path: Path, mocked_ehr: Callable[..., str]
) -> None:
    answer = call(pathway, tmp_path, by_fallback(pathway, mocked_ehr(pathway)))
    assert (answer.status_code, answer.json) == (200, pathway.response)


def test_a_server_that_sends_other_patients_records_too_costs_restraint_alone_and_each_card_says_so(
    pathway: Scenario, tmp_path: Path, mocked_ehr: Callable[..., str]
) -> None:
    answer = call(pathway, tmp_path, by_fallback(pathway, mocked_ehr(pathway, is_strict=False))).get_json()
    for card in answer["cards"]:
        gap = re.search(
            r"\n\n\*\*Not all of the chart was seen, and nothing unseen counts as absent\.\*\* .*", card["detail"]
        )
        assert gap
        assert ": incomplete." in gap[0] or ": not read." in gap[0]
        card["detail"] = card["detail"].replace(gap[0], "")
    assert _without_restraint(answer["cards"]) == _without_restraint(pathway.response["cards"])
    assert not [label for card in answer["cards"] for label in _labels_that_delete(card)]
    assert RESTRAINT.isdisjoint(card["source"]["topic"]["code"] for card in answer["cards"])


def _labels_that_delete(card: dict[str, Any]) -> list[str]:
    suggestions = card.get("suggestions", [])
    return [one["label"] for one in suggestions if "delete" in {action["type"] for action in one["actions"]}]


def _without_restraint(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cards without advice to wait or not to repeat, and without what would remove an order."""
    kept = []
    for card in cards:
        if card["source"]["topic"]["code"] not in RESTRAINT:
            gone = _labels_that_delete(card)
            suggestions = [
                {name: value for name, value in one.items() if name != "uuid"}
                for one in card.get("suggestions", [])
                if one["label"] not in gone
            ]
            kept.append({name: value for name, value in card.items() if name != "uuid"} | {"suggestions": suggestions})
    return kept


@pytest.mark.parametrize("missing_key", [key.name for key in our_keys() if key.name != ENCOUNTER_KEY])
def test_one_key_that_was_not_sent_is_fetched(missing_key: str, tmp_path: Path, mocked_ehr: Callable[..., str]) -> None:
    patient = scenario("article-patient")
    body = patient.request | {"fhirServer": mocked_ehr(patient)}
    del body["prefetch"][missing_key]
    assert call(patient, tmp_path, body).json == patient.response


def test_records_of_another_patient_in_the_prefetch_change_nothing(pathway: Scenario, tmp_path: Path) -> None:
    body = _add_to_conditions(pathway.request, pathway.of_others())
    assert call(pathway, tmp_path, body).json == pathway.response


def test_the_same_records_would_change_the_answer_if_they_were_the_patients_own(
    pathway: Scenario, tmp_path: Path
) -> None:
    subject = {"reference": f"Patient/{pathway.patient_id}"}
    body = _add_to_conditions(pathway.request, [record | {"subject": subject} for record in pathway.of_others()])
    assert call(pathway, tmp_path, body).json["cards"] != pathway.response["cards"]


def test_a_request_holds_what_our_templates_bring_from_the_server(pathway: Scenario) -> None:
    assert pathway.request["prefetch"] == prefetched(pathway)


def test_a_request_holds_nothing_of_another_patient(pathway: Scenario) -> None:
    bundles = [bundle for bundle in pathway.request["prefetch"].values() if bundle and "entry" in bundle]
    subjects = {subject_of(entry["resource"]) for bundle in bundles for entry in bundle["entry"]}
    assert subjects == {f"Patient/{pathway.patient_id}"}


def test_the_scenarios_send_both_ways_of_saying_none() -> None:
    sent = [value for scenario in all_scenarios() for value in scenario.request["prefetch"].values()]
    assert None in sent
    assert any(value and value["resourceType"] == "Bundle" and "entry" not in value for value in sent)


def test_silence_is_an_empty_list_and_only_the_healthy_chart_is_silent() -> None:
    silent = {scenario.name for scenario in all_scenarios() if scenario.response == {"cards": []}}
    assert silent == SILENT


def test_an_answer_has_no_null_and_no_empty_member(pathway: Scenario, tmp_path: Path) -> None:
    text = call(pathway, tmp_path, pathway.request).get_data(as_text=True)
    assert not [part for part in ("null", '""', "{}") if part in text]
    assert text.count("[]") == (1 if pathway.name in SILENT else 0)


def test_a_request_names_the_hook_and_is_sent_to_the_service_of_its_scenario(pathway: Scenario) -> None:
    assert pathway.request["hook"] == pathway.hook
    assert pathway.service == f"hip-spine-{pathway.hook}"


def _add_to_conditions(request: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the request with records added to its Bundle of Conditions."""
    assert records
    body = copy.deepcopy(request)
    conditions = body["prefetch"]["conditions"]
    conditions["entry"] = [
        *conditions.get("entry", []),
        *({"resource": json.loads(json.dumps(record))} for record in records),
    ]
    return body
