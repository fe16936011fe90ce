"""No command imports what it does not need: importing the service's libraries takes most of a second."""

import gc
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from cds_service import cli
from cds_service.cli import main

SERVER = {"alembic", "sqlalchemy", "flask", "werkzeug", "granian", "prometheus_client", "structlog"}
CONTENT = {"pydantic", "requests", "fhir", "jinja2", "rich", "jwt", "cds_service.knowledge"}


def modules_after(*arguments: str) -> set[str]:
    script = (
        "import sys\nfrom cds_service.cli import main\n"
        "try: main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_but_click(option: str) -> None:
    assert not modules_after(option) & (SERVER | CONTENT)


def test_try_imports_no_server_and_no_database() -> None:
    loaded = modules_after("try", "--example", "article-patient")
    assert "cds_service.service.hook_service" in loaded
    assert not loaded & SERVER
    assert "cds_service.store" not in loaded


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["read", "groin pain"], {"fhir", "jinja2", "jwt", "requests", "cds_service.ehr"}),
        (["check"], {"jwt", "requests", "rich"}),
        (["prefetch"], {"jwt", "requests", "rich"}),
        (["try", "--example", "article-patient"], {"jwt"}),
    ],
)
def test_a_command_imports_only_what_it_uses(arguments: list[str], unused: set[str]) -> None:
    loaded = modules_after(*arguments)
    assert "cds_service.knowledge" in loaded
    assert not loaded & (SERVER | unused)


def test_a_process_of_its_own_hardly_looks_for_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    thresholds: list[int] = []
    at_end: list[Callable[[], object]] = []
    monkeypatch.setattr(cli, "main", lambda: thresholds.append(gc.get_threshold()[0]))
    monkeypatch.setattr("atexit.register", at_end.append)
    before = gc.get_threshold()
    try:
        cli.run()
    finally:
        gc.set_threshold(*before)
    assert thresholds[0] > 100_000
    assert at_end == [gc.freeze]


COMMANDS = ["backup", "check", "dry-run", "export", "inventory", "prefetch", "purge", "read", "report", "restore"]
COMMANDS += ["review", "serve", "suppressed", "try"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_by_its_name(name: str) -> None:
    command = main.get_command(main.make_context("hip-spine-cds", ["--help"], resilient_parsing=True), name)
    assert command is not None
    assert command.name == name


def test_help_lists_the_commands_and_an_unknown_one_is_refused() -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    assert [line.split()[0] for line in listed.partition("Commands:\n")[2].splitlines()] == COMMANDS
    assert "No such command 'tri'" in CliRunner().invoke(main, ["tri"]).output
