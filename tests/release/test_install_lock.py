"""A lock installs, whatever has been published since, and reports what it does not name."""

import ensurepip
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from packaging.version import Version
from tiny_wheels import write_lock, write_wheel

INSTALL_LOCK = Path(__file__).parents[2] / "release" / "install_lock.py"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """All that is published: `measure` 1.0, and `report` 1.0, which requires it with an extra."""
    folder = tmp_path / "index"
    folder.mkdir()
    write_wheel(folder, "measure", "1.0", extra="toml")
    write_wheel(folder, "report", "1.0", requires="measure[toml]>=1.0")
    return folder


@pytest.fixture
def lock(tmp_path: Path, index: Path) -> Path:
    return write_lock(tmp_path / "lock.txt", *index.iterdir())


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that all tests install into: an install leaves nothing of the one before."""
    folder = tmp_path_factory.mktemp("shared") / "environment"
    venv.create(folder, with_pip=True, symlinks=True)
    return folder


def run(command: list[str | Path], index: Path) -> subprocess.CompletedProcess[str]:
    """Run a command whose pip knows this index alone: `--no-index --find-links`."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(command, env={**others, **pip}, capture_output=True, text=True, timeout=120, check=False)


def install(environment: Path, lock: Path, index: Path) -> subprocess.CompletedProcess[str]:
    """Install as the Makefile does."""
    return run([sys.executable, INSTALL_LOCK, environment, lock], index)


def install_resolving(environment: Path, lock: Path, index: Path) -> subprocess.CompletedProcess[str]:
    """Install as the Makefile did before `release/install_lock.py`."""
    return run([environment / "bin" / "pip", "install", "--require-hashes", "--requirement", lock], index)


def installed(environment: Path) -> set[str]:
    return {path.name.removesuffix(".dist-info") for path in environment.rglob("*.dist-info")}


def test_a_newer_release_of_what_is_required_with_an_extra_changes_nothing(
    environment: Path, lock: Path, index: Path
) -> None:
    write_wheel(index, "measure", "2.0", extra="toml")
    done = install(environment, lock, index)
    assert done.returncode == 0, done.stderr
    assert {"measure-1.0", "report-1.0"} <= installed(environment)


@pytest.mark.skipif(Version(ensurepip.version()) >= Version("23.3"), reason="newer pips find the pin all the same")
def test_resolving_fails_as_soon_as_such_a_release_is_published(environment: Path, lock: Path, index: Path) -> None:
    """The old way, which the test above replaces: the lock installs today, and not in five days."""
    uninstall = [environment / "bin" / "pip", "uninstall", "--yes", "measure", "report"]
    run(uninstall, index)
    assert install_resolving(environment, lock, index).returncode == 0
    run(uninstall, index)
    write_wheel(index, "measure", "2.0", extra="toml")
    done = install_resolving(environment, lock, index)
    assert done.returncode != 0
    assert "In --require-hashes mode, all requirements must have their versions pinned with ==" in done.stderr
    assert "measure[toml]>=1.0" in done.stderr


def test_a_lock_that_leaves_a_requirement_out_fails(environment: Path, tmp_path: Path, index: Path) -> None:
    lock = write_lock(tmp_path / "lock.txt", index / "report-1.0-py3-none-any.whl")
    done = install(environment, lock, index)
    assert done.returncode == 1
    assert "report 1.0 requires measure, which is not installed" in done.stderr


def test_a_file_with_another_hash_is_refused(environment: Path, lock: Path, index: Path) -> None:
    write_wheel(index, "measure", "1.0", extra="other")
    done = install(environment, lock, index)
    assert done.returncode != 0
    assert "HASHES" in done.stderr


def test_what_an_older_lock_left_behind_is_removed(environment: Path, lock: Path, index: Path) -> None:
    """Or `pip check` would hold the new lock to what the old one named."""
    wheel = write_wheel(index, "left_behind", "1.0", requires="measure<1")
    run([environment / "bin" / "pip", "install", "--no-deps", wheel], index)
    assert install(environment, lock, index).returncode == 0
    assert "left_behind-1.0" not in installed(environment)


def test_a_missing_environment_is_created(tmp_path: Path, lock: Path, index: Path) -> None:
    assert install(tmp_path / "new", lock, index).returncode == 0
    assert {"measure-1.0", "report-1.0"} <= installed(tmp_path / "new")
