"""The scenarios that the package carries, as requests to begin with."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """A synthetic patient and a call about it. `on`: the day on which the story takes place."""

    name: str
    title: str
    story: str
    hook: str
    on: date
    body: bytes

    def build_request(self) -> dict[str, Any]:
        """Return the request as values of its own."""
        request: dict[str, Any] = json.loads(self.body)
        return request


def load_scenarios(folder: Path) -> Mapping[str, Scenario]:
    """Return all scenarios of a folder by name, in alphabetical order."""
    paths = sorted(folder.glob("*/request.json"))
    return {path.parent.name: _load(path) for path in paths}


def _load(path: Path) -> Scenario:
    told = tomllib.loads(path.with_name("scenario.toml").read_text(encoding="utf-8"))
    story = " ".join(told["story"].split())
    return Scenario(path.parent.name, told["title"], story, told["hook"], told["on"], path.read_bytes())
