"""Every resource in the scenarios, sent or suggested, is valid R4, and the README names every folder."""

from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from .scenarios import FOLDER, Scenario, all_scenarios

PARTS = {"scenario.toml", "server.json", "request.json", "response.json"}


def _drafts(scenario: Scenario) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in scenario.request["context"].get("draftOrders", {}).get("entry", [])]


def _suggested(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for card in scenario.response["cards"]:
        for suggestion in card.get("suggestions", []):
            yield from suggestion["actions"]


def _check(resource: dict[str, Any]) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_every_resource_of_the_server_and_every_draft_is_valid_r4(pathway: Scenario) -> None:
    for resource in pathway.server + _drafts(pathway):
        _check(resource)


def test_every_prefetched_bundle_is_valid_r4(pathway: Scenario) -> None:
    for value in filter(None, pathway.request["prefetch"].values()):
        _check(value)


def test_every_resource_an_action_carries_is_valid_r4(pathway: Scenario) -> None:
    for action in _suggested(pathway):
        if action["type"] != "delete":
            _check(action["resource"])


def test_deletes_and_updates_are_of_drafts_of_the_call_alone(pathway: Scenario) -> None:
    drafts = {f"ServiceRequest/{draft['id']}" for draft in _drafts(pathway)}
    deleted = {action["resourceId"] for action in _suggested(pathway) if action["type"] == "delete"}
    updated = {f"ServiceRequest/{a['resource']['id']}" for a in _suggested(pathway) if a["type"] == "update"}
    assert deleted | updated <= drafts


def test_the_resources_have_ids_of_their_own_within_and_across_scenarios() -> None:
    ids = [f"{r['resourceType']}/{r['id']}" for scenario in all_scenarios() for r in scenario.server]
    shared = {name for name in ids if ids.count(name) > 1}
    assert shared == {"Practitioner/pathways-gp"}  # all scenarios share one GP


def test_every_server_holds_unrelated_records_and_some_of_another_patient(pathway: Scenario) -> None:
    kinds = {resource["resourceType"] for resource in pathway.server}
    assert {"Immunization", "AllergyIntolerance"} <= kinds
    assert pathway.of_others()


@pytest.mark.parametrize("folder", [path for path in FOLDER.iterdir() if path.is_dir()], ids=lambda path: path.name)
def test_every_folder_is_complete_and_named_in_the_readme(folder: Any) -> None:
    assert {path.name for path in folder.iterdir()} == PARTS
    assert f"`{folder.name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")
