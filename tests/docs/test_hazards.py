"""The hazard log: complete, in plain words, and each control is proved by a test that lives."""

import ast
import re
import tomllib
from functools import cache
from typing import Any

import pytest
from doc_pages import ROOT

HAZARDS: list[dict[str, Any]] = tomllib.loads((ROOT / "safety" / "hazards.toml").read_text(encoding="utf-8"))["hazard"]
KEYS = {"id", "hazard", "cause", "severity", "likelihood", "residual", "control"}
SEVERITIES = {"death or lasting harm", "treatable harm", "delay or cost", "nuisance"}
TESTS = sorted({test for hazard in HAZARDS for control in hazard["control"] for test in control["tests"]})
# A pytest node id: file, function, and for a clinician's case the rule and name of it.
NODE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)(?:\[([\w-]+): (.+)\])?")


@cache
def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def case_names(rule: str) -> set[str]:
    cases = tomllib.loads((ROOT / "tests" / "cases" / f"{rule}.toml").read_text(encoding="utf-8"))["case"]
    return {case["name"] for case in cases}


@pytest.mark.parametrize("hazard", HAZARDS, ids=[hazard["id"] for hazard in HAZARDS])
def test_a_hazard_says_all_it_has_to(hazard: dict[str, Any]) -> None:
    assert set(hazard) == KEYS
    assert hazard["severity"] in SEVERITIES
    assert hazard["likelihood"] in {"rare", "possible", "likely"}
    for key in ("hazard", "cause", "residual"):
        assert hazard[key].endswith(".")
    for control in hazard["control"]:
        assert set(control) == {"does", "tests"}
        assert control["does"].endswith(".")
        assert control["tests"]


@pytest.mark.parametrize("node", TESTS)
def test_a_control_is_proved_by_a_test_that_lives(node: str) -> None:
    found = NODE.fullmatch(node)
    assert found, "is not a node id"
    file, name, rule, case = found.groups()
    assert (ROOT / file).is_file(), f"there is no file {file}"
    assert name in functions_of(file), f"{file} has no {name}"
    if rule:
        assert name == "test_case"
        assert case in case_names(rule), f"{rule} has no such case"


def test_there_are_at_least_twenty_each_with_its_own_id() -> None:
    assert len({hazard["id"] for hazard in HAZARDS}) == len(HAZARDS) >= 20
