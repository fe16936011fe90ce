"""The Makefile lists its targets, says what is missing, and installs locks in one way alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")
PHONY = re.findall(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE)[0].split()

SDISTS = "--sdist medspacy --sdist medspacy-quickumls"


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make as a user does, not as a part of the make that runs the tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "CI"}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_help_lists_every_target_and_comes_first() -> None:
    shown = make().stdout
    assert sorted(re.findall(r"^make (\w+) +\S", shown, re.MULTILINE)) == sorted(PHONY)
    assert all(len(line) <= 120 for line in shown.splitlines())


def test_every_target_that_makes_no_file_is_phony() -> None:
    assert set(re.findall(r"^([a-z]+):.*##", TEXT, re.MULTILINE)) == set(PHONY)


@pytest.mark.parametrize("target", ["serve", "test", "quick", "lock"])
def test_a_missing_python_says_what_to_install(target: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "requirements", "release"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = make(target, "PYTHON=no-such-python", folder=tmp_path)
    assert done.returncode == 2
    assert "no-such-python was not found. Install Python 3.11 or newer" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_locks_are_installed_by_one_program_alone() -> None:
    """`pip install` in a recipe would resolve, and so depend on what is published that day."""
    printed = make(
        "--dry-run", "--always-make", "serve", "population", "test", "attack", "cards", "oracle", "sbom", "lock"
    ).stdout
    assert set(re.findall(r"release/install_lock\.py (.*?)(?: \|\| \\)?$", printed, re.MULTILINE)) == {
        ".venv requirements/serve.txt --project .",
        ".venv requirements/population.txt",
        ".venv requirements/test.txt",
        ".venv requirements/test.txt requirements/attack.txt",
        f".venv-oracle requirements/oracle-build.txt requirements/oracle.txt {SDISTS}",
        ".venv-cards requirements/serve.txt requirements/cards.txt --project .",
        ".venv-sbom requirements/serve.txt",
        ".venv-lock requirements/lock.txt",
    }
    assert "pip install" not in printed
