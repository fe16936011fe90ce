"""Discovery as a client sees it: CDS Hooks 2.0, "Discovery" and "Prefetch Template", with 3.0's additive members."""

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask.testing import FlaskClient

# The query restrictions of 2.0 and the parameters our templates need; modifiers and _include are not among them.
_PARAMETERS = {"patient", "code", "status", "type", "_sort", "_count"}
_READS = {"Patient/{{context.patientId}}", "Encounter/{{context.encounterId}}"}
_TOKENS = {"context.patientId", "context.userId", "context.encounterId"}


@pytest.fixture
def services(client: FlaskClient) -> list[dict[str, Any]]:
    response = client.get("/cds-services")
    assert response.status_code == 200  # 2.0@13
    return response.get_json()["services"]


@pytest.fixture
def templates(services: list[dict[str, Any]]) -> list[str]:
    return [template for service in services for template in service["prefetch"].values()]


def test_2_0_at_1_discovery_is_json(client: FlaskClient) -> None:
    assert client.get("/cds-services").mimetype == "application/json"


def test_2_0_at_4_discovery_needs_no_credentials_and_takes_any(client: FlaskClient) -> None:
    given = client.get("/cds-services", headers={"Authorization": "Bearer not.a.token"})
    assert given.get_json() == client.get("/cds-services").get_json()


def test_2_0_at_6_services_is_an_array_and_the_only_member(client: FlaskClient) -> None:
    assert list(client.get("/cds-services").get_json()) == ["services"]


def test_2_0_at_7_to_12_every_member_is_a_filled_string(services: list[dict[str, Any]]) -> None:
    for service in services:
        for name in ("hook", "id", "title", "description", "usageRequirements", "version", "hookVersion"):
            assert isinstance(service.pop(name), str)
        assert list(service) == ["prefetch"]
        assert all(isinstance(template, str) and template for template in service["prefetch"].values())


def test_2_0_at_10_ids_are_distinct_and_fit_a_url(services: list[dict[str, Any]]) -> None:
    ids = [service["id"] for service in services]
    assert len(set(ids)) == len(ids)  # the public sandbox keeps services by URL
    assert all(quote(service_id, safe="") == service_id for service_id in ids)


def test_each_hook_is_offered_once(services: list[dict[str, Any]]) -> None:
    assert [service["hook"] for service in services] == ["patient-view", "order-select", "order-sign"]


def test_3_0_states_the_versions_of_specification_and_hook(services: list[dict[str, Any]]) -> None:
    assert {(service["version"], service["hookVersion"]) for service in services} == {("2.0.1", "1.0")}


def test_2_0_at_55_to_59_tokens_are_primitive_context_fields_of_all_three_hooks(templates: list[str]) -> None:
    tokens = {token for template in templates for token in re.findall(r"\{\{(.*?)\}\}", template)}
    assert tokens <= _TOKENS
    # The sandbox never sends an encounter: its key is left out then, and nothing rests on it.
    assert tokens == {"context.patientId", "context.encounterId"}


def test_2_0_at_58_queries_keep_to_reads_and_plain_searches(templates: list[str]) -> None:
    for template in templates:
        url = urlsplit(template)
        assert url.path in _READS if not url.query else url.path.isalpha()
        assert {name for name, _ in parse_qsl(url.query)} <= _PARAMETERS


def test_no_parameter_is_repeated_because_the_sandbox_joins_repeated_ones(templates: list[str]) -> None:
    for template in templates:
        names = Counter(name for name, _ in parse_qsl(urlsplit(template).query))
        assert max(names.values(), default=1) == 1


def test_every_search_is_of_the_patient_of_the_context(templates: list[str]) -> None:
    for template in templates:
        assert template in _READS or "?patient={{context.patientId}}" in template


def test_observations_are_asked_for_by_code_the_minimum_necessary(templates: list[str]) -> None:
    asked = [template for template in templates if template.startswith(("Observation", "DiagnosticReport"))]
    assert asked
    assert all("&code=" in template and "category" not in template for template in asked)


def test_every_template_fits_a_url_when_encoded(templates: list[str]) -> None:
    assert max(len(quote(template, safe="?&=/")) for template in templates) <= 4000


def test_the_root_leads_to_discovery(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/cds-services"
