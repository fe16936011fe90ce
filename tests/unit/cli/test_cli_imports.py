"""No command imports what it does not need: importing the service's libraries takes most of a second."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

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


def test_version_imports_nothing_but_click() -> None:
    assert not modules_after("--version") & (SERVER | CONTENT)


def test_try_imports_no_server_and_no_database() -> None:
    loaded = modules_after("try", "--example", "article-patient")
    assert "cds_service.service.hook_service" in loaded
    assert not loaded & SERVER
    assert "cds_service.store" not in loaded


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
