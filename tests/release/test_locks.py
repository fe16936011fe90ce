"""Each lock names all that its distributions require, extras included, and every file by its hash."""

import json
import re
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from release.lock_closure import installed_requires, read_requirements, unmet_requirements

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PACKAGE_LOCKS = [ROOT / folder / "package-lock.json" for folder in ("tests/peers/medplum", "benchmarks/peers/express")]
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
EXTRAS = {
    "serve.txt": ("postgresql",),
    "population.txt": ("postgresql", "population"),
    "test.txt": ("postgresql", "test"),
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def roots(extras: tuple[str, ...]) -> list[Requirement]:
    """What the project itself requires, to run and to be built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [line for extra in extras for line in project["optional-dependencies"][extra]]
    required = [Requirement(line) for line in project["dependencies"] + optional]
    return required + read_requirements(ROOT / "requirements" / "build.in")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_meets_every_requirement_of_what_it_names(name: str, python: str) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    lock = read_requirements(ROOT / "requirements" / name)
    assert unmet_requirements(roots(EXTRAS[name]), lock, installed_requires(SITE_PACKAGES), environment) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_release_of_a_lock_is_pinned_with_hashes(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("path", PACKAGE_LOCKS, ids=lambda path: path.parent.name)
def test_every_package_of_a_peer_on_node_is_pinned_with_its_integrity(path: Path) -> None:
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and not package["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("path", [*LOCKS, *PACKAGE_LOCKS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_lock_names_no_registry(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")


REQUIRES = {"report": ["measure[toml]>=1.0", "colour; sys_platform == 'win32'"], "measure": ["parse; extra == 'toml'"]}


@pytest.mark.parametrize(
    ("lock", "unmet"),
    [
        (["report==1.0", "measure==1.0", "parse==1.0"], []),
        (["report==1.0", "measure==1.0"], ['measure requires parse; extra == "toml", locked is none']),
        (["report==1.0", "parse==1.0"], ["report requires measure[toml]>=1.0, locked is none"]),
        (["report==1.0", "measure==0.9", "parse==1.0"], ["report requires measure[toml]>=1.0, locked is 0.9"]),
        (
            ["report==1.0", "measure==1.0", "parse==1.0; python_version < '3'"],
            ['measure requires parse; extra == "toml", locked is none'],
        ),
        ([], ["the project requires report, locked is none"]),
    ],
)
def test_what_a_lock_leaves_out_is_named(lock: list[str], unmet: list[str]) -> None:
    pins = [Requirement(line) for line in lock]
    assert unmet_requirements([Requirement("report")], pins, lambda name: REQUIRES.get(name, [])) == unmet
