"""A client's windows of suppression, checked against the content's before the service starts."""

from pathlib import Path

import pytest
from signing import PUBLIC, client_table

from cds_service.errors import ProblemsFound
from cds_service.production import build_suppression_limits, load_production_config
from cds_service.settings import Settings
from cds_service.startup_check import check_startup

pytestmark = pytest.mark.usefixtures("loaded_once")


def settings_with(folder: Path, **own: object) -> Settings:
    table = client_table(folder, **{f"suppression.{key}": value for key, value in own.items()})
    return Settings(clients=table, public_url=PUBLIC, hash_key="a key for tests alone")


def problems(folder: Path, **own: object) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        check_startup(settings_with(folder, **own))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "most"),
    [
        ("days", 90),
        ("red_flag_days", 7),
        ("critical_hours", 24),
        ("rule_days.plain-films-first", 90),
        ("rule_days.red-flag-review", 7),
        ("rule_days.wrong-side-order", 1),
    ],
)
def test_a_window_longer_than_the_contents_is_refused(tmp_path: Path, key: str, most: int) -> None:
    [problem] = problems(tmp_path, **{key: most + 1})
    assert f"client.north.suppression.{key}" in problem
    assert f"at most {most}" in problem
    check_startup(settings_with(tmp_path, **{key: most}))


def test_a_rule_that_is_not_there_is_refused(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, **{"rule_days.plain-film": 3})
    assert "rule_days.plain-film" in problem
    assert "is not a rule of the content" in problem


@pytest.mark.parametrize(("key", "value"), [("days", -1), ("days", "30"), ("critical_hours", True), ("weeks", 3)])
def test_what_is_no_window_is_refused_by_name(tmp_path: Path, key: str, value: object) -> None:
    [problem] = problems(tmp_path, **{key: value})
    assert f"client.north.suppression.{key}" in problem


def test_the_windows_reach_the_service_by_client(tmp_path: Path) -> None:
    production = load_production_config(settings_with(tmp_path, days=30, **{"rule_days.plain-films-first": 0}))
    limits = build_suppression_limits(production)["north"]
    assert (limits.days, limits.red_flag_days, dict(limits.rule_days)) == (30, None, {"plain-films-first": 0})
    assert build_suppression_limits(None) == {}
