"""Undocumented is a failing test: settings, services, rules, commands and the README's own first call."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from cds_service.cli import main
from cds_service.knowledge import Knowledge
from cds_service.service.catalogue import SERVICES
from cds_service.settings import Settings, variable_of

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_meaning(name: str) -> None:
    assert f"| `{name}` | `{variable_of(name)}` |" in README
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
