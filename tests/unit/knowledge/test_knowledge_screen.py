"""Tests of the safety screen's file: what is wrong with it is named, and what it says is built."""

from collections.abc import Callable

import pytest

from cds_service.knowledge import Knowledge

Change = Callable[[str, str, str], None]
Problems = Callable[[], str]
FILE = "safety-screen.toml"
REFUSALS = {
    "unknown finding": (
        'findings = ["weight-loss"]',
        'findings = ["weightloss"]',
        "there is no weightloss (did you mean weight-loss?)",
    ),
    "unknown rule": (
        'stops    = ["plain-films-first"]',
        'stops    = ["plain-film-first"]',
        "group.operated-hip.stops: there is no plain-film-first",
    ),
    "unknown key": ("[group.weight]\n", "[group.weight]\nwindows = 3\n", "group.weight.windows: is not a known key"),
    "unknown clock": ('clock    = "sphincter"', 'clock    = "bladder"', "group.sphincter.clock: Input should be"),
    "no branch": ('icd10    = ["I71"]', 'icd10    = ["I7x"]', "group.vessel.icd10.0: String should match"),
    "a capital": ('words    = ["osteopor-",', 'words    = ["Osteopor-",', "group.bone.words.0: String should match"),
    "check digit of SNOMED CT": ('code = "42984000"', 'code = "42984001"', "42984001 has a wrong check digit"),
    "check digit of LOINC": ('loinc  = ["8310-5"]', 'loinc  = ["8310-6"]', "8310-6 has a wrong check digit"),
    "no limit": ("high   = 38.0\n", "", 'needs exactly one of "low", "high" and "times_upper"'),
    "no usual limit": ("upper  = 10.0\n", "", '"times_upper" and "upper" must be given together'),
    "whole without an order": ("ordered = true, whole = true", "whole = true", '"whole" needs "ordered"'),
    "a part without words": (
        '{ parts = [["dissect-"], ["aort-"]]',
        '{ parts = [["dissect-"], []]',
        "a part has no words",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_wrong_is_named(change: Change, problems: Problems, name: str) -> None:
    old, new, message = REFUSALS[name]
    change(FILE, old, new)
    assert message in problems()


def test_the_groups_are_those_of_the_design(knowledge: Knowledge) -> None:
    groups = knowledge.content.screen_groups
    windows = {name: group.window_days for name, group in groups.items()}
    assert windows == {
        "cancer": None,
        "infection": None,
        "fever": 91,
        "bone": None,
        "trauma": 91,
        "cord-or-roots": 365,
        "weakness-or-gait": 365,
        "sphincter": 91,
        "vessel": None,
        "operated-spine": None,
        "operated-hip": None,
        "weight": 365,
    }
    assert {name for name, group in groups.items() if group.is_always} == {"cancer", "infection"}
    assert {name for name, group in groups.items() if group.is_sided} == {"operated-hip"}
    stopping_all = {name for name, group in groups.items() if "all" in group.stops}
    assert stopping_all == {"cancer", "infection", "fever", "trauma", "weight"}
