"""Undocumented is a failing test: settings, services, rules, commands and the README's own first call."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from signing import key_set, public_jwk

from cds_service.cli import main
from cds_service.knowledge import Knowledge
from cds_service.service.catalogue import SERVICES
from cds_service.settings import Settings, environment_variable
from cds_service.trust.clients import load_clients
from cds_service.trust.schema import ClientTable, DialectTable

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_meaning(name: str) -> None:
    assert f"| `{name}` | `{environment_variable(name)}` |" in README
    assert str(Settings.model_fields[name].description) in README


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_stands_in_the_readme(service: str) -> None:
    assert f"`{service}`" in README


@pytest.mark.parametrize("command", main.commands)
def test_every_command_is_shown_in_the_readme(command: str) -> None:
    assert re.search(rf"hip-spine-cds {command}\b|make {command}\b", README)


def test_every_rule_stands_in_the_readme_with_its_purpose(knowledge: Knowledge) -> None:
    for rule in knowledge.content.rules:
        assert f"`{rule.id}`" in README
        assert rule.purpose in README


def test_every_top_folder_stands_in_the_map(knowledge: Knowledge) -> None:
    del knowledge
    packages = sorted(path.parent.name for path in (ROOT / "cds_service").glob("*/__init__.py"))
    assert packages
    for package in packages:
        assert f"`cds_service/{package}/`" in README


def test_the_readmes_first_call_gives_the_readmes_answer(build: Callable[..., Flask]) -> None:
    call = re.search(r"-d '(\{.*?\n\})'", README, re.DOTALL)
    shown = re.search(r"```json\n(\{.*?\n\})\n```", README, re.DOTALL)
    assert call
    assert shown
    response = (
        build().test_client().post("/cds-services/hip-spine-order-sign", data=call[1], content_type="application/json")
    )
    card, expected = response.json["cards"][0], json.loads(shown[1])["cards"][0]
    for member in ("summary", "indicator", "source", "selectionBehavior"):
        assert card[member] == expected[member]
    assert [one["label"] for one in card["suggestions"]] == [one["label"] for one in expected["suggestions"]]


def test_the_readmes_client_table_is_taken_and_shows_every_key(tmp_path: Path, knowledge: Knowledge) -> None:
    table = re.search(r"```toml\n(# clients\.toml.*?)```", README, re.DOTALL)
    assert table
    (tmp_path / "clients.toml").write_text(table[1], encoding="utf-8")
    (tmp_path / "south-keys.json").write_bytes(key_set(public_jwk()))
    north, south, bench = load_clients(tmp_path / "clients.toml")
    assert north.is_silent
    [(order, code)] = north.dialect.options.order_codes.items()
    assert order in knowledge.order_templates
    assert code.code == "123"
    assert north.fhir_servers.may_read("https://ehr.north.example/api/FHIR/R4")
    assert south.fhir_servers.allows_private("https://fhir.south.example/r4")
    assert bench.fhir_servers.may_read("http://127.0.0.1:8103/fhir")
    for key in (*ClientTable.model_fields, *DialectTable.model_fields):
        assert re.search(rf"^(\[client\.)?(dialect\.)?{key}\b", table[1], re.MULTILINE), key
